import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';

// Value lists are spelled out, not taken from the domain: a migration that was applied never changes.
const RUN_STATUS = sql`status in ('queued', 'in_progress', 'succeeded', 'failed', 'no_changes', 'cancelled')`;
const ENDED_RUN = sql`(status in ('queued', 'in_progress')) = (completed_at_ms is null)`;
const HELD_RUN = sql`(owner is null) = (lease_until_ms is null)`;
const TASK_STATUS = sql`status in ('pending', 'running', 'succeeded', 'failed', 'skipped', 'retrying')`;
const VOLUME_STATUS = sql`status in ('ready', 'needs_auth', 'error')`;
const SHARD_STATUS = sql`status in ('active', 'draining', 'offline')`;

/** The first tables. */
export function initial(dialect: SqlDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createRuns(db, dialect);
      await indexRuns(db);
      await createTasks(db, dialect);
      await createArtifacts(db, dialect);
      await createAgentConfigs(db, dialect);
      await createEvents(db, dialect);
      await createShards(db);
      await createIdempotencyKeys(db, dialect);
    },
  };
}

async function createRuns(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('spec_automation_runs')
    .addColumn('id', columnTypes.id, (column) => column.primaryKey())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('base_branch', 'text', (column) => column.notNull())
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('sandbox', 'text', (column) => column.notNull())
    .addColumn('feature', 'text')
    .addColumn('dry_run', columnTypes.flag, (column) => column.notNull())
    .addColumn('external_ref', 'text')
    .addColumn('on_clarification', 'text', (column) => column.notNull())
    .addColumn('retain', columnTypes.flag, (column) => column.notNull())
    .addColumn('author_name', 'text', (column) => column.notNull())
    .addColumn('author_email', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('reason_text', 'text')
    .addColumn('remedy', 'text')
    .addColumn('branch_name', 'text', (column) => column.notNull())
    .addColumn('feature_directory', 'text')
    .addColumn('feature_number', 'integer')
    .addColumn('pushed_commit', 'text')
    .addColumn('pull_request_url', 'text')
    .addColumn('clarifications', columnTypes.json, (column) => column.notNull())
    .addColumn('notes', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint')
    .addColumn('completed_at_ms', 'bigint')
    .addColumn('cancel_requested_at_ms', 'bigint')
    .addColumn('owner', 'text')
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('lease_until_ms', 'bigint')
    .addColumn('last_seq', 'bigint', (column) => column.notNull())
    // Last, because SQLite walks over a long value to reach the columns after it.
    .addColumn('spec_text', 'text', (column) => column.notNull())
    .addCheckConstraint('spec_automation_runs_status', RUN_STATUS)
    .addCheckConstraint('spec_automation_runs_lease', HELD_RUN)
    .addCheckConstraint('spec_automation_runs_end', ENDED_RUN)
    .execute();
}

/** Each list filter gets an index in list order, so that a page costs the same however many runs there are. */
async function indexRuns(db: Kysely<unknown>): Promise<void> {
  const runs = (name: string) =>
    db.schema.createIndex(`spec_automation_runs_by_${name}`).on('spec_automation_runs');
  await runs('created_at').columns(['created_at_ms', 'id']).execute();
  await runs('status').columns(['status', 'created_at_ms', 'id']).execute();
  await runs('repository').columns(['repository', 'created_at_ms', 'id']).execute();
  await runs('repository_status').columns(['repository', 'status', 'created_at_ms', 'id']).execute();
  await runs('external_ref').columns(['external_ref', 'created_at_ms', 'id']).execute();
  await runs('unfinished')
    .columns(['created_at_ms', 'id'])
    .where(sql<boolean>`completed_at_ms is null`)
    .execute();
  await runs('feature_number').unique().columns(['repository', 'feature_number']).execute();
}

async function createTasks(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('spec_automation_run_tasks')
    .addColumn('run_id', columnTypes.id, (column) =>
      column.notNull().references('spec_automation_runs.id').onDelete('cascade'),
    )
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull().check(sql`attempt >= 1`))
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('reason_text', 'text')
    .addColumn('started_at_ms', 'bigint')
    .addColumn('completed_at_ms', 'bigint')
    .addColumn('exit_code', 'integer')
    .addColumn('usage', columnTypes.json)
    .addColumn('output', columnTypes.json)
    .addPrimaryKeyConstraint('spec_automation_run_tasks_key', ['run_id', 'phase', 'attempt'])
    .addCheckConstraint('spec_automation_run_tasks_status', TASK_STATUS)
    .execute();
}

async function createArtifacts(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('spec_automation_task_artifacts')
    .addColumn('id', columnTypes.id, (column) => column.primaryKey())
    .addColumn('run_id', columnTypes.id, (column) =>
      column.notNull().references('spec_automation_runs.id').onDelete('cascade'),
    )
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('media_type', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('phase', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addUniqueConstraint('spec_automation_task_artifacts_name', ['run_id', 'name'])
    .execute();
  const artifacts = (name: string) =>
    db.schema.createIndex(`spec_automation_task_artifacts_by_${name}`).on('spec_automation_task_artifacts');
  await artifacts('sha256').column('sha256').execute();
  await artifacts('expires_at').column('expires_at_ms').execute();
}

async function createAgentConfigs(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('spec_automation_agent_configs')
    .addColumn('run_id', columnTypes.id, (column) =>
      column.primaryKey().references('spec_automation_runs.id').onDelete('cascade'),
    )
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('agent_version', 'text', (column) => column.notNull())
    .addColumn('prompt_pack', 'text', (column) => column.notNull())
    .addColumn('prompt_pack_version', 'text', (column) => column.notNull())
    .addColumn('prompt_pack_digest', 'text', (column) => column.notNull())
    .addColumn('sandbox', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createEvents(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('spec_automation_events')
    .addColumn('run_id', columnTypes.id, (column) =>
      column.notNull().references('spec_automation_runs.id').onDelete('cascade'),
    )
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('payload', columnTypes.json, (column) => column.notNull())
    .addPrimaryKeyConstraint('spec_automation_events_key', ['run_id', 'seq'])
    .execute();
}

/** Agent logins: each shard is a queue with its own volume, and a volume has one holder at a time. */
async function createShards(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('codex_auth_volumes')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('worker_affinity', 'text', (column) => column.unique())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('needs_auth'))
    .addColumn('last_verified_at_ms', 'bigint')
    .addColumn('notes', 'text')
    .addColumn('holder', 'text')
    .addColumn('held_until_ms', 'bigint')
    .addCheckConstraint('codex_auth_volumes_status', VOLUME_STATUS)
    .execute();
  await db.schema
    .createTable('codex_worker_shards')
    .addColumn('queue_name', 'text', (column) => column.primaryKey())
    .addColumn('volume_name', 'text', (column) =>
      column.notNull().unique().references('codex_auth_volumes.name').onDelete('restrict'),
    )
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
    .addColumn('hash_modulo', 'integer', (column) => column.notNull().defaultTo(3))
    .addColumn('worker_hostname', 'text')
    .addCheckConstraint('codex_worker_shards_status', SHARD_STATUS)
    .execute();
}

async function createIdempotencyKeys(db: Kysely<unknown>, { columnTypes }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('request_digest', 'text', (column) => column.notNull())
    .addColumn('run_id', columnTypes.id, (column) =>
      column.notNull().references('spec_automation_runs.id').onDelete('cascade'),
    )
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['principal', 'key'])
    .execute();
}
