import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { exec } from '../../lib/exec.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import type { SandboxCommand } from '../port.ts';

/** Whoever a worker of root lets agents be; nobody on the host has this number. */
const JOB_USER = 65_532;
const CHANGE_OWNER_MS = 60_000;

/** The user of job containers as `uid:gid`: this one, unless this is root. */
export function jobUser(): string {
  const [user, group] = [process.getuid?.() ?? JOB_USER, process.getgid?.() ?? JOB_USER];
  return user === 0 ? `${JOB_USER}:${JOB_USER}` : `${user}:${group}`;
}

/** Lay the agent's standard input and the files of its HOME, and make its directories its own. */
export async function layFiles(command: SandboxCommand, stdinFile: string): Promise<void> {
  await writeFile(stdinFile, command.stdin, { mode: 0o644 });
  for (const [name, content] of Object.entries(command.homeFiles)) {
    const file = path.join(command.homeDirectory, name);
    await makeDirectory(path.dirname(file), 0o700);
    await writeFile(file, content, { mode: 0o600 });
  }
  await handOver([command.workingDirectory, command.homeDirectory]);
}

/** Make directories and all in them belong to the user of job containers. */
export async function handOver(directories: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const argv = ['chown', '-hR', jobUser(), '--', ...directories] as const;
  const { exitCode, stderr } = await exec(argv, {
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: CHANGE_OWNER_MS,
  });
  if (exitCode !== 0) throw new Error(`the directories of the agent cannot be given to it: ${stderr.trim()}`);
}
