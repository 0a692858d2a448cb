import { appError, type AppError } from '../domain/app-error.ts';
import { renderClarifications } from '../domain/clarifications.ts';
import type { AgentPhase } from '../domain/phases.ts';
import { fillRunId } from '../domain/fill-reason.ts';
import type { Clarification, RunResult, TerminalStatus } from '../domain/run.ts';
import { outputOf, type RunSession } from './run-session.ts';
import { saveArtifact } from './save-artifact.ts';

/** The result of a run that did what was asked. */
export const SUCCEEDED: RunResult = { status: 'succeeded', reason: null, reasonText: null, remedy: null };

/** The result of a run that ended for a reason. */
export function endedBecause(session: RunSession, reason: AppError): RunResult {
  const { redactor } = session.deps;
  const status: TerminalStatus =
    reason.code === 'cancelled' ? 'cancelled' : reason.kind === 'outcome' ? 'no_changes' : 'failed';
  return {
    status,
    reason: reason.code,
    reasonText: redactor.redact(reason.message),
    remedy: redactor.redact(fillRunId(reason.remedy, session.run.id)),
  };
}

const ASK_AGAIN = 'spec-automation runs retry {run_id} --from speckit_specify';

/** Nobody is asked twice for what somebody reviews already. */
export function outcomeOfClone(session: RunSession): RunResult | undefined {
  const { proposedAt } = outputOf(session, 'git_clone');
  if (proposedAt === null) return undefined;
  const why = `${proposedAt} is open and proposes the same`;
  const anew = 'close that pull request, then spec-automation runs retry {run_id} --from git_clone';
  return endedBecause(session, appError('no_diff', { why, anew }));
}

/** What an agent phase means for the whole run: `undefined` to go on, a result when there is nothing more to do. */
export async function outcomeAfter(session: RunSession, phase: AgentPhase): Promise<RunResult | undefined> {
  const { commit, wasRun, openQuestions } = outputOf(session, phase.name);
  const isUnchanged = wasRun && commit === outputOf(session, 'git_clone').commit;
  if (isUnchanged) {
    const why = `agent '${session.run.agent}' wrote nothing new`;
    return endedBecause(session, appError('no_diff', { why, anew: ASK_AGAIN }));
  }
  if (openQuestions.length === 0) return undefined;
  await keepQuestions(session, openQuestions);
  if (session.run.onClarification === 'continue') return undefined;
  return endedBecause(session, appError('clarification_needed', { count: openQuestions.length }));
}

/** Nothing was pushed although nothing failed: every document was complete before. */
export function outcomeOfPublish(session: RunSession): RunResult | undefined {
  const isUnchanged = outputOf(session, 'commit_push').commit === outputOf(session, 'git_clone').commit;
  if (!isUnchanged) return undefined;
  const { featureDirectory } = outputOf(session, 'discover');
  const why = `every document of ${featureDirectory} is complete already, and a complete one is kept`;
  return endedBecause(session, appError('no_diff', { why, anew: ASK_AGAIN }));
}

async function keepQuestions(session: RunSession, questions: readonly string[]): Promise<void> {
  const { deps, fence, run } = session;
  const answered = run.clarifications.filter(
    ({ question, answer }) => answer !== null && !questions.includes(question),
  );
  const clarifications: readonly Clarification[] = [
    ...answered,
    ...questions.map((question) => ({ question, answer: null })),
  ];
  await deps.store.updateRun(fence, { clarifications });
  const open = clarifications.filter(({ answer }) => answer === null);
  const content = renderClarifications({ runId: run.id, repository: run.repository, clarifications: open });
  await saveArtifact(session, {
    name: 'clarifications.md',
    type: 'document',
    phase: 'speckit_specify',
    content,
  });
}
