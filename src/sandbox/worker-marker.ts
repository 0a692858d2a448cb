import { readlink } from 'node:fs/promises';

import { processStart } from './process-stat.ts';

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

/** This process as a worker. */
export async function currentWorker(): Promise<Worker> {
  const workerStart = processStart(process.pid) ?? 'unknown';
  const pidNamespace = await readlink('/proc/self/ns/pid').catch(() => 'unknown');
  return { workerPid: process.pid, workerStart, pidNamespace };
}

/** The marker as an environment value. */
export function markerValue(marker: Marker): string {
  const { runId, execution, workerPid, workerStart, pidNamespace } = marker;
  return [runId, execution, workerPid, workerStart, pidNamespace].join('|');
}

/** What a marker says; `undefined` for what is none. */
export function parseMarker(value: string | undefined): Marker | undefined {
  const [runId, execution, workerPid, workerStart, pidNamespace] = value?.split('|') ?? [];
  if (runId === undefined || execution === undefined || workerStart === undefined) return undefined;
  return { runId, execution, workerPid: Number(workerPid), workerStart, pidNamespace: pidNamespace ?? '' };
}

/**
 * True when the worker of a marker does not run any more. One of another process namespace (a container) cannot be looked up here,
 * so it is left to its own kind.
 */
export function hasDeadWorker(marker: Marker, pidNamespace: string): boolean {
  return marker.pidNamespace === pidNamespace && processStart(marker.workerPid) !== marker.workerStart;
}
