import { setTimeout as delay } from 'node:timers/promises';

import { listProcesses, type SeenProcess } from './process-table.ts';

const ROUNDS = 50;
const ROUND_MS = 20;
/** One empty look proves little: a process that just executes another program has no environment for a moment. */
const EMPTY_ROUNDS = 2;

/**
 * Kill every process that is chosen until none is left: new ones may be forked while we look. Bounded at some seconds; returns
 * how many were killed.
 */
export async function killUntilNone(
  choose: (all: readonly SeenProcess[]) => Promise<readonly { readonly pid: number }[]>,
): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0, empty = 0; round < ROUNDS && empty < EMPTY_ROUNDS; round += 1) {
    if (round > 0) await delay(ROUND_MS);
    const victims = await choose(await listProcesses());
    empty = victims.length === 0 ? empty + 1 : 0;
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
