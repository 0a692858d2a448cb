import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Artifact } from '../../domain/artifact.ts';
import type { ExpiredArtifact, Fence, NewArtifact } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { holdRun } from './fence.ts';
import { toArtifact } from './rows.ts';

const EXPIRED_COLUMNS = ['run_id', 'name', 'sha256', 'size_bytes'] as const;

/** See `Store.saveArtifact`. A replaced artifact keeps its id. */
export function saveArtifact(context: StoreContext, fence: Fence, artifact: NewArtifact): Promise<Artifact> {
  return inTransaction(context, async (transaction) => {
    await holdRun(transaction, fence, 0);
    const columns = artifactColumns(context, artifact);
    const row = await transaction.db
      .insertInto('spec_automation_task_artifacts')
      .values({ id: randomUUID(), run_id: fence.runId, name: artifact.name, ...columns })
      .onConflict((conflict) => conflict.columns(['run_id', 'name']).doUpdateSet(columns))
      .returningAll()
      .executeTakeFirstOrThrow();
    return toArtifact(row);
  });
}

/** See `Store.listArtifacts`. */
export async function listArtifacts({ db }: StoreContext, runId: string): Promise<readonly Artifact[]> {
  const rows = await db
    .selectFrom('spec_automation_task_artifacts')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('created_at_ms')
    .orderBy('name')
    .execute();
  return rows.map(toArtifact);
}

/** See `Store.expireArtifacts`. */
export async function expireArtifacts(
  { db, dialect }: StoreContext,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<readonly ExpiredArtifact[]> {
  const isOver = sql<boolean>`expires_at_ms <= ${dialect.nowMs}`;
  const rows = isDryRun
    ? await db.selectFrom('spec_automation_task_artifacts').select(EXPIRED_COLUMNS).where(isOver).execute()
    : await db
        .deleteFrom('spec_automation_task_artifacts')
        .where(isOver)
        .returning(EXPIRED_COLUMNS)
        .execute();
  return rows.map((row) => ({
    runId: row.run_id,
    name: row.name,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
  }));
}

/** See `Store.listReferencedHashes`. */
export async function listReferencedHashes({ db }: StoreContext): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('spec_automation_task_artifacts').select('sha256').distinct().execute();
  return new Set(rows.map((row) => row.sha256));
}

function artifactColumns({ dialect }: StoreContext, artifact: NewArtifact) {
  return {
    type: artifact.type,
    media_type: artifact.mediaType,
    sha256: artifact.sha256,
    size_bytes: artifact.sizeBytes,
    phase: artifact.phase,
    created_at_ms: dialect.nowMs,
    expires_at_ms: artifact.keepMs === null ? null : sql<number>`${dialect.nowMs} + ${artifact.keepMs}`,
  };
}
