import { readdir, readFile, readlink } from 'node:fs/promises';

/** Name of the variable every process of an execution inherits. */
export const MARKER_NAME = '_SPEC_AUTOMATION_EXECUTION';

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

/**
 * Every other process of this user, newest first: what runs away does so by forking. Reads `/proc`; on a system without it the
 * list is empty and only process groups protect against left-overs.
 */
export async function listProcesses(): Promise<readonly SeenProcess[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  const others = pids.filter((pid) => pid !== process.pid && pid > 1).toSorted((one, other) => other - one);
  const found = await Promise.all(others.map(readProcess));
  return found.filter((entry) => entry !== undefined);
}

/** Start time of a process in clock ticks since boot; `undefined` when it does not run, be it not yet waited for. */
export async function processStart(pid: number): Promise<string | undefined> {
  const stat = await readStat(pid);
  return stat === undefined || /^[ZX]$/u.test(stat[FIELD_STATE] ?? '') ? undefined : stat[FIELD_START_TIME];
}

/** Fields of `/proc/<pid>/stat` from the third on: the name (field 2) may hold spaces and brackets, the rest is plain (proc(5)). */
async function readStat(pid: number): Promise<readonly string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function readProcess(pid: number): Promise<SeenProcess | undefined> {
  const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => undefined);
  if (environ === undefined) return undefined;
  const entry = environ.split('\0').find((variable) => variable.startsWith(`${MARKER_NAME}=`));
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const parentPid = Number((await readStat(pid))?.[FIELD_PARENT_PID] ?? 0);
  const marker = parseMarker(entry?.slice(MARKER_NAME.length + 1));
  return { pid, parentPid, marker, cwd: cwd?.replace(/ \(deleted\)$/u, '') };
}

function parseMarker(value: string | undefined): Marker | undefined {
  const [runId, execution, workerPid, workerStart, pidNamespace] = value?.split('|') ?? [];
  if (runId === undefined || execution === undefined || workerStart === undefined) return undefined;
  return { runId, execution, workerPid: Number(workerPid), workerStart, pidNamespace: pidNamespace ?? '' };
}
