import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { appError } from '../domain/app-error.ts';
import { showBranches } from '../domain/naming.ts';
import { remoteUrl } from './canonical-repository.ts';
import { gitOutput, NOWHERE, type RunGit } from './git-command.ts';
import type { FetchBase, PushNewBranch, RemoteState } from './port.ts';
import { pushError, readError } from './remote-errors.ts';

const INSPECT_TIMEOUT_MS = 30_000;
const TRANSFER_TIMEOUT_MS = 10 * 60_000;
const BASE_REF = 'refs/spec-automation/base';

/** Bytes are what they are: no line-end, keyword, filter or encoding conversion, whatever the tree's .gitattributes says. */
export const RAW_ATTRIBUTES = '* -text !eol -ident -filter !working-tree-encoding\n';

/** See `Git.inspectRemote`. */
export async function inspectRemote(
  run: RunGit,
  repository: string,
  signal?: AbortSignal,
): Promise<RemoteState> {
  const args = ['ls-remote', '--symref', '--', remoteUrl(repository), 'HEAD', 'refs/heads/*'];
  // Not even the configuration of the folder this process stands in counts.
  const result = await run({ args, gitDirectory: NOWHERE, timeoutMs: INSPECT_TIMEOUT_MS, signal });
  signal?.throwIfAborted();
  if (result.exitCode !== 0) throw readError(repository, result);
  return parseRemote(result.stdout.toString('utf8'));
}

/** See `Git.fetchBase`. */
export async function fetchBase(run: RunGit, options: FetchBase): Promise<{ commit: string }> {
  const { gitDirectory, repository, branch, signal } = options;
  const remote = await inspectRemote(run, repository, signal);
  const tip = remote.branches.get(branch);
  if (tip === undefined) {
    const known = showBranches(remote.branches.keys(), remote.defaultBranch);
    throw appError('base_branch_missing', { repository, branch, known });
  }

  await createPristine(run, gitDirectory, tip);
  const refspec = `+refs/heads/${branch}:${BASE_REF}`;
  const args = [
    'fetch',
    '--quiet',
    '--depth=1',
    '--no-tags',
    '--no-write-fetch-head',
    '--',
    remoteUrl(repository),
    refspec,
  ];
  const result = await run({ args, gitDirectory, timeoutMs: TRANSFER_TIMEOUT_MS, signal });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw readError(repository, result);
  const commit = await gitOutput(run, {
    args: ['rev-parse', '--verify', '--end-of-options', `${BASE_REF}^{commit}`],
    gitDirectory,
  });
  return { commit: commit.toString('utf8').trim() };
}

/** See `Git.pushNewBranch`. Compare-and-swap: the lease `<branch>:` demands that the branch is absent. */
export async function pushNewBranch(run: RunGit, options: PushNewBranch): Promise<void> {
  const { gitDirectory, repository, commit, branch, signal } = options;
  const ref = `refs/heads/${branch}`;
  const args = [
    'push',
    '--porcelain',
    '--no-verify',
    '--no-follow-tags',
    `--force-with-lease=${ref}:`,
    '--',
    remoteUrl(repository),
    `${commit}:${ref}`,
  ];
  const result = await run({ args, gitDirectory, timeoutMs: TRANSFER_TIMEOUT_MS, signal });
  if (result.exitCode === 0) return;
  signal.throwIfAborted();
  if (await isThereAfterAll(run, options)) return;
  throw pushError(
    { repository, branch },
    { ...result, stderr: `${result.stdout.toString('utf8')}\n${result.stderr}` },
  );
}

/**
 * What the remote holds decides before git's words do: the answer to a push that landed may get lost, and the loser of a race
 * hears many things. @throws `push_conflict`
 */
async function isThereAfterAll(run: RunGit, options: PushNewBranch): Promise<boolean> {
  const { repository, commit, branch, signal } = options;
  const remote = await inspectRemote(run, repository, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (remote === undefined) return false;
  if (remote.branches.get(branch) === commit) return true;
  // A ref is a file: `a` cannot stand next to `a/b`.
  const inTheWay = [...remote.branches.keys()].find(
    (name) => name === branch || name.startsWith(`${branch}/`) || branch.startsWith(`${name}/`),
  );
  if (inTheWay === undefined) return false;
  throw appError('push_conflict', { repository, branch: inTheWay });
}

async function createPristine(run: RunGit, gitDirectory: string, tip: string): Promise<void> {
  await rm(gitDirectory, { recursive: true, force: true });
  await mkdir(gitDirectory, { recursive: true, mode: 0o750 });
  const objectFormat = tip.length === 64 ? 'sha256' : 'sha1';
  await gitOutput(run, {
    args: ['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`, '--', gitDirectory],
  });
  await mkdir(path.join(gitDirectory, 'info'), { recursive: true });
  await writeFile(path.join(gitDirectory, 'info', 'attributes'), RAW_ATTRIBUTES);
}

function parseRemote(listing: string): RemoteState {
  const branches = new Map<string, string>();
  let headRef: string | undefined;
  for (const line of listing.split('\n')) {
    const [value = '', ref = ''] = line.split('\t');
    if (value.startsWith('ref: ') && ref === 'HEAD') headRef = value.slice('ref: '.length);
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), value);
  }
  const name = headRef?.replace(/^refs\/heads\//u, '');
  return { branches, defaultBranch: name !== undefined && branches.has(name) ? name : null };
}
