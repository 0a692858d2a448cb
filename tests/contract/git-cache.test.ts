import { randomBytes } from 'node:crypto';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { demandClean, FILE_BYTES, FILES, openCloneCache } from '../support/clone-cache-kit.ts';
import { fetchPristine, noSignal } from '../support/git-kit.ts';
import { git as runGit, temporaryDirectory } from '../support/git-repository.ts';

const AUTH = { user: 'bot', password: 'CANARY' };

describe('a second clone of a repository', () => {
  it.each(['sha1', 'sha256'] as const)('asks for nothing but the branches (%s)', async (objectFormat) => {
    const { git, clone, requests, bytesSent, tip, url } = await openCloneCache({ objectFormat });
    await clone();
    const before = requests.length;
    await git.inspectRemote({ repository: url });
    const [asked, sent] = [requests.slice(before), bytesSent()];
    expect(sent).toBeGreaterThan(FILES * FILE_BYTES);
    const { commit, gitDirectory } = await clone();
    expect(commit).toBe(await tip());
    expect(requests.slice(before + asked.length)).toEqual(asked);
    expect(bytesSent() - sent).toBeLessThan(2_000);
    expect(before).toBeGreaterThan(asked.length * 2);
    await demandClean(git, gitDirectory, commit);
  });

  it('brings only what is new since, whatever the branch is', async () => {
    const { git, clone, bytesSent, tip, change, repository } = await openCloneCache();
    await clone();
    await change();
    for (const branch of ['main', 'other']) {
      await runGit(repository, 'branch', '--force', 'other', 'main');
      const sent = bytesSent();
      const { commit, gitDirectory } = await clone({ branch });
      expect(commit).toBe(await tip());
      expect(bytesSent() - sent).toBeLessThan(FILE_BYTES * 2);
      await demandClean(git, gitDirectory, commit);
    }
  });

  it('is right after the branch was rewritten, went back, or lost its history', async () => {
    const { git, clone, tip, change, repository } = await openCloneCache();
    const first = await tip();
    await clone();
    await change();
    await clone();
    await runGit(repository, 'update-ref', 'refs/heads/main', first);
    expect((await clone()).commit).toBe(first);
    const tree = await runGit(repository, 'rev-parse', 'main^{tree}');
    const orphan = await runGit(repository, 'commit-tree', '-m', 'orphan', tree);
    await runGit(repository, 'update-ref', 'refs/heads/main', orphan);
    await runGit(repository, '-c', 'gc.pruneExpire=now', 'gc', '--quiet', '--prune=now');
    const { commit, gitDirectory } = await clone();
    expect(commit).toBe(orphan);
    await demandClean(git, gitDirectory, commit);
  });

  it('can be laid out and pushed from, and its end harms no other', async () => {
    const { git, clone, change, repository, url } = await openCloneCache();
    await clone();
    await change();
    const { gitDirectory, commit } = await clone();
    const directory = path.join(await temporaryDirectory(), 'copy');
    await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'topic' });
    expect(await runGit(directory, 'status', '--porcelain')).toBe('');
    const next = await runGit(gitDirectory, 'commit-tree', '-p', commit, '-m', 'x', `${commit}^{tree}`);
    const request = { gitDirectory, repository: url, commit: next, branch: 'b', expected: null };
    await git.pushBranch({ ...request, signal: noSignal() });
    expect(await runGit(repository, 'rev-parse', 'b')).toBe(next);
    await rm(gitDirectory, { recursive: true });
    await demandClean(git, (await clone()).gitDirectory, commit);
  });

  it('is refused when the server refuses, whatever is kept', async () => {
    const { git, url, cacheDirectory } = await openCloneCache({ auth: AUTH });
    const login = { origin: new URL(url).origin, username: AUTH.user, password: AUTH.password };
    await fetchPristine(git, url, { login });
    expect(await readdir(cacheDirectory)).toHaveLength(1);
    await expect(fetchPristine(git, url)).rejects.toMatchObject({ code: 'clone_denied' });
    await expect(fetchPristine(git, url, { login: { ...login, password: 'wrong' } })).rejects.toMatchObject({
      code: 'clone_denied',
    });
  });

  it('keeps the cache when it is the server that fails, or somebody who ends it', async () => {
    let isBroken = false;
    const { clone, change, cache } = await openCloneCache({
      intercept: ({ method, headers }, response) =>
        isBroken &&
        method === 'POST' &&
        Number(headers['content-length']) > 250 &&
        Boolean(response.writeHead(500).end()),
    });
    await clone();
    await change();
    const before = await readdir(await cache());
    isBroken = true;
    await expect(clone()).rejects.toMatchObject({ code: 'clone_failed' });
    const reason = new Error('enough');
    await expect(clone({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readdir(await cache())).toEqual(before);
    isBroken = false;
    expect(await clone()).toHaveProperty('commit');
  });
});

