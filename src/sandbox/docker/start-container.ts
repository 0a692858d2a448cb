import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';

import { exec } from '../../lib/exec.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import type { SandboxCommand } from '../port.ts';
import { currentWorker, markerValue } from '../worker-marker.ts';
import { containerSpec, type ContainerLimits } from './container-spec.ts';
import { isStatus } from './container-state.ts';

/** How containers are made. */
export interface ContainerOptions {
  /** By digest, or a tag that is there: nothing is pulled. */
  readonly image: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** How much later than its deadline an agent ends that nobody watches. */
  readonly unwatchedMs: number;
  readonly limits: ContainerLimits;
}

/** Labels by which containers are found again. */
export const LABELS = {
  runId: 'spec-automation.run',
  /** Which worker started it: see `markerValue`. */
  worker: 'spec-automation.worker',
} as const;

/** Whoever a worker of root lets agents be; nobody on the host has this number. */
const JOB_USER = 65_532;
const CHANGE_OWNER_MS = 60_000;

/**
 * Lay what the container sees of the host, make the container and start its agent. False when there is one of that name already:
 * then somebody else was faster. @throws what the daemon says
 */
export async function startContainer(
  docker: Docker,
  options: ContainerOptions,
  { name, command }: { readonly name: string; readonly command: SandboxCommand },
): Promise<boolean> {
  const stdinFile = path.join(command.stateDirectory, `${command.phase}.${command.attempt}.stdin`);
  await layFiles(command, stdinFile);
  const user = await handOver(command);
  const marker = {
    runId: command.runId,
    execution: `${command.phase}.${command.attempt}`,
    ...(await currentWorker()),
  };
  const spec = containerSpec(command, {
    name,
    image: options.image,
    user,
    labels: { [LABELS.runId]: command.runId, [LABELS.worker]: markerValue(marker) },
    stdinFile,
    limits: options.limits,
    limitS: seconds(command.deadlineMs + options.unwatchedMs),
    graceS: seconds(options.graceMs),
  });
  try {
    await docker.createContainer(spec);
  } catch (thrown) {
    if (isStatus(thrown, 409)) return false;
    throw thrown;
  }
  await docker.getContainer(name).start();
  return true;
}

async function layFiles(command: SandboxCommand, stdinFile: string): Promise<void> {
  await makeDirectory(path.dirname(stdinFile), 0o700);
  await writeFile(stdinFile, command.stdin, { mode: 0o644 });
  await makeDirectory(path.join(command.homeDirectory, 'tmp'), 0o700);
  for (const [name, content] of Object.entries(command.homeFiles)) {
    const file = path.join(command.homeDirectory, name);
    await makeDirectory(path.dirname(file), 0o700);
    await writeFile(file, content, { mode: 0o600 });
  }
}

/** The agent's user: this one, unless this is root, who gives the agent's directories away. As `uid:gid`. */
async function handOver({ workingDirectory, homeDirectory }: SandboxCommand): Promise<string> {
  const [user, group] = [process.getuid?.() ?? JOB_USER, process.getgid?.() ?? JOB_USER];
  if (user !== 0) return `${user}:${group}`;
  const owner = `${JOB_USER}:${JOB_USER}`;
  const argv = ['chown', '-hR', owner, '--', workingDirectory, homeDirectory] as const;
  const { exitCode, stderr } = await exec(argv, {
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: CHANGE_OWNER_MS,
  });
  if (exitCode !== 0) throw new Error(`the directories of the agent cannot be given to it: ${stderr.trim()}`);
  return owner;
}

function seconds(ms: number): number {
  return Math.max(Math.ceil(ms / 1000), 1);
}
