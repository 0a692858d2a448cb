import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import type { Git } from '../../src/git/port.ts';
import { serveRepository, type HttpServerPlan } from './git-http-server.ts';
import { fetchPristine } from './git-kit.ts';
import { GIT_OPTIONS } from './git-options.ts';
import { git as runGit, importStream, temporaryDirectory } from './git-repository.ts';

/** What the served repository holds. */
export const FILES = 20;
export const FILE_BYTES = 10_000;

/** A served repository of random files, and a git with a cache that does not exist yet. */
export async function openCloneCache(
  plan: Omit<HttpServerPlan, 'root'> & { objectFormat?: 'sha1' | 'sha256' } = {},
) {
  const names = Array.from({ length: FILES }, (_, number) => `dir-${number % 3}/${number}.bin`);
  const files = Object.fromEntries(names.map((name) => [name, randomBytes(FILE_BYTES)]));
  const server = await serveRepository({ ...plan, files });
  const cacheDirectory = path.join(await temporaryDirectory(), 'deep', 'clones');
  const git = gitCli({ ...GIT_OPTIONS, cacheDirectory });
  const { url, repository } = server;
  return {
    ...server,
    git,
    cacheDirectory,
    clone: (change: Parameters<typeof fetchPristine>[2] = {}) => fetchPristine(git, url, change),
    tip: () => runGit(repository, 'rev-parse', 'main'),
    /** The only cache there is. */
    cache: async () => path.join(cacheDirectory, (await readdir(cacheDirectory))[0] ?? ''),
    change: () =>
      importStream(
        repository,
        Buffer.concat([
          Buffer.from(
            'commit refs/heads/main\ncommitter A <a@b> 1767225600 +0000\ndata 1\nx\nfrom refs/heads/main^0\n',
          ),
          Buffer.from(`M 644 inline new\ndata ${FILE_BYTES}\n`),
          randomBytes(FILE_BYTES),
          Buffer.from('\n'),
        ]),
      ),
  };
}

/** All of the commit is there, byte for byte, nothing is left of where it began, and its history is cut off at it. */
export async function demandClean(git: Git, gitDirectory: string, commit: string): Promise<void> {
  expect(await git.hasCommit(gitDirectory, commit)).toBe(true);
  expect((await git.listTree({ gitDirectory, commit })).length).toBeGreaterThanOrEqual(FILES);
  expect(await runGit(gitDirectory, 'for-each-ref', '--format=%(refname) %(objectname)')).toBe(
    `refs/spec-automation/base ${commit}`,
  );
  expect(await readFile(path.join(gitDirectory, 'shallow'), 'utf8')).toBe(`${commit}\n`);
  expect(await runGit(gitDirectory, 'rev-list', '--count', commit)).toBe('1');
  for (const name of await readdir(path.join(gitDirectory, 'objects', 'pack')))
    if (name.endsWith('.idx')) await runGit(gitDirectory, 'verify-pack', path.join('objects', 'pack', name));
}
