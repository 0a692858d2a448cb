import { sql } from 'kysely';
import { appError } from '../../domain/app-error.ts';
import type { Fence } from '../port.ts';
import type { StoreContext } from './context.ts';

/** An update of the run's row that hits only while `fence` is current: same holder, same epoch, lease not over. */
export function updateHeldRun({ db, dialect }: StoreContext, fence: Fence) {
  return db
    .updateTable('spec_automation_runs')
    .where('id', '=', fence.runId)
    .where('owner', '=', fence.owner)
    .where('epoch', '=', fence.epoch)
    .where('status', '=', 'in_progress')
    .where('lease_until_ms', '>', dialect.nowMs);
}

/** The updated row. @throws `lease_lost` when the update hit nothing */
export function heldRow<Row>(row: Row | undefined, fence: Fence): Row {
  if (row === undefined) throw appError('lease_lost', { run_id: fence.runId });
  return row;
}

/**
 * Check the fence by writing to the run's row, as the first statement of a transaction, and reserve the next `eventCount`
 * sequence numbers. Returns the last one. @throws `lease_lost`
 */
export async function holdRun(context: StoreContext, fence: Fence, eventCount: 0 | 1): Promise<number> {
  const row = await updateHeldRun(context, fence)
    .set({ last_seq: sql<number>`last_seq + ${eventCount}` })
    .returning('last_seq')
    .executeTakeFirst();
  return heldRow(row, fence).last_seq;
}
