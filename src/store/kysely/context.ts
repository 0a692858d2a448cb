import type { Kysely } from 'kysely';
import type { SqlDialect } from './dialect.ts';
import type { Database } from './schema.ts';

/** What every verb of the store works with; inside a transaction `db` is that transaction. */
export interface StoreContext {
  readonly db: Kysely<Database>;
  readonly dialect: SqlDialect;
  /** Where the tables are, as messages may show it. */
  readonly location: string;
}

/**
 * Run `steps` as one transaction. Its first statement must be a write: SQLite then takes its lock at once and never has to
 * give up on a snapshot that grew old, and PostgreSQL serializes on the run's row.
 */
export function inTransaction<T>(
  context: StoreContext,
  steps: (context: StoreContext) => Promise<T>,
): Promise<T> {
  return context.db.transaction().execute((db) => steps({ ...context, db }));
}
