import { appError } from '../domain/app-error.ts';
import { branchesFrom } from '../domain/naming.ts';
import type { ForgeConnection } from '../forge/port.ts';
import type { RemoteState } from '../git/port.ts';
import type { RunSession } from './run-session.ts';

/** Where a commit goes. */
export interface Target {
  readonly branch: string;
  /** What the branch is at now; `null` where it is not there. */
  readonly expected: string | null;
}

/**
 * The run's branch, unless somebody else's commits are on it: then the next one where the operator wants that. Ours is what the run once
 * meant to push.
 * @throws `branch_has_foreign_commits`
 */
export function chooseBranch({ deps, run }: RunSession, remote: RemoteState, commit: string): Target {
  const { onForeignCommits } = deps.settings;
  const candidates = onForeignCommits === 'next_branch' ? branchesFrom(run.branchName) : [run.branchName];
  const isOurs = (branch: string, tip: string) =>
    tip === commit || run.publishIntents.some((intent) => intent.branch === branch && intent.commit === tip);
  for (const branch of candidates) {
    const tip = remote.branches.get(branch);
    if (tip === undefined || isOurs(branch, tip)) return { branch, expected: tip ?? null };
  }
  throw appError('branch_has_foreign_commits', { branch: run.branchName, repository: run.repository });
}

/**
 * Whether the commit is proposed already, by a pull request whose branch is no longer ours to push to: somebody closed it, or committed
 * there. A closed one stays closed, and one run has one pull request, whatever branch it could go on with.
 * @throws `pull_request_closed`, `branch_has_foreign_commits`
 */
export async function isProposedAlready(
  { run }: RunSession,
  connection: ForgeConnection,
  { commit, tip }: { readonly commit: string; readonly tip: string | undefined },
): Promise<boolean> {
  const { branchName: branch, repository } = run;
  const intents = run.publishIntents.filter((intent) => intent.branch === branch);
  if (intents.length === 0) return false;
  const found = await connection.findPr({ runId: run.id, branch });
  if (found === undefined) return false;
  // Meaning to push is not having pushed.
  const isPushed = commit === run.pushedCommit || commit === tip;
  if (!found.isOpen) {
    if (isPushed) return true;
    throw appError('pull_request_closed', { url: found.url });
  }
  const isOurs = tip === undefined || intents.some((intent) => intent.commit === tip);
  if (isOurs) return false;
  if (isPushed) return true;
  throw appError('branch_has_foreign_commits', { branch, repository });
}
