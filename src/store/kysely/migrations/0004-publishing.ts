import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';

/** Runs remember which forge they were accepted for, and what they meant to push before they push it. */
export function publishing({ columnTypes }: SqlDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('spec_automation_runs')
        .addColumn('publish_intents', columnTypes.json, (column) => column.notNull().defaultTo(sql`'[]'`))
        .execute();
      await db.schema.alterTable('spec_automation_runs').addColumn('forge', 'text').execute();
    },
  };
}
