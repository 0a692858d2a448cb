import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxEnding } from '../port.ts';
import { askToStop } from './ask-to-stop.ts';
import type { FollowedOutput } from './follow-output.ts';
import { signalGroup, signalProcess } from './kill-tree.ts';
import type { ExecutionTraces } from './left-overs.ts';
import { isRunningWith } from './process-table.ts';
import { readExit, readPid, startedAtMs, type Spool } from './spool.ts';
import type { Supervisor } from './supervisor.ts';

/** An execution under way. */
export interface Watched {
  readonly spool: Spool;
  readonly marker: ExecutionTraces['marker'];
  /** Its supervisor, when this process started it. */
  readonly supervisor: Supervisor | undefined;
  readonly output: FollowedOutput;
}

/** When it is over at the latest. */
export interface EndLimits {
  readonly deadlineMs: number;
  readonly graceMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Ends the watching only. */
  readonly release: AbortSignal;
}

/** The kernel ends a killed process at once, unless it hangs in a device: then it is left behind. */
const KILL_MS = 5_000;
const LOOK_MS = 20;
const START_MS = 2_000;

/** Pass on what the agent writes until it ended; at the deadline or on cancel ask it to stop, and kill it after the grace time. */
export async function watchExecution(watched: Watched, limits: EndLimits): Promise<SandboxEnding> {
  const ending = await firstEnding(watched, limits);
  if (ending === 'exited' || ending === 'released') return ending;
  const leaderPid = await readPid(watched.spool, 'leader');
  askToStop({ leaderPid, marker: watched.marker });
  // It makes sure of the end, should this process not live to do so.
  await signalSupervisor(watched, 'SIGTERM');
  if (!(await endsWithin(watched, limits.graceMs))) await killAll(watched);
  return ending;
}

async function killAll(watched: Watched): Promise<void> {
  // It may have started a moment ago.
  const leaderPid = await readPid(watched.spool, 'leader');
  if (leaderPid !== undefined) signalGroup(leaderPid, 'SIGKILL');
  // A supervisor that somebody stopped would otherwise never go.
  if (!(await endsWithin(watched, KILL_MS))) await signalSupervisor(watched, 'SIGKILL');
}

/** True while the supervisor of an execution lives, whoever started it. */
export async function isSupervised(spool: Spool): Promise<boolean> {
  const pid = await readPid(spool, 'supervisor');
  return pid === undefined ? isJustMade(spool) : isRunningWith(pid, spool.directory);
}

/** Between the making of a spool and the first word of its supervisor lies the start of a process. */
async function isJustMade(spool: Spool): Promise<boolean> {
  const madeAtMs = await startedAtMs(spool);
  return madeAtMs !== undefined && Date.now() - madeAtMs < START_MS;
}

/** One this process started is known before it has written its number down. */
async function signalSupervisor({ spool, supervisor }: Watched, signal: NodeJS.Signals): Promise<void> {
  const pid = supervisor === undefined ? await readPid(spool, 'supervisor') : supervisor.pid;
  if (pid === undefined) return;
  const isIt = supervisor === undefined ? isRunningWith(pid, spool.directory) : isUnderWay(supervisor);
  if (isIt) signalProcess(pid, signal);
}

async function firstEnding(watched: Watched, limits: EndLimits): Promise<SandboxEnding> {
  const { failure } = watched.output;
  const endMs = performance.now() + limits.deadlineMs;
  for (;;) {
    if (limits.release.aborted) return 'released';
    if (limits.signal.aborted || failure.aborted) return 'cancelled';
    if (await hasEnded(watched)) return 'exited';
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) return 'deadline';
    await nextLook(watched, [limits.signal, limits.release, failure], leftMs);
    await watched.output.readOn();
  }
}

async function endsWithin(watched: Watched, ms: number): Promise<boolean> {
  const endMs = performance.now() + ms;
  while (!(await hasEnded(watched))) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) return false;
    await nextLook(watched, [], leftMs);
  }
  return true;
}

/** Its result is written, or nobody is left to write one. */
async function hasEnded({ spool, supervisor }: Watched): Promise<boolean> {
  if (supervisor !== undefined) return !isUnderWay(supervisor);
  return (await readExit(spool)) !== undefined || !(await isSupervised(spool));
}

function isUnderWay({ exitCode, signalCode }: Supervisor): boolean {
  return exitCode === null && signalCode === null;
}

/** A moment, or less when something happens. */
async function nextLook(
  { supervisor }: Watched,
  signals: readonly AbortSignal[],
  atMostMs: number,
): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const events = [
    delay(Math.min(LOOK_MS, atMostMs), undefined, { signal }),
    ...(supervisor === undefined ? [] : [once(supervisor, 'exit', { signal })]),
    ...signals.map((each) => once(each, 'abort', { signal })),
  ];
  await Promise.race(events.map((event) => event.catch(() => undefined)));
  stop.abort();
}
