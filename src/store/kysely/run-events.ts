import type { RunEvent, StoredEvent } from '../../domain/events.ts';
import type { Fence } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { holdRun } from './fence.ts';
import { encodeJson } from './json.ts';
import { toStoredEvent } from './rows.ts';

/** See `Store.appendEvent`. */
export function appendEvent(context: StoreContext, fence: Fence, event: RunEvent): Promise<number> {
  return inTransaction(context, async (transaction) => {
    const seq = await holdRun(transaction, fence, 1);
    await insertEvent(transaction, { runId: fence.runId, seq, event });
    return seq;
  });
}

/** Write an event under a sequence number the same transaction took from the run's row. */
export async function insertEvent(
  { db, dialect }: StoreContext,
  { runId, seq, event }: { readonly runId: string; readonly seq: number; readonly event: RunEvent },
): Promise<void> {
  await db
    .insertInto('spec_automation_events')
    .values({ run_id: runId, seq, at_ms: dialect.nowMs, type: event.type, payload: encodeJson(event) })
    .execute();
}

/** See `Store.readEvents`. */
export async function readEvents(
  { db }: StoreContext,
  { runId, afterSeq, limit }: { readonly runId: string; readonly afterSeq: number; readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const rows = await db
    .selectFrom('spec_automation_events')
    .select(['seq', 'at_ms', 'payload'])
    .where('run_id', '=', runId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(toStoredEvent);
}
