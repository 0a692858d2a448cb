import { isAgentConfiguration } from '../domain/agent-configuration.ts';
import { AGENT_PHASES, type AgentPhase } from '../domain/phases.ts';
import { parseAgentOutput } from './phase-outputs.ts';
import { scaffoldOf } from './scaffold.ts';
import { outputOf, sandboxOf, type RunSession } from './run-session.ts';

/**
 * Make sure this process laid the agent's working copy, that HOME is empty, and that nothing in the copy commands the agent. Within
 * one process it goes on from phase to phase; a process that takes over lays it anew from the last checkpoint and never trusts what a
 * dead one left. Returns the agent configuration that was set aside: of the repository, or of an agent before.
 */
export async function ensureWorkingCopy(session: RunSession, phase: AgentPhase): Promise<readonly string[]> {
  const { deps, workspace } = session;
  // What the agent of the phase before left there could lead the next one, or us, astray.
  await deps.workspaces.clear(workspace.home);
  if (session.laidFrom === undefined) await layWorkingCopy(session, phase);
  const setAside = await deps.workspaces.setAside(workspace, isAgentConfiguration);
  await deps.workspaces.layFiles(workspace, (await scaffoldOf(session)).laid);
  return setAside.map((path) => deps.redactor.redact(path));
}

async function layWorkingCopy(session: RunSession, phase: AgentPhase): Promise<void> {
  const { deps, workspace } = session;
  const commit = (await draftToRevise(session, phase)) ?? checkpointBefore(session, phase);
  const branch = outputOf(session, 'discover').featureDirectory.replace(/^specs\//u, '');
  // A worker that was given up for dead may be slow instead, and its agent still at work in this directory.
  if (session.fence.epoch > 1) await sandboxOf(session).reap(session.run.id);
  await deps.workspaces.clear(workspace.repo);
  await deps.git.layWorkingCopy({ gitDirectory: workspace.git, commit, directory: workspace.repo, branch });
  session.laidFrom = commit;
}

/** Go on in the working copy a dead worker laid, as its agent left it: what was set aside is known to that worker only. */
export function adoptWorkingCopy(session: RunSession, phase: AgentPhase): readonly string[] {
  session.laidFrom = checkpointBefore(session, phase);
  return [];
}

/** The newest checkpoint a phase builds on: the last agent phase that is done, else the base. */
export function checkpointBefore(session: RunSession, phase: AgentPhase): string {
  const earlier = AGENT_PHASES.slice(0, AGENT_PHASES.indexOf(phase));
  const done = earlier.findLast(({ name }) => session.outputs[name] !== undefined);
  return done === undefined ? outputOf(session, 'git_clone').commit : outputOf(session, done.name).commit;
}

/** With answers at hand, specify goes on from the draft that asked, so that the agent revises instead of starting over. */
async function draftToRevise(session: RunSession, phase: AgentPhase): Promise<string | undefined> {
  const { deps, run, history, workspace } = session;
  const isAnswered = run.clarifications.some(({ answer }) => answer !== null);
  if (phase.command !== 'specify' || !isAnswered) return undefined;
  const asked = history.findLast((record) => record.phase === phase.name && record.status === 'succeeded');
  const commit = parseAgentOutput(asked?.output)?.commit;
  return commit !== undefined && (await deps.git.hasCommit(workspace.git, commit)) ? commit : undefined;
}
