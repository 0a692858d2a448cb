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
 * A closed pull request stays closed, so nothing new is pushed for it; what was proposed already need not be. Tells which of the two.
 * @throws `pull_request_closed`
 */
export async function isProposedAndClosed(
  { run }: RunSession,
  connection: ForgeConnection,
  commit: string,
): Promise<boolean> {
  const intents = run.publishIntents.filter(({ branch }) => branch === run.branchName);
  if (intents.length === 0) return false;
  const found = await connection.findPr({ runId: run.id, branch: run.branchName });
  if (found === undefined || found.isOpen) return false;
  if (intents.some((intent) => intent.commit === commit)) return true;
  throw appError('pull_request_closed', { url: found.url });
}
