import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { hasEnded, readStat } from '../process-stat.ts';
import { parseMarker, type Marker } from '../worker-marker.ts';

/** Name of the variable every process of an execution inherits. */
export const MARKER_NAME = '_SPEC_AUTOMATION_EXECUTION';

/** The kernel's own, and parent of its threads. */
const KERNEL_PID = 2;
const FIELD_PARENT_PID = 1;

/** A running process of this user. */
export interface SeenProcess {
  readonly pid: number;
  /** Name of its program, cut to 15 bytes (proc(5), "comm"); it may call itself anything. */
  readonly name: string;
  /** 1 once the process that started it is gone. */
  readonly parentPid: number;
  readonly marker: Marker | undefined;
  /** Where it works, also when that was deleted meanwhile. */
  readonly cwd: string | undefined;
}

/** One look at what runs. */
export interface ProcessLook {
  readonly seen: readonly SeenProcess[];
  /** Processes that went, or were becoming another program, while we looked; they may have successors. */
  readonly missedPids: readonly number[];
  /** Processes that ended and that nobody has waited for yet; they may have had successors. */
  readonly endedPids: readonly number[];
}

/**
 * Every other process of this user, newest first: what runs away does so by forking. Synchronous, since a fork takes less time
 * than a turn of the event loop. Reads `/proc`; on a system without it the list is empty and only process groups protect against
 * left-overs.
 */
export function listProcesses(): ProcessLook {
  const names = unlessGone(() => readdirSync('/proc')) ?? [];
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  const others = pids.filter((pid) => pid !== process.pid && pid > 1).toSorted((one, other) => other - one);
  const [missedPids, endedPids]: [number[], number[]] = [[], []];
  const found = others.map((pid) => readProcess(pid, { missedPids, endedPids }));
  return { seen: found.filter((entry) => entry !== undefined), missedPids, endedPids };
}

/** True while a process of this number runs and its arguments hold the text: numbers are used again. */
export function isRunningWith(pid: number, text: string): boolean {
  const stat = readStat(pid);
  if (stat === undefined) return isAlive(pid);
  return (
    !hasEnded(stat) && (unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '').includes(text)
  );
}

function readProcess(
  pid: number,
  { missedPids, endedPids }: Record<'missedPids' | 'endedPids', number[]>,
): SeenProcess | undefined {
  const environ = readEnviron(pid);
  const stat = readStat(pid);
  if (environ === 'denied') return undefined;
  if (stat === undefined || hasEnded(stat)) {
    (stat === undefined ? missedPids : endedPids).push(pid);
    return undefined;
  }
  const parentPid = Number(stat.fields[FIELD_PARENT_PID]);
  if (pid === KERNEL_PID || parentPid === KERNEL_PID) return undefined;
  // It is just becoming another program, or it is a daemon that emptied its environment.
  if (environ === '') missedPids.push(pid);
  const cwd = unlessGone(() => readlinkSync(`/proc/${pid}/cwd`));
  return {
    pid,
    name: stat.name,
    parentPid,
    marker: findMarker(environ),
    cwd: cwd?.replace(/ \(deleted\)$/u, ''),
  };
}

/** `denied` for a process of another user; empty when there is none, now or at all. */
function readEnviron(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'denied' : '';
  }
}

/** For systems without `/proc`. */
function isAlive(pid: number): boolean {
  return (
    unlessGone(() => readdirSync('/proc/self')) === undefined &&
    unlessGone(() => process.kill(pid, 0)) === true
  );
}

function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function findMarker(environ: string): Marker | undefined {
  const entry = environ.split('\0').find((variable) => variable.startsWith(`${MARKER_NAME}=`));
  return parseMarker(entry?.slice(MARKER_NAME.length + 1));
}
