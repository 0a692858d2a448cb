import { sql } from 'kysely';
import type { RunResult } from '../../domain/run.ts';
import type { Fence, RunPatch } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { heldRow, updateHeldRun } from './fence.ts';
import { insertEvent } from './run-events.ts';
import { toTextColumn } from './rows.ts';
import { encodeJson } from './json.ts';

/** See `Store.updateRun`. */
export async function updateRun(context: StoreContext, fence: Fence, patch: RunPatch): Promise<void> {
  const row = await updateHeldRun(context, fence)
    .set({
      // Kysely leaves out what is undefined; this no-op keeps an empty patch a valid, fenced statement.
      last_seq: sql<number>`last_seq`,
      feature_directory: patch.featureDirectory,
      branch_name: patch.branchName,
      pushed_commit: patch.pushedCommit,
      publish_intents: patch.publishIntents && encodeJson(patch.publishIntents),
      pull_request_url: patch.pullRequestUrl,
      clarifications: patch.clarifications && encodeJson(patch.clarifications),
    })
    .returning('id')
    .executeTakeFirst();
  heldRow(row, fence);
}

/** See `Store.finishRun`. */
export function finishRun(context: StoreContext, fence: Fence, result: RunResult): Promise<void> {
  return inTransaction(context, async (transaction) => {
    const row = await updateHeldRun(transaction, fence)
      .set({
        status: result.status,
        reason: result.reason,
        reason_text: toTextColumn(result.reasonText),
        remedy: toTextColumn(result.remedy),
        completed_at_ms: context.dialect.nowMs,
        cancel_requested_at_ms: null,
        owner: null,
        lease_until_ms: null,
        last_seq: sql<number>`last_seq + 1`,
      })
      .returning('last_seq')
      .executeTakeFirst();
    const { status, reason } = result;
    const seq = heldRow(row, fence).last_seq;
    await insertEvent(transaction, {
      runId: fence.runId,
      seq,
      event: { type: 'run_finished', status, reason },
    });
  });
}
