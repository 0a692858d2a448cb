// oxlint-disable-next-line no-restricted-imports -- an agent needs a session of its own and raw streams
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../../domain/app-error.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import type { SandboxCommand } from '../port.ts';
import { MARKER_NAME, markerValue, type Marker } from './process-table.ts';

/** The agent's process; it has a number, since it started. */
export type AgentProcess = ChildProcessWithoutNullStreams & { readonly pid: number };

/** Where an execution works, as the system names it: `/proc` knows no links. */
export interface ExecutionDirectories {
  readonly work: string;
  readonly home: string;
}

interface AgentStart {
  readonly marker: Marker;
  readonly directories: ExecutionDirectories;
  readonly path: string;
}

/** Make HOME and TMPDIR, and resolve what the agent may later delete. @throws `sandbox_unavailable` */
export async function prepareDirectories(command: SandboxCommand): Promise<ExecutionDirectories> {
  try {
    await makeDirectory(temporaryDirectory(command), 0o700);
    return { work: await realpath(command.workingDirectory), home: await realpath(command.homeDirectory) };
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Start the agent in a session of its own and hand it its prompt. @throws `sandbox_unavailable` */
export async function startAgent(command: SandboxCommand, start: AgentStart): Promise<AgentProcess> {
  const [program, ...args] = command.argv;
  const env = agentEnv(command, start);
  try {
    // Some failures are thrown (E2BIG), others come as an event (ENOENT).
    const child = spawn(program, args, { cwd: command.workingDirectory, detached: true, stdio: 'pipe', env });
    await once(child, 'spawn');
    demandStarted(child);
    feed(child, command.stdin);
    return child;
  } catch (cause) {
    throw unavailable(cause);
  }
}

function agentEnv(command: SandboxCommand, { marker, path: searchPath }: AgentStart): Record<string, string> {
  return {
    ...command.env,
    PATH: searchPath,
    HOME: command.homeDirectory,
    TMPDIR: temporaryDirectory(command),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    [MARKER_NAME]: markerValue(marker),
  };
}

function temporaryDirectory({ homeDirectory }: SandboxCommand): string {
  return path.join(homeDirectory, 'tmp');
}

function demandStarted(child: ChildProcessWithoutNullStreams): asserts child is AgentProcess {
  if (child.pid === undefined) throw new Error('the process has no number');
}

/** Write the prompt and close standard input; an agent that never reads it is no error of ours. */
function feed(child: ChildProcessWithoutNullStreams, stdin: string): void {
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
}

function unavailable(cause: unknown) {
  return appError('sandbox_unavailable', { sandbox: 'process', problem: describeThrown(cause) }, cause);
}
