import { setTimeout as delay } from 'node:timers/promises';

import { listProcesses, type SeenProcess } from './process-table.ts';

const ROUNDS = 50;
const ROUND_MS = 20;
/** A look that found nothing proves little, and hardly anything when processes slipped by meanwhile. */
const ENOUGH_CALM = 2;
const CALM_OF_RESTLESS_LOOK = 0.25;

/** Whom to kill. */
export interface Hunt {
  readonly choose: (seen: readonly SeenProcess[]) => Promise<readonly { readonly pid: number }[]>;
  /** Processes with higher numbers may belong to what is hunted. */
  readonly newerThanPid?: number;
}

/**
 * Kill every process that is chosen until none is left: new ones may be forked while we look. Bounded at some seconds; returns
 * how many were killed.
 */
export async function killUntilNone({ choose, newerThanPid = Infinity }: Hunt): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0, calm = 0; round < ROUNDS && calm < ENOUGH_CALM; round += 1) {
    if (round > 0) await delay(ROUND_MS);
    const { seen, missedPids } = await listProcesses();
    const victims = await choose(seen);
    const isRestless = missedPids.some((pid) => pid > newerThanPid);
    calm = victims.length > 0 ? 0 : calm + (isRestless ? CALM_OF_RESTLESS_LOOK : 1);
    for (const { pid } of victims) {
      killed.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
  }
  return killed.size;
}

/** Send a signal to a whole process group; a group that is gone is fine. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  signalProcess(-leaderPid, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
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
