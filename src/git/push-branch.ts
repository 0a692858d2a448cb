import { appError } from '../domain/app-error.ts';
import { remoteUrl } from './canonical-repository.ts';
import type { RunGit } from './git-command.ts';
import { loginOf } from './login.ts';
import type { PushBranch } from './port.ts';
import { pushError } from './remote-errors.ts';
import { inspectRemote } from './remote.ts';

const TRANSFER_TIMEOUT_MS = 10 * 60_000;

/** See `Git.pushBranch`. Compare-and-swap: the lease demands that the branch is where it was, or absent. */
export async function pushBranch(run: RunGit, options: PushBranch): Promise<void> {
  const { gitDirectory, repository, commit, branch, expected, signal } = options;
  const ref = `refs/heads/${branch}`;
  const args = [
    'push',
    '--porcelain',
    '--no-verify',
    '--no-follow-tags',
    `--force-with-lease=${ref}:${expected ?? ''}`,
    '--',
    remoteUrl(repository),
    `${commit}:${ref}`,
  ];
  const login = loginOf(repository, options.login);
  const result = await run({ args, gitDirectory, timeoutMs: TRANSFER_TIMEOUT_MS, login, signal });
  if (result.exitCode === 0) return;
  signal.throwIfAborted();
  // A clear no comes before anything was done, and whoever limits wants no further questions.
  const isClearNo = /returned error: 4(?!08)\d\d/u.test(result.stderr);
  if (!isClearNo && (await isThereAfterAll(run, options))) return;
  throw pushError(
    { repository, branch },
    { ...result, stderr: `${result.stdout.toString('utf8')}\n${result.stderr}` },
  );
}

/**
 * What the remote holds decides before git's words do: the answer to a push that landed may get lost, and the loser of a race
 * hears many things. @throws `branch_has_foreign_commits`, `push_conflict`, `push_failed`
 */
async function isThereAfterAll(run: RunGit, options: PushBranch): Promise<boolean> {
  const { repository, commit, branch, expected, login, signal } = options;
  const remote = await inspectRemote(run, { repository, login, signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (remote === undefined) return false;
  const tip = remote.branches.get(branch) ?? null;
  if (tip === commit) return true;
  if (tip !== null && tip !== expected) throw appError('branch_has_foreign_commits', { repository, branch });
  // A ref is a file: `a` cannot stand next to `a/b`.
  const inTheWay = [...remote.branches.keys()].find(
    (name) => name.startsWith(`${branch}/`) || branch.startsWith(`${name}/`),
  );
  if (inTheWay !== undefined) throw appError('push_conflict', { repository, branch: inTheWay });
  // The next attempt finds it absent, and makes it anew.
  if (tip !== expected)
    throw appError('push_failed', { repository, problem: `branch '${branch}' was deleted in the meantime` });
  return false;
}
