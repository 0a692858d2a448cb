import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { appError } from '../domain/app-error.ts';
import { showBranches } from '../domain/naming.ts';
import { remoteUrl } from './canonical-repository.ts';
import { cloneCache, type CloneCache } from './clone-cache.ts';
import { gitOutput, type RunGit } from './git-command.ts';
import { loginOf } from './login.ts';
import type { FetchBase } from './port.ts';
import { formatOf, type ObjectFormat } from './pack-files.ts';
import { hasCommits } from './read-commit.ts';
import { readError } from './remote-errors.ts';
import { inspectRemote } from './remote.ts';

const TRANSFER_TIMEOUT_MS = 10 * 60_000;
const BASE_REF = 'refs/spec-automation/base';
/** What a clone began with, while it goes on. */
const SEED_REFS = 'refs/spec-automation/seed';

/** Bytes are what they are: no line-end, keyword, filter or encoding conversion, whatever the tree's .gitattributes says. */
export const RAW_ATTRIBUTES = '* -text !eol -ident -filter !working-tree-encoding\n';

/**
 * See `Git.fetchBase`. The server is always asked for the branch, with the run's own login: what it refuses no cache gives. A cache
 * only saves what would have come again, and is looked at while the server thinks.
 */
export async function fetchBase(
  run: RunGit,
  options: FetchBase,
  cacheDirectory: string | undefined,
): Promise<{ commit: string }> {
  const { gitDirectory, repository, signal } = options;
  const cache = cloneCache(cacheDirectory, repository);
  // Both end before this does: nothing goes on in the git directory afterwards.
  const [tip, tips] = await allEnded(findTip(run, options), plantSeed(run, gitDirectory, cache));
  const seeded = tips === undefined ? undefined : await fetchRest(run, { ...options, tip }, tips);
  signal.throwIfAborted();
  if (tips !== undefined && seeded === undefined) await cache?.drop();
  const commit = seeded ?? (await fetchWhole(run, options, tip));
  await cache?.keep(gitDirectory, commit);
  return { commit };
}

/**
 * Begin a git directory with what the cache has, and tell the tips in it; `undefined` when nothing was begun. Git takes for complete
 * what its refs name, so that all of each tip is looked for here.
 */
async function plantSeed(
  run: RunGit,
  gitDirectory: string,
  cache: CloneCache | undefined,
): Promise<readonly string[] | undefined> {
  try {
    const seed = await cache?.look();
    if (cache === undefined || seed === undefined || seed.tips.length === 0) return undefined;
    await createPristine(run, gitDirectory, seed.format);
    if (await cache.plant(seed, gitDirectory)) {
      await tellShallow(gitDirectory, seed.tips);
      const looks = await Promise.all([cache.isIntact(seed), hasCommits(run, gitDirectory, seed.tips)]);
      if (looks.every(Boolean)) return seed.tips;
    }
    await cache.drop();
    return undefined;
  } catch {
    return undefined;
  }
}

/** @throws `base_branch_missing`, and whatever `inspectRemote` throws */
async function findTip(run: RunGit, { repository, branch, login, signal }: FetchBase): Promise<string> {
  const remote = await inspectRemote(run, { repository, login, signal });
  const tip = remote.branches.get(branch);
  if (tip !== undefined) return tip;
  const known = showBranches(remote.branches.keys(), remote.defaultBranch);
  throw appError('base_branch_missing', { repository, branch, known });
}

async function fetchWhole(run: RunGit, options: FetchBase, tip: string): Promise<string> {
  await createPristine(run, options.gitDirectory, formatOf(tip));
  return transfer(run, options);
}

/** Fetch what the planted packs have not; `undefined` when they are those of another kind of repository. */
async function fetchRest(
  run: RunGit,
  options: FetchBase & { readonly tip: string },
  tips: readonly string[],
): Promise<string | undefined> {
  const { gitDirectory, tip } = options;
  if (tips.some((each) => each.length !== tip.length)) return undefined;
  const commit = tips.includes(tip) ? tip : await transferOnto(run, options, tips);
  await writeFile(path.join(gitDirectory, BASE_REF), `${commit}\n`);
  await tellShallow(gitDirectory, [commit]);
  return commit;
}

async function transferOnto(run: RunGit, options: FetchBase, tips: readonly string[]): Promise<string> {
  const seeds = path.join(options.gitDirectory, SEED_REFS);
  await mkdir(seeds, { recursive: true });
  for (const tip of tips) await writeFile(path.join(seeds, tip), `${tip}\n`);
  try {
    return await transfer(run, options);
  } finally {
    await rm(seeds, { recursive: true, force: true });
  }
}

/** Tell git that it has these commits without what came before them. */
async function tellShallow(gitDirectory: string, commits: readonly string[]): Promise<void> {
  await writeFile(path.join(gitDirectory, 'shallow'), commits.map((commit) => `${commit}\n`).join(''));
}

/** Fetch the branch without its history and return its commit. @throws what `readError` makes of git's words */
async function transfer(run: RunGit, options: FetchBase): Promise<string> {
  const { gitDirectory, repository, branch, signal } = options;
  const refspec = `+refs/heads/${branch}:${BASE_REF}`;
  const form = ['--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head'];
  const result = await run({
    args: ['fetch', ...form, '--', remoteUrl(repository), refspec],
    gitDirectory,
    timeoutMs: TRANSFER_TIMEOUT_MS,
    login: loginOf(repository, options.login),
    signal,
  });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw readError(repository, result);
  const commit = await gitOutput(run, {
    args: ['rev-parse', '--verify', '--end-of-options', `${BASE_REF}^{commit}`],
    gitDirectory,
  });
  return commit.toString('utf8').trim();
}

async function createPristine(run: RunGit, gitDirectory: string, objectFormat: ObjectFormat): Promise<void> {
  await rm(gitDirectory, { recursive: true, force: true });
  await mkdir(gitDirectory, { recursive: true, mode: 0o750 });
  const format = `--object-format=${objectFormat}`;
  await gitOutput(run, { args: ['init', '--quiet', '--bare', '--template=', format, '--', gitDirectory] });
  await mkdir(path.join(gitDirectory, 'info'), { recursive: true });
  await mkdir(path.join(gitDirectory, path.dirname(BASE_REF)), { recursive: true });
  await writeFile(path.join(gitDirectory, 'info', 'attributes'), RAW_ATTRIBUTES);
}

/** The values of two promises, once both have ended. @throws what the first of them that failed throws */
async function allEnded<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
