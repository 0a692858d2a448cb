import { appError } from '../domain/app-error.ts';
import { isTerminal, type Run } from '../domain/run.ts';
import type { Deps } from './deps.ts';

/**
 * Ask a run to stop. Asking again changes nothing; a run of this process stops at once, one elsewhere at its next renewal.
 * @throws `run_not_found`, `cancel_not_applicable` (it already ended otherwise)
 */
export async function cancelRun(deps: Deps, runId: string): Promise<Run> {
  const before = await deps.store.findRun(runId);
  if (before === undefined) throw appError('run_not_found', { run_id: runId });
  if (isTerminal(before.status) && before.status !== 'cancelled') {
    throw appError('cancel_not_applicable', { run_id: runId, status: before.status });
  }
  const after = (await deps.store.requestCancel(runId)) ?? before;
  deps.activeRuns.abort(runId, appError('cancelled', { run_id: runId }));
  return after;
}
