import type { RunEvent } from '../../domain/events.ts';
import { phaseIndex } from '../../domain/phases.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import type { Fence, PhaseChange } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { holdRun } from './fence.ts';
import { insertEvent } from './run-events.ts';
import { toJsonColumn, toPhaseRecord, toTextColumn } from './rows.ts';

/** See `Store.savePhase`. */
export function savePhase(
  context: StoreContext,
  fence: Fence,
  { change, event }: { readonly change: PhaseChange; readonly event: RunEvent | undefined },
): Promise<void> {
  return inTransaction(context, async (transaction) => {
    const seq = await holdRun(transaction, fence, event === undefined ? 0 : 1);
    await upsertPhase(transaction, fence.runId, change);
    if (event !== undefined) await insertEvent(transaction, { runId: fence.runId, seq, event });
  });
}

/** See `Store.listPhases`. */
export async function listPhases({ db }: StoreContext, runId: string): Promise<readonly PhaseRecord[]> {
  const rows = await db
    .selectFrom('spec_automation_run_tasks')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('attempt')
    .execute();
  return rows.map(toPhaseRecord).toSorted((a, b) => phaseIndex(a.phase) - phaseIndex(b.phase));
}

async function upsertPhase({ db, dialect }: StoreContext, runId: string, change: PhaseChange): Promise<void> {
  const columns = {
    status: change.status,
    reason: change.reason,
    reason_text: toTextColumn(change.reasonText),
    started_at_ms: change.isStart === true ? dialect.nowMs : undefined,
    completed_at_ms: change.isEnd === true ? dialect.nowMs : undefined,
    exit_code: change.exitCode,
    usage: toJsonColumn(change.usage),
    output: toJsonColumn(change.output),
  };
  await db
    .insertInto('spec_automation_run_tasks')
    .values({ run_id: runId, phase: change.phase, attempt: change.attempt, ...columns })
    .onConflict((conflict) => conflict.columns(['run_id', 'phase', 'attempt']).doUpdateSet(columns))
    .execute();
}
