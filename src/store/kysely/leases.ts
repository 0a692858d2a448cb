import { sql } from 'kysely';
import { canTransition, RUN_STATUSES } from '../../domain/run.ts';
import type { ClaimedRun, Fence } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import type { SqlDialect } from './dialect.ts';
import { heldRow, updateHeldRun } from './fence.ts';
import { insertEvent } from './run-events.ts';
import { toRun } from './rows.ts';

const CLAIMABLE_STATUSES = RUN_STATUSES.filter((status) => canTransition(status, 'in_progress'));

/** Who wants a run, and for how long. */
interface Claim {
  readonly runId: string;
  readonly owner: string;
  readonly ttlMs: number;
}

/** See `Store.claimRun`. */
export function claimRun(context: StoreContext, claim: Claim): Promise<ClaimedRun | undefined> {
  return inTransaction(context, async (transaction) => {
    const row = await takeRun(transaction, claim);
    if (row === undefined) return undefined;
    const { owner } = claim;
    const { epoch } = row;
    await insertEvent(transaction, {
      runId: row.id,
      seq: row.last_seq,
      event: { type: 'run_claimed', owner, epoch },
    });
    return { run: toRun(row), fence: { runId: row.id, owner, epoch } };
  });
}

/** See `Store.renewLease`. */
export async function renewLease(
  context: StoreContext,
  fence: Fence,
  ttlMs: number,
): Promise<{ readonly isCancelRequested: boolean }> {
  const row = await updateHeldRun(context, fence)
    .set({ lease_until_ms: sql<number>`${context.dialect.nowMs} + ${ttlMs}` })
    .returning('cancel_requested_at_ms')
    .executeTakeFirst();
  return { isCancelRequested: heldRow(row, fence).cancel_requested_at_ms !== null };
}

/** See `Store.findClaimableRuns`. */
export async function findClaimableRuns(
  { db, dialect }: StoreContext,
  limit: number,
  runId?: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('spec_automation_runs')
    .$if(runId !== undefined, (query) => query.where('id', '=', runId ?? ''))
    .select('id')
    // The same as "not terminal", and what the partial index over unfinished runs is made of.
    .where('completed_at_ms', 'is', null)
    .where(isUnheld(dialect))
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

function takeRun({ db, dialect }: StoreContext, claim: Claim) {
  return db
    .updateTable('spec_automation_runs')
    .set({
      status: 'in_progress',
      owner: claim.owner,
      epoch: sql<number>`epoch + 1`,
      lease_until_ms: sql<number>`${dialect.nowMs} + ${claim.ttlMs}`,
      started_at_ms: sql<number>`coalesce(started_at_ms, ${dialect.nowMs})`,
      last_seq: sql<number>`last_seq + 1`,
    })
    .where('id', '=', claim.runId)
    .where('status', 'in', CLAIMABLE_STATUSES)
    .where(isUnheld(dialect))
    .returningAll()
    .executeTakeFirst();
}

function isUnheld({ nowMs }: SqlDialect) {
  return sql<boolean>`(owner is null or lease_until_ms < ${nowMs})`;
}
