import { appError } from '../../domain/app-error.ts';
import { documentProblem, openQuestions } from '../../domain/feature-documents.ts';
import { COMMIT_MESSAGE } from '../../domain/naming.ts';
import type { AgentPhase, AgentPhaseName } from '../../domain/phases.ts';
import { ALLOWED_PREFIXES } from '../../domain/publish-policy.ts';
import { askAgent, executionName } from '../ask-agent.ts';
import { readTree } from '../read-tree.ts';
import { parseCloneOutput } from '../phase-outputs.ts';
import type { Step } from '../run-phase.ts';
import { scaffoldOf } from '../scaffold.ts';
import { outputOf, sandboxOf, type RunSession } from '../run-session.ts';
import { adoptWorkingCopy, checkpointBefore, ensureWorkingCopy } from '../working-copy.ts';

/** As many paths are told of. */
const SHOWN = 100;

/** Let the agent do one Spec Kit phase, then decide from the files whether it did, and record them as a checkpoint. */
export function runAgent(phase: AgentPhase): Step<AgentPhaseName> {
  return {
    phase: phase.name,
    canAdopt: async (session, attempt) =>
      isAsItWasLeft(session) && sandboxOf(session).canAdopt(executionName(session, phase, attempt)),
    async run(session, context) {
      const isComplete = outputOf(session, 'discover').completeCommands.includes(phase.command);
      // A later attempt was asked for explicitly: then the agent is to write it again.
      if (isComplete && context.attempt === 1) {
        const output = {
          commit: checkpointBefore(session, phase),
          wasRun: false,
          openQuestions: [],
          setAside: [],
        };
        return { output, skipped: `${phase.document} is complete already and is kept` };
      }
      const setAside = context.isAdopted
        ? adoptWorkingCopy(session, phase)
        : await ensureWorkingCopy(session, phase);
      for (const path of setAside.slice(0, SHOWN))
        context.log.out(`Set aside, since agents obey it: ${path}`);
      await askAgent(session, phase, context);
      const commit = await recordCheckpoint(session, phase);
      const questions = await checkDocument(session, phase, commit);
      return {
        output: { commit, wasRun: true, openQuestions: [...questions], setAside: setAside.slice(0, SHOWN) },
      };
    },
  };
}

/**
 * Whether the working copy still is what the open attempt works on: this process has not laid it anew, and did not have to clone
 * another base.
 */
function isAsItWasLeft(session: RunSession): boolean {
  const cloned = session.history.findLast(
    ({ phase, status }) => phase === 'git_clone' && status === 'succeeded',
  );
  const { commit } = outputOf(session, 'git_clone');
  return session.laidFrom === undefined && parseCloneOutput(cloned?.output)?.commit === commit;
}

/** The tree as data, as a commit on the base. With the same message, author and date each time, the last one is what is pushed. */
async function recordCheckpoint(session: RunSession, phase: AgentPhase): Promise<string> {
  const { deps, run, workspace } = session;
  const { commit } = await deps.git.importTree({
    gitDirectory: workspace.git,
    directory: workspace.repo,
    parent: outputOf(session, 'git_clone').commit,
    ref: `refs/spec-automation/${phase.name}`,
    message: COMMIT_MESSAGE,
    author: run.author,
    dateMs: run.createdAtMs,
    allowedPrefixes: ALLOWED_PREFIXES,
    laid: (await scaffoldOf(session)).laid,
  });
  return commit;
}

/** The phase's document must be there and be more than its template. Returns the questions it leaves. @throws `no_output` */
async function checkDocument(
  session: RunSession,
  phase: AgentPhase,
  commit: string,
): Promise<readonly string[]> {
  // Nothing changed at all is an outcome of the run, not a fault of the phase.
  if (commit === outputOf(session, 'git_clone').commit) return [];
  const tree = await readTree(session, commit);
  const text = await tree.readText(`${outputOf(session, 'discover').featureDirectory}/${phase.document}`);
  const templatePath = `.specify/templates/${phase.document.replace('.md', '-template.md')}`;
  const scaffold = (await scaffoldOf(session)).tree;
  const template = (await tree.readText(templatePath)) ?? (await scaffold.readText(templatePath));
  const problem = problemOf(phase, text, template);
  if (problem !== undefined) {
    throw appError('no_output', {
      agent: session.run.agent,
      document: phase.document,
      phase: phase.name,
      problem,
    });
  }
  if (phase.command !== 'specify') return [];
  return openQuestions(text ?? '').map((question) => session.deps.redactor.redact(question));
}

function problemOf(
  phase: AgentPhase,
  text: string | undefined,
  template: string | undefined,
): string | undefined {
  if (text === undefined) return 'it was not written';
  return text === template ? 'it is the template, unchanged' : documentProblem(phase.command, text);
}
