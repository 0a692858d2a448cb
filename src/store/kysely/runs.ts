import { sql } from 'kysely';
import type { Run } from '../../domain/run.ts';
import { PHASES } from '../../domain/phases.ts';
import type { NewRun, RunPage, RunQuery } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { insertEvent } from './run-events.ts';
import { newRunRow, toRun } from './rows.ts';

const PREFIX_MIN_DIGITS = 4;
const PREFIX_MAX_RUNS = 10;
const UUID_DIGITS = 32;

/** See `Store.createRun`. */
export function createRun(context: StoreContext, run: NewRun): Promise<Run> {
  return inTransaction(context, async (transaction) => {
    const row = await transaction.db
      .insertInto('spec_automation_runs')
      .values({ ...newRunRow(run), created_at_ms: context.dialect.nowMs })
      .returningAll()
      .executeTakeFirstOrThrow();
    await transaction.db
      .insertInto('spec_automation_run_tasks')
      .values(PHASES.map(({ name }) => ({ run_id: run.id, phase: name, attempt: 1, status: 'pending' })))
      .execute();
    await insertEvent(transaction, { runId: run.id, seq: row.last_seq, event: { type: 'run_queued' } });
    return toRun(row);
  });
}

/** See `Store.findRun`. */
export async function findRun({ db }: StoreContext, runId: string): Promise<Run | undefined> {
  const row = await db
    .selectFrom('spec_automation_runs')
    .selectAll()
    .where('id', '=', runId)
    .executeTakeFirst();
  return row && toRun(row);
}

/** See `Store.findRunsByPrefix`. */
export async function findRunsByPrefix({ db }: StoreContext, prefix: string): Promise<readonly Run[]> {
  const digits = prefix.replaceAll('-', '').toLowerCase();
  if (!isIdPrefix(digits)) return [];
  const rows = await db
    .selectFrom('spec_automation_runs')
    .selectAll()
    .where('id', '>=', formatUuid(digits.padEnd(UUID_DIGITS, '0')))
    .where('id', '<=', formatUuid(digits.padEnd(UUID_DIGITS, 'f')))
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(PREFIX_MAX_RUNS)
    .execute();
  return rows.map(toRun);
}

/** See `Store.listRuns`. */
export async function listRuns(context: StoreContext, query: RunQuery): Promise<RunPage> {
  const rows = await runsQuery(context, query).execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return { runs: page.map(toRun), nextCursor: last ? encodeCursor(last) : null };
}

/** The statement behind `listRuns`, one row longer than the page to see whether another follows. */
export function runsQuery({ db }: StoreContext, query: RunQuery) {
  let select = db.selectFrom('spec_automation_runs').selectAll();
  if (query.status !== undefined) select = select.where('status', '=', query.status);
  if (query.repository !== undefined) select = select.where('repository', '=', query.repository);
  if (query.externalRef !== undefined) select = select.where('external_ref', '=', query.externalRef);
  if (query.cursor !== undefined) {
    const { createdAtMs, id } = decodeCursor(query.cursor);
    select = select.where(sql<boolean>`(created_at_ms, id) < (${createdAtMs}, ${id})`);
  }
  return select
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1);
}

function isIdPrefix(digits: string): boolean {
  return /^[0-9a-f]+$/u.test(digits) && digits.length >= PREFIX_MIN_DIGITS && digits.length <= UUID_DIGITS;
}

function formatUuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}
