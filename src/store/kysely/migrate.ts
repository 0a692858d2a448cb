import { sql, type Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { appError } from '../../domain/app-error.ts';
import type { StoreContext } from './context.ts';
import { migrations } from './migrations/index.ts';
import type { Database } from './schema.ts';

const MIGRATION_TABLE = 'spec_automation_migrations';
const MIGRATION_LOCK_TABLE = 'spec_automation_migration_lock';

/** See `Store.migrate`. Safe to run from several processes at once. */
export async function migrate(context: StoreContext): Promise<readonly string[]> {
  if (await isUpToDate(context)) return [];
  return context.dialect.hasTransactionalDdl
    ? runMigrator(context)
    : context.db.connection().execute((db) => migrateAlone({ ...context, db }));
}

/** One read instead of the migrator's catalogue scan, because every start of every process comes by here. */
async function isUpToDate(context: StoreContext): Promise<boolean> {
  const known = Object.keys(migrations(context.dialect));
  const applied = await readApplied(context);
  const unknown = applied.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw appError('state_newer', {
      location: context.location,
      problem: `it holds migration '${unknown}', which is not known here`,
    });
  }
  return applied.length === known.length;
}

async function readApplied({ db, dialect }: StoreContext): Promise<readonly string[]> {
  try {
    const rows = await db.selectFrom(MIGRATION_TABLE).select('name').execute();
    return rows.map((row) => row.name);
  } catch (thrown) {
    if (dialect.isMissingTable(thrown)) return [];
    throw thrown;
  }
}

/** The migrator has no lock of its own on SQLite: a write transaction around all of it is one. */
async function migrateAlone(context: StoreContext): Promise<readonly string[]> {
  await sql`begin immediate`.execute(context.db);
  try {
    const applied = (await isUpToDate(context)) ? [] : await runMigrator(context);
    await sql`commit`.execute(context.db);
    return applied;
  } catch (thrown) {
    await sql`rollback`.execute(context.db);
    throw thrown;
  }
}

async function runMigrator(context: StoreContext): Promise<readonly string[]> {
  const { error, results } = await migrator(context.db, context).migrateToLatest();
  if (error !== undefined) {
    await isUpToDate(context);
    throw error;
  }
  return (results ?? []).map((result) => result.migrationName);
}

function migrator(db: Kysely<Database>, { dialect }: StoreContext): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations(dialect) }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: MIGRATION_LOCK_TABLE,
  });
}
