import { setTimeout as delay } from 'node:timers/promises';

import { listProcesses, type MarkedProcess } from './process-table.ts';

const ROUNDS = 50;
const ROUND_MS = 20;

/**
 * Kill every process a predicate picks until none is left: new ones may be forked while we look. Bounded at about a second;
 * returns how many were killed.
 */
export async function killMatching(isVictim: (candidate: MarkedProcess) => boolean): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const victims = (await listProcesses()).filter((candidate) => isVictim(candidate));
    if (victims.length === 0) return killed.size;
    for (const { pid } of victims) {
      killed.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
    await delay(ROUND_MS);
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
