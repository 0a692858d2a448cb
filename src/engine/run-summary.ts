import { totalUsage } from '../domain/format.ts';
import type { DocumentCounts } from '../domain/feature-documents.ts';
import { AGENT_PHASES } from '../domain/phases.ts';
import type { PhaseRecord, RunResult } from '../domain/run.ts';
import type { KnownOutputs } from './phase-outputs.ts';
import { branchOf, type RunSession } from './run-session.ts';

/** The text of `run-summary.json`: what a run was, what it made, and what each phase took. Unknown is `null`. */
export async function runSummary(
  session: RunSession,
  result: RunResult,
  counts: DocumentCounts,
): Promise<string> {
  const { deps, run, outputs } = session;
  const phases = await deps.store.listPhases(run.id);
  const summary = {
    run_id: run.id,
    status: result.status,
    reason: result.reason,
    repository: run.repository,
    base_branch: run.baseBranch,
    branch_name: branchOf(session),
    agent: run.agent,
    sandbox: run.sandbox,
    ...madeBy(outputs),
    counts,
    usage: totalUsage(phases),
    phases: phases.map(summarisePhase),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

/** What each phase contributes, by field of the summary. */
const MADE_BY: Readonly<Record<string, (outputs: KnownOutputs) => unknown>> = {
  agent_version: (outputs) => outputs.prepare_job?.agentVersion,
  base_commit: (outputs) => outputs.git_clone?.commit,
  feature_directory: (outputs) => outputs.discover?.featureDirectory,
  prompt_pack: (outputs) => outputs.discover?.promptPack,
  prompt_pack_digest: (outputs) => outputs.discover?.promptPackDigest,
  scaffold_digest: (outputs) => outputs.discover?.scaffold?.digest,
  /** Agent configuration no agent saw: the repository's, and what agents left for those after them. */
  neutralised: (outputs) => neutralised(outputs),
  commit: (outputs) => outputs.commit_push?.commit,
  is_pushed: (outputs) => outputs.commit_push?.isPushed,
};

function neutralised(outputs: KnownOutputs): readonly string[] | undefined {
  const ofAgents = AGENT_PHASES.flatMap(({ name }) => outputs[name]?.setAside ?? []);
  if (outputs.discover === undefined) return undefined;
  return [...new Set([...outputs.discover.neutralised, ...ofAgents])].toSorted();
}

function madeBy(outputs: KnownOutputs): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(MADE_BY).map(([field, read]) => [field, read(outputs) ?? null]));
}

function summarisePhase({ phase, attempt, status, reason, startedAtMs, completedAtMs }: PhaseRecord) {
  const durationMs = startedAtMs === null || completedAtMs === null ? null : completedAtMs - startedAtMs;
  return { phase, attempt, status, reason, duration_ms: durationMs };
}
