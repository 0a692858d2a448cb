import { readdir, readFile, readlink } from 'node:fs/promises';

/** Name of the variable every process of an execution inherits. */
export const MARKER_NAME = '_SPEC_AUTOMATION_EXECUTION';

const FIELD_PARENT_PID = 1;
const FIELD_START_TIME = 19;

/** What a marker says: whose execution a process belongs to, and which worker started it. */
export interface Marker {
  readonly runId: string;
  readonly execution: string;
  readonly workerPid: number;
  /** Start time of the worker in clock ticks since boot: tells it from a later process with the same number. */
  readonly workerStart: string;
}

/** A running process that carries a marker, or works in a directory an execution owns. */
export interface MarkedProcess {
  readonly pid: number;
  /** 1 once the process that started it is gone. */
  readonly parentPid: number;
  readonly marker: Marker | undefined;
  readonly cwd: string | undefined;
}

/** The marker as an environment value. */
export function markerValue(marker: Marker): string {
  return [marker.runId, marker.execution, marker.workerPid, marker.workerStart].join('|');
}

/**
 * Every process of this user, with its marker if it has one. Reads `/proc`; on a system without it the list is empty and only
 * process groups protect against left-overs.
 */
export async function listProcesses(): Promise<readonly MarkedProcess[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  const found = await Promise.all(pids.filter((pid) => pid !== process.pid && pid > 1).map(readProcess));
  return found.filter((entry) => entry !== undefined);
}

/** Start time of a process in clock ticks since boot; `undefined` when it does not run. */
export async function processStart(pid: number): Promise<string | undefined> {
  return (await readStat(pid))?.[FIELD_START_TIME];
}

/** Fields of `/proc/<pid>/stat` from the third on: the name (field 2) may hold spaces and brackets, the rest is plain (proc(5)). */
async function readStat(pid: number): Promise<readonly string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function readProcess(pid: number): Promise<MarkedProcess | undefined> {
  const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => undefined);
  if (environ === undefined) return undefined;
  const entry = environ.split('\0').find((variable) => variable.startsWith(`${MARKER_NAME}=`));
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const parentPid = Number((await readStat(pid))?.[FIELD_PARENT_PID] ?? 0);
  return { pid, parentPid, marker: parseMarker(entry?.slice(MARKER_NAME.length + 1)), cwd };
}

function parseMarker(value: string | undefined): Marker | undefined {
  const [runId, execution, workerPid, workerStart] = value?.split('|') ?? [];
  if (runId === undefined || execution === undefined || workerStart === undefined) return undefined;
  return { runId, execution, workerPid: Number(workerPid), workerStart };
}
