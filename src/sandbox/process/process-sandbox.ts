// oxlint-disable-next-line no-restricted-imports -- an agent needs a session of its own and raw streams
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { appError, describeThrown } from '../../domain/app-error.ts';
import { boundedText } from '../../lib/bounded-text.ts';
import { lineSplitter } from '../../lib/line-splitter.ts';
import type { Sandbox, SandboxCommand, SandboxEnding, SandboxObserver, SandboxResult } from '../port.ts';
import { killMatching, signalGroup } from './kill-tree.ts';
import {
  listProcesses,
  MARKER_NAME,
  markerValue,
  processStart,
  type MarkedProcess,
  type Marker,
} from './process-table.ts';
import { watchOver } from './watchdog.ts';

/** What the sandbox takes from the host. */
export interface ProcessSandboxOptions {
  /** Search path the agent gets. */
  readonly path: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

const LOG_HEAD_CHARS = 1024 * 1024;
const LOG_TAIL_CHARS = 1024 * 1024;
const LINE_MAX_CHARS = 1024 * 1024;
/** How long the streams may stay open once every known process is dead. */
const STREAM_END_MS = 500;

/**
 * Agents as plain processes of this user: own session, own HOME, environment by allow-list, bounded output, whole-tree kill.
 * It limits accidents, not malice: the agent can read what this user can read.
 */
export function processSandbox(options: ProcessSandboxOptions): Sandbox {
  return {
    name: 'process',
    description: 'a process of this user: own session, HOME and environment; no wall against a hostile agent',
    preflight: () => Promise.resolve(),
    execute: (command, observe) => execute(options, command, observe),
    reap,
  };
}

async function execute(
  options: ProcessSandboxOptions,
  command: SandboxCommand,
  observe: SandboxObserver,
): Promise<SandboxResult> {
  const marker = await markExecution(command);
  const startedMs = performance.now();
  const child = await start(options, command, marker);
  const output = collectOutput(child, observe);
  feed(child, command.stdin);
  const guard = watchOver({ leaderPid: child.pid ?? 0, marker: markerValue(marker), path: options.path });
  try {
    const ending = await waitForEnd(child, command, options.graceMs);
    await sweep(child, command, marker);
    await output.finished();
    return {
      ending,
      exitCode: child.exitCode,
      signalName: child.signalCode,
      durationMs: Math.round(performance.now() - startedMs),
      stdout: output.stdout(),
      stderr: output.stderr(),
    };
  } finally {
    guard.dismiss();
  }
}

async function markExecution(command: SandboxCommand): Promise<Marker> {
  const workerStart = (await processStart(process.pid)) ?? 'unknown';
  return {
    runId: command.runId,
    execution: `${command.phase}.${command.attempt}`,
    workerPid: process.pid,
    workerStart,
  };
}

async function start(
  options: ProcessSandboxOptions,
  command: SandboxCommand,
  marker: Marker,
): Promise<ChildProcessWithoutNullStreams> {
  const [program, ...args] = command.argv;
  const temporary = path.join(command.homeDirectory, 'tmp');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const child = spawn(program, args, {
    cwd: command.workingDirectory,
    detached: true,
    stdio: 'pipe',
    env: {
      ...command.env,
      PATH: options.path,
      HOME: command.homeDirectory,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      NO_COLOR: '1',
      [MARKER_NAME]: markerValue(marker),
    },
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw appError('sandbox_unavailable', { sandbox: 'process', problem: describeThrown(cause) }, cause);
  }
  return child;
}

/** Write the prompt and close standard input; an agent that never reads it is no error of ours. */
function feed(child: ChildProcessWithoutNullStreams, stdin: string): void {
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
}

function collectOutput(child: ChildProcessWithoutNullStreams, observe: SandboxObserver) {
  const collect = (name: 'stdout' | 'stderr') => {
    const kept = boundedText(LOG_HEAD_CHARS, LOG_TAIL_CHARS);
    const lines = lineSplitter(LINE_MAX_CHARS, (line) => {
      kept.append(`${line}\n`);
      observe.onLine(name, line);
    });
    child[name].on('data', (chunk: Buffer) => lines.push(chunk));
    return { kept, end: () => lines.end() };
  };
  const streams = { stdout: collect('stdout'), stderr: collect('stderr') };
  const closed = once(child, 'close');
  return {
    stdout: () => streams.stdout.kept.toString(),
    stderr: () => streams.stderr.kept.toString(),
    async finished() {
      // Something that escaped may still hold the pipes; what it writes later is not waited for.
      await Promise.race([closed, delay(STREAM_END_MS, undefined, { ref: false })]);
      child.stdout.destroy();
      child.stderr.destroy();
      streams.stdout.end();
      streams.stderr.end();
    },
  };
}

/** Wait for the agent itself; at the deadline or on cancel ask it to stop, and kill it after the grace time. */
async function waitForEnd(
  child: ChildProcessWithoutNullStreams,
  command: SandboxCommand,
  graceMs: number,
): Promise<SandboxEnding> {
  const exited = once(child, 'exit');
  const timer = new AbortController();
  const deadline = delay(command.deadlineMs, 'deadline' as const, { signal: timer.signal }).catch(
    () => 'exited' as const,
  );
  const cancelled = whenAborted(command.signal, timer.signal);
  const ending = await Promise.race([exited.then(() => 'exited' as const), deadline, cancelled]);
  timer.abort();
  if (ending === 'exited' || child.pid === undefined) return ending;
  signalGroup(child.pid, 'SIGTERM');
  await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
  signalGroup(child.pid, 'SIGKILL');
  await exited;
  return ending;
}

async function whenAborted(signal: AbortSignal, stop: AbortSignal): Promise<'cancelled'> {
  if (!signal.aborted) await once(signal, 'abort', { signal: stop }).catch(() => undefined);
  return 'cancelled';
}

/**
 * Kill what the agent left behind: its group, whoever inherited its marker, and orphans that work in its directories (a daemon
 * may have emptied its environment; a person's shell there has a living parent).
 */
async function sweep(
  child: ChildProcessWithoutNullStreams,
  command: SandboxCommand,
  marker: Marker,
): Promise<void> {
  if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  const value = markerValue(marker);
  const isOurs = (candidate: MarkedProcess) =>
    candidate.marker !== undefined && markerValue(candidate.marker) === value;
  const worksThere = ({ cwd }: MarkedProcess) =>
    isWithin(cwd, command.workingDirectory) || isWithin(cwd, command.homeDirectory);
  await killMatching(
    (candidate) => isOurs(candidate) || (candidate.parentPid === 1 && worksThere(candidate)),
  );
}

function isWithin(cwd: string | undefined, directory: string): boolean {
  return cwd === directory || (cwd?.startsWith(`${directory}/`) ?? false);
}

async function reap(runId?: string): Promise<number> {
  const starts = new Map<number, string | undefined>();
  const isDeadWorker = ({ workerPid, workerStart }: Marker) => starts.get(workerPid) !== workerStart;
  for (const pid of await workerPids()) starts.set(pid, await processStart(pid));
  return killMatching(
    ({ marker }) =>
      marker !== undefined && (runId === undefined ? isDeadWorker(marker) : marker.runId === runId),
  );
}

async function workerPids(): Promise<ReadonlySet<number>> {
  const marked = await listProcesses();
  return new Set(marked.flatMap(({ marker }) => (marker === undefined ? [] : [marker.workerPid])));
}
