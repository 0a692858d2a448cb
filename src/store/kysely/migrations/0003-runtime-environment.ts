import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';

/** Runs remember which variables their agent gets, and which secrets by name. One column for each statement, as SQLite wants it. */
export function runtimeEnvironment({ columnTypes }: SqlDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('spec_automation_runs')
        .addColumn('runtime_environment', columnTypes.json, (column) => column.notNull().defaultTo(sql`'{}'`))
        .execute();
      await db.schema
        .alterTable('spec_automation_runs')
        .addColumn('secret_names', columnTypes.json, (column) => column.notNull().defaultTo(sql`'[]'`))
        .execute();
    },
  };
}
