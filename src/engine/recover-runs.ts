import { isTerminal, type Run } from '../domain/run.ts';
import type { Sandbox } from '../sandbox/port.ts';
import type { Deps } from './deps.ts';

const RUNS_PER_SWEEP = 100;
const POLL_MS = 200;

/**
 * Kill what agents of dead workers left running in runs that are over. Those of runs that go on are adopted by whoever takes the
 * run up; what another store knows of is none of ours and ends by itself. Returns how many.
 */
export async function reapOrphans(deps: Deps): Promise<number> {
  const orphans = await listOrphans(deps);
  return sum(await Promise.all(orphans.map(({ sandbox, runId }) => sandbox.reap(runId))));
}

/** Runs that are over and of which a sandbox still has something. */
export async function listOrphans(
  deps: Deps,
): Promise<readonly { readonly sandbox: Sandbox; readonly runId: string }[]> {
  const found = await Promise.all(
    [...deps.sandboxes.values()].map(async (sandbox) => {
      const runIds = await sandbox.listOrphanRuns();
      const runs = await Promise.all(runIds.map((runId) => deps.store.findRun(runId)));
      return runs.flatMap((run) =>
        run !== undefined && isTerminal(run.status) ? [{ sandbox, runId: run.id }] : [],
      );
    }),
  );
  return found.flat();
}

/** Ring for every run nobody works on: queued ones whose ring was lost, and those whose worker died. Safe to run anywhere, any time. */
export async function recoverRuns(deps: Deps): Promise<readonly string[]> {
  await reapOrphans(deps);
  const runIds = await deps.store.findClaimableRuns(RUNS_PER_SWEEP);
  for (const runId of runIds) await deps.queue.ring(runId);
  return runIds;
}

/**
 * `recoverRuns`, and wait for the leases that nobody renews: a worker that died a moment ago seems to hold its runs until they are
 * over. Bounded by the length of a lease, and to a hundred runs that are held.
 */
export async function recoverDeadRuns(deps: Deps): Promise<readonly string[]> {
  const { store, clock, queue, settings } = deps;
  const endMs = clock.monotonicMs() + settings.leaseTtlMs + settings.leaseRenewMs;
  const { runs } = await store.listRuns({ limit: RUNS_PER_SWEEP, status: 'in_progress' });
  const found = new Set(await recoverRuns(deps));
  const isUndecided = async ({ id, leaseUntilMs }: Run) =>
    !found.has(id) && (await store.findRun(id))?.leaseUntilMs === leaseUntilMs;
  while (clock.monotonicMs() < endMs && (await Promise.all(runs.map(isUndecided))).includes(true)) {
    await clock.sleep(POLL_MS);
    const claimable = await store.findClaimableRuns(RUNS_PER_SWEEP);
    for (const runId of claimable.filter((id) => !found.has(id))) {
      found.add(runId);
      await queue.ring(runId);
    }
  }
  return [...found];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
