import { appError } from '../domain/app-error.ts';
import { branchName, DEFAULT_IDENTITY, showBranches } from '../domain/naming.ts';
import type { ClarificationMode, Identity, Run } from '../domain/run.ts';
import { validateBranch, validateFeature, validateSpecText } from '../domain/validate.ts';
import type { Forge } from '../forge/port.ts';
import type { RemoteState } from '../git/port.ts';
import { checkSubmission } from './check-submission.ts';
import type { Deps } from './deps.ts';
import { forgeFor } from './forge-access.ts';

/** What a caller asks for. Absent fields take the defaults the face was configured with. */
export interface Submission {
  /** A path (relative to `workingDirectory`) or a URL. */
  readonly repository: string;
  readonly workingDirectory: string;
  readonly specText: string;
  /** The repository's default branch when absent. */
  readonly baseBranch?: string | undefined;
  readonly agent: string;
  readonly sandbox: string;
  readonly feature?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly externalRef?: string | undefined;
  readonly onClarification?: ClarificationMode | undefined;
  readonly retain?: boolean | undefined;
  readonly allowUnconfined?: boolean | undefined;
  /** Variables for the agent: plain values, kept with the run and shown. */
  readonly runtimeEnvironment?: Readonly<Record<string, string>> | undefined;
  /** Names of secrets for the agent, which the worker holds as `SPEC_AUTOMATION_SECRET_<name>`. */
  readonly secretNames?: readonly string[] | undefined;
  readonly author?: Identity | undefined;
}

/** To log in and to list the branches. */
const INSPECT_MS = 60_000;

/**
 * Check everything that can be checked without doing the work, save the run as `queued`, and ring. The row is the truth: when
 * the ring is lost, `recoverRuns` rings again. On a throw nothing was stored.
 * @throws every reason of kind `input`, and `home_not_writable`, `disk_reserve`, `git_unavailable`, `clone_denied`, and what `Forge.connect` throws
 */
export async function submitRun(deps: Deps, submission: Submission): Promise<Run> {
  const specText = validateSpecText(submission.specText);
  const feature = submission.feature === undefined ? null : validateFeature(submission.feature);
  if (submission.baseBranch !== undefined) validateBranch(submission.baseBranch);
  checkSubmission(deps, submission);
  await deps.workspaces.preflight();
  const repository = await deps.git.canonicalRepository(submission.repository, submission.workingDirectory);
  const forge = forgeFor(deps, repository);
  const remote = await inspect(deps, forge, repository);
  const baseBranch = chooseBase(repository, remote, submission.baseBranch);

  const id = deps.newId();
  const run = await deps.store.createRun({
    id,
    repository,
    forge: forge.name,
    specText,
    baseBranch,
    feature,
    agent: submission.agent,
    sandbox: submission.sandbox,
    dryRun: submission.dryRun ?? false,
    externalRef: submission.externalRef ?? null,
    onClarification: submission.onClarification ?? 'stop',
    retain: submission.retain ?? false,
    allowUnconfined: submission.allowUnconfined ?? false,
    runtimeEnvironment: submission.runtimeEnvironment ?? {},
    secretNames: submission.secretNames ?? [],
    author: submission.author ?? DEFAULT_IDENTITY,
    branchName: branchName(id, deps.clock.nowMs()),
  });
  await deps.queue.ring(run.id);
  return run;
}

async function inspect(deps: Deps, forge: Forge, repository: string): Promise<RemoteState> {
  const signal = AbortSignal.timeout(INSPECT_MS);
  await using connection = await forge.connect({ repository, purpose: 'read', signal });
  return await deps.git.inspectRemote({ repository, login: connection.login, signal });
}

function chooseBase(repository: string, remote: RemoteState, asked: string | undefined): string {
  if (remote.branches.size === 0) throw appError('repository_empty', { repository });
  const known = showBranches(remote.branches.keys(), remote.defaultBranch);
  const branch = asked ?? remote.defaultBranch;
  if (branch === null) throw appError('base_branch_needed', { repository, known });
  if (!remote.branches.has(branch)) throw appError('base_branch_missing', { repository, branch, known });
  return branch;
}
