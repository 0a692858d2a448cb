import { readdir, readFile, readlink } from 'node:fs/promises';

/** Name of the variable every process of an execution inherits. */
export const MARKER_NAME = '_SPEC_AUTOMATION_EXECUTION';

/** The kernel's own, and parent of its threads. */
const KERNEL_PID = 2;
const FIELD_STATE = 0;
const FIELD_PARENT_PID = 1;
const FIELD_START_TIME = 19;

/** A worker, told from a later process with the same number and from one in another process namespace. */
export interface Worker {
  readonly workerPid: number;
  /** Start time in clock ticks since boot. */
  readonly workerStart: string;
  /** Two containers may both have a process 7. */
  readonly pidNamespace: string;
}

/** What a marker says: whose execution a process belongs to, and which worker started it. */
export interface Marker extends Worker {
  readonly runId: string;
  readonly execution: string;
}

/** A running process of this user. */
export interface SeenProcess {
  readonly pid: number;
  /** 1 once the process that started it is gone. */
  readonly parentPid: number;
  readonly marker: Marker | undefined;
  /** Where it works, also when that was deleted meanwhile. */
  readonly cwd: string | undefined;
}

/** This process as a worker. */
export async function currentWorker(): Promise<Worker> {
  const workerStart = (await processStart(process.pid)) ?? 'unknown';
  const pidNamespace = await readlink('/proc/self/ns/pid').catch(() => 'unknown');
  return { workerPid: process.pid, workerStart, pidNamespace };
}

/** The marker as an environment value. */
export function markerValue(marker: Marker): string {
  const { runId, execution, workerPid, workerStart, pidNamespace } = marker;
  return [runId, execution, workerPid, workerStart, pidNamespace].join('|');
}

/** One look at what runs. */
export interface ProcessLook {
  readonly seen: readonly SeenProcess[];
  /** Processes that ended, or were becoming another program, while we looked; they may have successors. */
  readonly missedPids: readonly number[];
}

/**
 * Every other process of this user, newest first: what runs away does so by forking. Reads `/proc`; on a system without it the
 * list is empty and only process groups protect against left-overs.
 */
export async function listProcesses(): Promise<ProcessLook> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  const others = pids.filter((pid) => pid !== process.pid && pid > 1).toSorted((one, other) => other - one);
  const missedPids: number[] = [];
  const found = await Promise.all(others.map((pid) => readProcess(pid, () => missedPids.push(pid))));
  return { seen: found.filter((entry) => entry !== undefined), missedPids };
}

/** Start time of a process in clock ticks since boot; `undefined` when it does not run, be it not yet waited for. */
export async function processStart(pid: number): Promise<string | undefined> {
  const stat = await readStat(pid);
  return stat === undefined || hasEnded(stat) ? undefined : stat[FIELD_START_TIME];
}

/** Fields of `/proc/<pid>/stat` from the third on: the name (field 2) may hold spaces and brackets, the rest is plain (proc(5)). */
async function readStat(pid: number): Promise<readonly string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function hasEnded(stat: readonly string[]): boolean {
  return /^[ZX]$/u.test(stat[FIELD_STATE] ?? '');
}

async function readProcess(pid: number, noteMissed: () => void): Promise<SeenProcess | undefined> {
  const environ = await readEnviron(pid);
  const stat = await readStat(pid);
  if (environ === 'denied') return undefined;
  if (stat === undefined || hasEnded(stat)) {
    noteMissed();
    return undefined;
  }
  const parentPid = Number(stat[FIELD_PARENT_PID]);
  if (pid === KERNEL_PID || parentPid === KERNEL_PID) return undefined;
  // It is just becoming another program, or it is a daemon that emptied its environment.
  if (environ === '') noteMissed();
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return { pid, parentPid, marker: findMarker(environ), cwd: cwd?.replace(/ \(deleted\)$/u, '') };
}

/** `denied` for a process of another user; empty when there is none, now or at all. */
async function readEnviron(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/environ`, 'latin1').catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'denied' : '',
  );
}

function findMarker(environ: string): Marker | undefined {
  const entry = environ.split('\0').find((variable) => variable.startsWith(`${MARKER_NAME}=`));
  return parseMarker(entry?.slice(MARKER_NAME.length + 1));
}

function parseMarker(value: string | undefined): Marker | undefined {
  const [runId, execution, workerPid, workerStart, pidNamespace] = value?.split('|') ?? [];
  if (runId === undefined || execution === undefined || workerStart === undefined) return undefined;
  return { runId, execution, workerPid: Number(workerPid), workerStart, pidNamespace: pidNamespace ?? '' };
}
