import type { Agent } from '../agent/port.ts';
import { appError, type AppError } from '../domain/app-error.ts';
import type { PhaseName } from '../domain/phases.ts';
import type { PhaseRecord, Run } from '../domain/run.ts';
import type { ForgeConnection } from '../forge/port.ts';
import type { Sandbox } from '../sandbox/port.ts';
import type { Fence } from '../store/port.ts';
import type { Workspace } from '../workspace/port.ts';
import type { CommitTree } from './read-tree.ts';
import type { Deps } from './deps.ts';
import type { Scaffold } from './scaffold.ts';
import { knownOutputs, type KnownOutputs, type PhaseOutputs } from './phase-outputs.ts';

/** One process at work on one run, from its claim to the end of its lease. */
export interface RunSession {
  readonly deps: Deps;
  readonly run: Run;
  readonly fence: Fence;
  readonly workspace: Workspace;
  /** Fires when somebody cancels the run or another process took it over; its reason is the error. */
  readonly signal: AbortSignal;
  readonly abort: (reason: AppError) => void;
  /** All attempts so far, as they were when the run was claimed. */
  readonly history: readonly PhaseRecord[];
  /** What is known so far; grows as phases succeed. */
  readonly outputs: KnownOutputs;
  /** Lists of commits that were read already. */
  readonly trees: Map<string, Promise<CommitTree>>;
  /** The commit this process laid the agent's working copy from; absent until it did. */
  laidFrom?: string;
  /** The login the publishing phases share, while there is one. */
  publishing?: Promise<ForgeConnection>;
  /** What the sandbox's image holds of Spec Kit, once somebody asked. */
  scaffold?: Promise<Scaffold>;
}

/** Claim a run and gather what is known of it; `undefined` when it is not free to take. */
export async function openSession(deps: Deps, runId: string): Promise<RunSession | undefined> {
  const { store, settings, workspaces } = deps;
  const claimed = await store.claimRun({ runId, owner: settings.workerName, ttlMs: settings.leaseTtlMs });
  if (claimed === undefined) return undefined;
  const controller = new AbortController();
  // Asked for while nobody held the run: the first step will see it.
  if (claimed.run.cancelRequestedAtMs !== null) controller.abort(appError('cancelled', { run_id: runId }));
  const history = await store.listPhases(runId);
  const workspace = workspaces.locate(runId);
  return {
    deps,
    run: claimed.run,
    fence: claimed.fence,
    workspace,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    history,
    outputs: await usableOutputs(deps, workspace, knownOutputs(history)),
    trees: new Map(),
  };
}

/** The output of a phase that must be done by now. @throws `internal` when it is not. */
export function outputOf<Name extends PhaseName>(session: RunSession, phase: Name): PhaseOutputs[Name] {
  const output = session.outputs[phase];
  if (output === undefined) throw appError('internal', { problem: `phase ${phase} has no output yet` });
  return output;
}

/** The agent the run asks for. @throws `agent_unknown` */
export function agentOf({ deps, run }: Pick<RunSession, 'deps' | 'run'>): Agent {
  const agent = deps.agents.get(run.agent);
  if (agent === undefined)
    throw appError('agent_unknown', { agent: run.agent, known: [...deps.agents.keys()].join(', ') });
  return agent;
}

/** The sandbox the run asks for. @throws `sandbox_unknown` */
export function sandboxOf({ deps, run }: Pick<RunSession, 'deps' | 'run'>): Sandbox {
  const sandbox = deps.sandboxes.get(run.sandbox);
  if (sandbox === undefined) {
    throw appError('sandbox_unknown', { sandbox: run.sandbox, known: [...deps.sandboxes.keys()].join(', ') });
  }
  return sandbox;
}

/** The branch the run's commit is on, or would be. */
export function branchOf({ run, outputs }: Pick<RunSession, 'run' | 'outputs'>): string {
  return outputs.commit_push?.branch ?? run.branchName;
}

/**
 * Checkpoints live in the workspace: when that is gone or broken, the run starts over from the clone. A published run needs
 * them no more; its clean-up may have removed them.
 */
async function usableOutputs(deps: Deps, workspace: Workspace, outputs: KnownOutputs): Promise<KnownOutputs> {
  if (outputs.open_pr !== undefined) return outputs;
  const { prepare_job: prepared, start_job_container: started } = outputs;
  const withoutCommits: KnownOutputs = {
    ...(prepared === undefined ? {} : { prepare_job: prepared }),
    ...(started === undefined ? {} : { start_job_container: started }),
  };
  const commits = [outputs.git_clone, outputs.speckit_specify, outputs.speckit_plan, outputs.speckit_tasks];
  for (const output of commits) {
    if (output === undefined) break;
    if (!(await deps.git.hasCommit(workspace.git, output.commit))) return withoutCommits;
  }
  return outputs;
}
