import { sql } from 'kysely';
import { phasesFrom, type PhaseName } from '../../domain/phases.ts';
import { canTransition, isTerminal, RUN_STATUSES, type PhaseRecord, type Run } from '../../domain/run.ts';
import type { RunRetry } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { encodeJson } from './json.ts';
import { listPhases } from './phases.ts';
import { insertEvent } from './run-events.ts';
import { toRun, toTextColumn } from './rows.ts';

const RETRYABLE_STATUSES = RUN_STATUSES.filter(
  (status) => isTerminal(status) && canTransition(status, 'queued'),
);
const STOPPED_TEXT = 'The worker stopped before this attempt ended.';

/** See `Store.retryRun`. */
export function retryRun(context: StoreContext, retry: RunRetry): Promise<Run | undefined> {
  return inTransaction(context, async (transaction) => {
    const row = await queueAgain(transaction, retry);
    if (row === undefined) return undefined;
    await addFreshAttempts(transaction, retry);
    await insertEvent(transaction, {
      runId: row.id,
      seq: row.last_seq,
      event: { type: 'run_retried', from: retry.from },
    });
    return toRun(row);
  });
}

function queueAgain({ db, dialect }: StoreContext, retry: RunRetry) {
  return db
    .updateTable('spec_automation_runs')
    .set({
      status: 'queued',
      reason: null,
      reason_text: null,
      remedy: null,
      started_at_ms: null,
      completed_at_ms: null,
      cancel_requested_at_ms: null,
      owner: null,
      lease_until_ms: null,
      notes: toTextColumn(retry.notes),
      clarifications: encodeJson(retry.clarifications),
      last_seq: sql<number>`last_seq + 1`,
    })
    .where('id', '=', retry.runId)
    .where((eb) =>
      eb.or([
        eb('status', 'in', RETRYABLE_STATUSES),
        eb.and([eb('status', '=', 'in_progress'), eb('lease_until_ms', '<', dialect.nowMs)]),
      ]),
    )
    .returningAll()
    .executeTakeFirst();
}

async function addFreshAttempts(context: StoreContext, { runId, from }: RunRetry): Promise<void> {
  const phases = phasesFrom(from);
  await endStoppedAttempts(context, runId, phases);
  const attempts = await listPhases(context, runId);
  const fresh = phases.flatMap((phase) => freshAttempt(phase, attempts));
  if (fresh.length === 0) return;
  await context.db
    .insertInto('spec_automation_run_tasks')
    .values(fresh.map((attempt) => ({ run_id: runId, ...attempt })))
    .execute();
}

async function endStoppedAttempts(
  { db, dialect }: StoreContext,
  runId: string,
  phases: readonly PhaseName[],
): Promise<void> {
  await db
    .updateTable('spec_automation_run_tasks')
    .set({ status: 'failed', reason_text: STOPPED_TEXT, completed_at_ms: dialect.nowMs })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where('phase', 'in', phases)
    .execute();
}

/** The next attempt of a phase; none when its latest one has not begun. */
function freshAttempt(phase: PhaseName, attempts: readonly PhaseRecord[]) {
  const latest = attempts.findLast((attempt) => attempt.phase === phase);
  if (latest?.status === 'pending') return [];
  return [{ phase, attempt: (latest?.attempt ?? 0) + 1, status: 'pending' as const }];
}