describe('what is kept of clones', () => {
  it('is for the eyes of this user, and only of what came by HTTP', async () => {
    const { git, clone, cacheDirectory, cache, repository } = await openCloneCache();
    await fetchPristine(git, repository);
    await expect(readdir(cacheDirectory)).rejects.toMatchObject({ code: 'ENOENT' });
    await clone();
    for (const directory of [cacheDirectory, await cache(), path.join(await cache(), 'tips')])
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  /** What may become of it, by a crash between any two steps or by a disk, and that the clone is right all the same. */
  const DAMAGES: readonly {
    readonly what: string;
    readonly harm: (cache: string, pack: string) => Promise<unknown>;
  }[] = [
    {
      what: 'a truncated pack',
      harm: (_, pack) => replaced(`${pack}.pack`, (file) => truncate(file, 5_000)),
    },
    { what: 'an empty pack', harm: (_, pack) => replaced(`${pack}.pack`, (file) => truncate(file)) },
    { what: 'a flipped byte in a pack', harm: (_, pack) => replaced(`${pack}.pack`, flip) },
    { what: 'an empty index', harm: (_, pack) => replaced(`${pack}.idx`, (file) => truncate(file)) },
    { what: 'a flipped byte in an index', harm: (_, pack) => replaced(`${pack}.idx`, flip) },
    {
      what: 'an index of something else',
      harm: (_, pack) => replaced(`${pack}.idx`, (file) => writeFile(file, randomBytes(2_000))),
    },
    { what: 'a pack without its index', harm: (_, pack) => rm(`${pack}.idx`) },
    { what: 'an index without its pack', harm: (_, pack) => rm(`${pack}.pack`) },
    { what: 'a pack that is gone', harm: (_, pack) => Promise.all([rm(`${pack}.pack`), rm(`${pack}.idx`)]) },
    {
      what: 'a folder in the place of a pack',
      harm: (_, pack) => rm(`${pack}.pack`).then(() => mkdir(`${pack}.pack`)),
    },
    { what: 'no tips', harm: (cache) => rm(path.join(cache, 'tips'), { recursive: true }) },
    {
      what: 'a tip that never was',
      harm: (cache) => writeFile(path.join(cache, 'tips', 'f'.repeat(40)), ''),
    },
    {
      what: 'a tip of another kind',
      harm: (cache) => writeFile(path.join(cache, 'tips', 'f'.repeat(64)), ''),
    },
    { what: 'names that are no tips', harm: (cache) => writeFile(path.join(cache, 'tips', '-x'), '') },
    { what: 'a part of a copy', harm: (_, pack) => writeFile(`${pack}.pack.part-1`, 'x') },
    { what: 'nothing', harm: (cache) => rm(cache, { recursive: true }) },
  ];

  it.each(DAMAGES)('may be damaged: $what', async ({ harm }) => {
    const { git, clone, change, cache, tip, bytesSent } = await openCloneCache();
    await clone();
    await change();
    await clone();
    for (const isChanged of [false, true]) {
      const packs = (await readdir(await cache())).filter((name) => name.endsWith('.pack'));
      const sizes = await Promise.all(
        packs.map(async (name) => (await stat(path.join(await cache(), name))).size),
      );
      const largest = packs[sizes.indexOf(Math.max(...sizes))] ?? '';
      await harm(await cache(), path.join(await cache(), largest.replace('.pack', '')));
      if (isChanged) await change();
      const { commit, gitDirectory } = await clone();
      expect(commit).toBe(await tip());
      await demandClean(git, gitDirectory, commit);
      const sent = bytesSent();
      await clone();
      expect(bytesSent() - sent).toBeLessThan(2_000);
    }
  });

  it('is made and used by many at once', async () => {
    const { git, clone, change, tip } = await openCloneCache();
    for (let round = 0; round < 3; round += 1) {
      const clones = await Promise.all(Array.from({ length: 6 }, () => clone()));
      for (const { commit, gitDirectory } of clones) {
        expect(commit).toBe(await tip());
        await demandClean(git, gitDirectory, commit);
      }
      await change();
    }
  });

  it('begins anew when it has too many parts', async () => {
    const { git, clone, change, cache, tip } = await openCloneCache();
    const counts: number[] = [];
    for (let round = 0; round < 27; round += 1) {
      await change();
      const { commit, gitDirectory } = await clone();
      expect(commit).toBe(await tip());
      if (round > 23) await demandClean(git, gitDirectory, commit);
      counts.push((await readdir(await cache())).filter((name) => name.endsWith('.pack')).length);
    }
    expect(Math.max(...counts)).toBe(25);
    expect(counts.at(-1)).toBe(2);
  });

  it('is not, when there is no place for it', async () => {
    const { clone, cacheDirectory, tip } = await openCloneCache();
    await mkdir(path.dirname(cacheDirectory));
    await writeFile(cacheDirectory, 'a file');
    for (let round = 0; round < 2; round += 1) expect((await clone()).commit).toBe(await tip());
    expect(await readFile(cacheDirectory, 'utf8')).toBe('a file');
  });

  it('goes when nobody used it for long enough, with what a crash left', async () => {
    const { git, clone, cacheDirectory, cache } = await openCloneCache();
    expect(await git.expireCloneCaches({ unusedMs: 0, isDryRun: false })).toEqual([]);
    await clone();
    const other = path.join(cacheDirectory, `${'0'.repeat(32)}.gone-x`);
    const used = await cache();
    await mkdir(other);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(other, longAgo, longAgo);
    await utimes(used, longAgo, longAgo);
    const expire = (isDryRun: boolean) => git.expireCloneCaches({ unusedMs: 30_000, isDryRun });
    expect(await expire(true)).toEqual([other]);
    expect(await expire(true)).toEqual([other]);
    await utimes(path.join(used, 'used'), longAgo, longAgo);
    expect(await expire(true)).toEqual([other, used].toSorted());
    await clone();
    expect(await expire(false)).toEqual([other]);
    expect(await readdir(cacheDirectory)).toEqual([path.basename(used)]);
    await utimes(path.join(used, 'used'), longAgo, longAgo);
    expect(await expire(false)).toEqual([used]);
    expect(await readdir(cacheDirectory)).toEqual([]);
    expect(await clone()).toHaveProperty('commit');
  });
});

/** Change a file under its name only: its other names keep their bytes. */
async function replaced(file: string, change: (file: string) => Promise<unknown>): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(`${file}.new`, bytes);
  await change(`${file}.new`);
  await rename(`${file}.new`, file);
}

async function flip(file: string): Promise<void> {
  await using handle = await open(file, 'r+');
  const place = Math.floor((await handle.stat()).size / 2);
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, place);
  await handle.write(Buffer.of((buffer[0] ?? 0) ^ 0xff), 0, 1, place);
}
