import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';

/** Runs remember what they meant to push before they push it. */
export function publishIntents({ columnTypes }: SqlDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('spec_automation_runs')
        .addColumn('publish_intents', columnTypes.json, (column) => column.notNull().defaultTo(sql`'[]'`))
        .execute();
    },
  };
}
