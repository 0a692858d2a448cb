import { sql } from 'kysely';
import type { RunEvent } from '../../domain/events.ts';
import { fillReasonText } from '../../domain/fill-reason.ts';
import { REASONS } from '../../domain/reasons.ts';
import type { Run, RunStatus } from '../../domain/run.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { insertEvent } from './run-events.ts';
import { findRun } from './runs.ts';
import { toRun } from './rows.ts';

/** See `Store.requestCancel`. Unfenced on purpose: whoever asks does not hold the run. */
export function requestCancel(context: StoreContext, runId: string): Promise<Run | undefined> {
  return inTransaction(context, async (transaction) => {
    const row = await markCancelled(transaction, runId);
    if (row === undefined) return findRun(transaction, runId);
    await insertEvent(transaction, { runId, seq: row.last_seq, event: cancelEvent(row.status) });
    return toRun(row);
  });
}

/** One statement for both cases, so that a claim or a retry cannot slip in between two looks. Hits nothing on the second call. */
function markCancelled({ db, dialect }: StoreContext, runId: string) {
  const remedy = fillReasonText(REASONS.cancelled.remedy, { run_id: runId });
  return db
    .updateTable('spec_automation_runs')
    .set({
      status: whenQueued('cancelled', 'status'),
      reason: whenQueued('cancelled', 'reason'),
      reason_text: whenQueued(REASONS.cancelled.text, 'reason_text'),
      remedy: whenQueued(remedy, 'remedy'),
      completed_at_ms: sql<number>`case when status = 'queued' then ${dialect.nowMs} else completed_at_ms end`,
      cancel_requested_at_ms: sql<number>`case when status = 'queued' then null else ${dialect.nowMs} end`,
      last_seq: sql<number>`last_seq + 1`,
    })
    .where('id', '=', runId)
    .where('status', 'in', ['queued', 'in_progress'])
    .where('cancel_requested_at_ms', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

function whenQueued<Value extends string>(value: Value, column: string) {
  return sql<Value>`case when status = 'queued' then ${value} else ${sql.ref(column)} end`;
}

function cancelEvent(status: RunStatus): RunEvent {
  return status === 'cancelled'
    ? { type: 'run_finished', status, reason: 'cancelled' }
    : { type: 'run_cancel_requested' };
}
