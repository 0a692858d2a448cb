import { isTerminal } from '../domain/run.ts';
import type { Sandbox } from '../sandbox/port.ts';
import type { Deps } from './deps.ts';

const RUNS_PER_SWEEP = 100;

/**
 * Kill what agents of dead workers left running in runs that are over. Those of runs that go on are adopted by whoever takes the
 * run up; what another store knows of is none of ours and ends by itself. Returns how many.
 */
export async function reapOrphans(deps: Deps): Promise<number> {
  const reap = async (sandbox: Sandbox) => {
    const counts = (await sandbox.listOrphanRuns()).map(async (runId) => {
      const run = await deps.store.findRun(runId);
      return run !== undefined && isTerminal(run.status) ? sandbox.reap(runId) : 0;
    });
    return sum(await Promise.all(counts));
  };
  return sum(await Promise.all([...deps.sandboxes.values()].map(reap)));
}

/** Ring for every run nobody works on: queued ones whose ring was lost, and those whose worker died. Safe to run anywhere, any time. */
export async function recoverRuns(deps: Deps): Promise<readonly string[]> {
  await reapOrphans(deps);
  const runIds = await deps.store.findClaimableRuns(RUNS_PER_SWEEP);
  for (const runId of runIds) await deps.queue.ring(runId);
  return runIds;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
