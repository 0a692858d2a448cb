import { setTimeout as delay } from 'node:timers/promises';

import { listProcesses, type SeenProcess } from './process-table.ts';

const ROUNDS = 100;
const ROUND_MS = 10;
/** One look that finds nothing proves little: a process that just becomes another program shows no environment. */
const CALM_LOOKS = 2;
/** A look during which processes slipped by proves nothing; then we look on for so long. */
const RESTLESS_MS = 250;

/** Whom to kill. */
export interface Hunt {
  readonly choose: (seen: readonly SeenProcess[]) => readonly { readonly pid: number }[];
  /** Processes with higher numbers may belong to what is hunted. */
  readonly newerThanPid?: number;
  /** How many looks in a row must find nothing. */
  readonly calmLooks?: number;
}

/**
 * Kill every process that is chosen until none is left: new ones may be forked while we look. Bounded at some seconds; returns
 * how many were killed.
 */
export async function killUntilNone(hunt: Hunt): Promise<number> {
  const { choose, newerThanPid = Infinity, calmLooks: enough = CALM_LOOKS } = hunt;
  const killed = new Set<number>();
  let calmLooks = 0;
  let quietSinceMs = Infinity;
  let endedBefore: ReadonlySet<number> = new Set();
  for (let round = 0; round < ROUNDS && calmLooks < enough; round += 1) {
    if (round > 0) await delay(ROUND_MS);
    const { seen, missedPids, endedPids } = listProcesses();
    const victims = choose(seen);
    for (const { pid } of victims) {
      killed.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
    const nowMs = performance.now();
    // One whose parent never waits for it has no more successors.
    const slipped = [...missedPids, ...endedPids.filter((pid) => !endedBefore.has(pid))];
    const isRestless = slipped.some((pid) => pid > newerThanPid);
    endedBefore = new Set(endedPids);
    if (victims.length > 0) calmLooks = 0;
    else if (!isRestless) calmLooks += 1;
    else if (nowMs - quietSinceMs > RESTLESS_MS) break;
    quietSinceMs = victims.length > 0 ? nowMs : Math.min(quietSinceMs, nowMs);
  }
  return killed.size;
}

/** Send a signal to a whole process group; a group that is gone is fine. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  signalProcess(-leaderPid, signal);
}

/** Send a signal to one process; one that is gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** `ESRCH`: no such process. `EPERM`: the number now belongs to somebody else. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM');
}
