import type { Deps } from './deps.ts';

const RUNS_PER_SWEEP = 100;

/** Kill what the agents of dead workers left running. Returns how many. */
export async function reapOrphans(deps: Deps): Promise<number> {
  const counts = await Promise.all([...deps.sandboxes.values()].map((sandbox) => sandbox.reap()));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Ring for every run nobody works on: queued ones whose ring was lost, and those whose worker died. Safe to run anywhere, any time. */
export async function recoverRuns(deps: Deps): Promise<readonly string[]> {
  await reapOrphans(deps);
  const runIds = await deps.store.findClaimableRuns(RUNS_PER_SWEEP);
  for (const runId of runIds) await deps.queue.ring(runId);
  return runIds;
}
