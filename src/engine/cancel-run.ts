import { appError } from '../domain/app-error.ts';
import { isTerminal, type Run } from '../domain/run.ts';
import type { Deps } from './deps.ts';
import { executeRun } from './execute-run.ts';

/**
 * Ask a run to stop. Asking again changes nothing; a run of this process stops at once, one elsewhere at its next renewal,
 * and one whose worker died is taken up here and brought to its end.
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
  const [abandoned] = isTerminal(after.status) ? [] : await deps.store.findClaimableRuns(1, runId);
  if (abandoned === undefined) return after;
  await executeRun(deps, abandoned);
  return (await deps.store.findRun(abandoned)) ?? after;
}
