import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';

import { containerName, LABELS } from '../../../src/sandbox/docker/container-names.ts';
import { containerSpec } from '../../../src/sandbox/docker/container-spec.ts';
import { dockerSandbox, type DockerSandboxOptions } from '../../../src/sandbox/docker/docker-sandbox.ts';
import { ensureGateway, gatewayDirectories } from '../../../src/sandbox/docker/gateway-container.ts';
import { jobUser, layFiles } from '../../../src/sandbox/docker/hand-over.ts';
import { pinImage } from '../../../src/sandbox/docker/job-image.ts';
import type { SandboxCommand, SandboxResult } from '../../../src/sandbox/port.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../../support/docker-options.ts';

/** The daemon, as the host sees it. */
export const docker = new Docker({ socketPath: SOCKET_PATH });

export type Spec = Docker.ContainerCreateOptions;
export type Options = Omit<DockerSandboxOptions, 'socketPath'>;

/** Where attacks happen: directories and containers of their own, gone when it is disposed of. */
export interface Rig extends AsyncDisposable {
  /** Whether the defence is to be off. */
  readonly isLoose: boolean;
  /** A directory of the host for whatever the attack needs. */
  readonly root: string;
  /** What the script prints to show that it ran; new for each rig. */
  readonly nonce: string;
  /** Run a script as an agent. */
  readonly execute: (script: string, change?: ExecutionChange) => Promise<Executed>;
  /** Runs that get containers elsewhere and are cleaned up here. */
  readonly adopt: (runId: string) => void;
}

/** What is not as usual. */
export interface ExecutionChange {
  readonly command?: Partial<SandboxCommand>;
  /** Of the sandbox. */
  readonly options?: Partial<Options>;
  readonly limits?: Partial<Options['limits']>;
  /** Makes the container by another specification. The product then adopts it as if it were its own. */
  readonly loosen?: ((spec: Spec) => Spec) | undefined;
  /** Called by the host while the script stands at `pause`; the script goes on once it is done. */
  readonly during?: (container: Docker.Container, command: SandboxCommand) => Promise<void>;
}

/** A script that has ended, as the host knows it. */
export interface Executed {
  readonly command: SandboxCommand;
  readonly result: SandboxResult;
  readonly lines: readonly string[];
  /** What it says it reached; counts only because nothing but the script knows the nonce. */
  readonly reached: readonly string[];
  /** Whether it came to its last line. */
  readonly hasRun: boolean;
}

/** What every script may use: `reached <what>`, and `pause` until the host has looked. */
const PRELUDE = `
reached() { printf 'reached-%s %s\\n' "$NONCE" "$*"; }
pause() { printf 'paused-%s\\n' "$NONCE"; until [ -e /work/repo/.go ]; do sleep 0.05; done; }
`;
const DEADLINE_MS = 30_000;

/** Open one. */
export async function openRig({ isLoose }: { readonly isLoose: boolean }): Promise<Rig> {
  const root = await mkdtemp(path.join(tmpdir(), 'attack-'));
  const nonce = randomBytes(6).toString('hex');
  const runIds = new Set<string>();
  return {
    isLoose,
    root,
    nonce,
    adopt: (runId) => void runIds.add(runId),
    async execute(script, change = {}) {
      const command = await makeCommand(root, { script, nonce, change });
      runIds.add(command.runId);
      return execute(command, { nonce, change });
    },
    async [Symbol.asyncDispose]() {
      const sandbox = dockerSandbox(DOCKER_OPTIONS);
      for (const runId of runIds) await sandbox.reap(runId);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Why Docker's tests cannot run here; `undefined` when they can. */
export async function whyNoDocker(): Promise<string | undefined> {
  try {
    await docker.getImage(DOCKER_OPTIONS.image).inspect();
    return undefined;
  } catch (thrown) {
    return `Docker with ${DOCKER_OPTIONS.image} is needed: ${String(thrown)}`;
  }
}

async function makeCommand(
  root: string,
  {
    script,
    nonce,
    change,
  }: { readonly script: string; readonly nonce: string; readonly change: ExecutionChange },
): Promise<SandboxCommand> {
  const runId = change.command?.runId ?? randomUUID();
  const at = (name: string) => path.join(root, runId, name);
  for (const name of ['repo', 'home', 'executions']) await mkdir(at(name), { recursive: true });
  const { signal } = new AbortController();
  const body = `${PRELUDE}\n${script}\nprintf 'ran-%s\\n' "$NONCE"\n`;
  return {
    runId,
    phase: 'speckit_plan',
    attempt: 1,
    argv: ['/bin/bash', '-c', body],
    stdin: '',
    homeFiles: {},
    readPaths: [],
    needsNetwork: false,
    model: undefined,
    workingDirectory: at('repo'),
    homeDirectory: at('home'),
    stateDirectory: at('executions'),
    deadlineMs: DEADLINE_MS,
    signal,
    release: signal,
    ...change.command,
    env: { NONCE: nonce, ...change.command?.env },
  };
}

async function execute(
  command: SandboxCommand,
  { nonce, change }: { readonly nonce: string; readonly change: ExecutionChange },
): Promise<Executed> {
  const options: Options = { ...DOCKER_OPTIONS, ...change.options };
  const limited = { ...options, limits: { ...options.limits, ...change.limits } };
  if (change.loosen !== undefined) await startLoose(command, limited, change.loosen);
  const lines: string[] = [];
  let looked: Promise<void> | undefined;
  const onLine = (_stream: string, line: string) => {
    lines.push(line.slice(0, 4096));
    if (line === `paused-${nonce}`) looked = look(command, change);
  };
  const sandbox = dockerSandbox({ ...limited, socketPath: SOCKET_PATH });
  const result = await sandbox.execute(command, { onLine });
  await looked;
  const mark = `reached-${nonce} `;
  const reached = lines.flatMap((line) => (line.startsWith(mark) ? [line.slice(mark.length)] : []));
  return { command, result, lines, reached, hasRun: lines.includes(`ran-${nonce}`) };
}

async function look(command: SandboxCommand, { during }: ExecutionChange): Promise<void> {
  try {
    await during?.(docker.getContainer(containerName(command)), command);
  } finally {
    await writeFile(path.join(command.workingDirectory, '.go'), '');
  }
}

/** As the product starts a container, but by another specification. */
async function startLoose(
  command: SandboxCommand,
  options: Options,
  loosen: (spec: Spec) => Spec,
): Promise<void> {
  const stdinFile = path.join(command.stateDirectory, `${command.phase}.${command.attempt}.stdin`);
  const imageId = await pinImage(docker, options.image, command.stateDirectory);
  const directories = gatewayDirectories(command);
  if (command.needsNetwork) await ensureGateway(docker, options, { needs: command, imageId });
  await layFiles(command, stdinFile);
  const spec = containerSpec(command, {
    name: containerName(command),
    imageId,
    runtime: options.runtime,
    user: jobUser(),
    labels: { [LABELS.runId]: command.runId, [LABELS.role]: 'agent' },
    stdinFile,
    gatewayDirectory: command.needsNetwork ? directories.socket : undefined,
    limits: options.limits,
    limitS: 60,
    graceS: 1,
  });
  await docker.createContainer(loosen(spec));
  await docker.getContainer(containerName(command)).start();
}
