import type { AgentConfig, Fence } from '../port.ts';
import { inTransaction, type StoreContext } from './context.ts';
import { holdRun } from './fence.ts';
import { toAgentConfig } from './rows.ts';

/** See `Store.saveAgentConfig`. */
export function saveAgentConfig(context: StoreContext, fence: Fence, config: AgentConfig): Promise<void> {
  return inTransaction(context, async (transaction) => {
    await holdRun(transaction, fence, 0);
    const columns = {
      agent: config.agent,
      agent_version: config.agentVersion,
      prompt_pack: config.promptPack,
      prompt_pack_version: config.promptPackVersion,
      prompt_pack_digest: config.promptPackDigest,
      sandbox: config.sandbox,
      created_at_ms: context.dialect.nowMs,
    };
    await transaction.db
      .insertInto('spec_automation_agent_configs')
      .values({ run_id: fence.runId, ...columns })
      .onConflict((conflict) => conflict.column('run_id').doUpdateSet(columns))
      .execute();
  });
}

/** See `Store.findAgentConfig`. */
export async function findAgentConfig({ db }: StoreContext, runId: string): Promise<AgentConfig | undefined> {
  const row = await db
    .selectFrom('spec_automation_agent_configs')
    .selectAll()
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row && toAgentConfig(row);
}
