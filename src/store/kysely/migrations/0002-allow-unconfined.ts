import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';

/** Runs remember whether their operator let the agent do without a wall. */
export function allowUnconfined({ columnTypes }: SqlDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('spec_automation_runs')
        .addColumn('allow_unconfined', columnTypes.flag, (column) => column.notNull().defaultTo(sql`false`))
        .execute();
    },
  };
}
