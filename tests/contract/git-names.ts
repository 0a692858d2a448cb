import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

import type { MakeGit } from '../support/git-kit.ts';
import { git as runGit, makeRepository, temporaryDirectory } from '../support/git-repository.ts';

const SECRET = `github_pat_${'0123456789'.repeat(9)}`;

/** How a repository may be named, and which one form it is known by. */
export function namesContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('naming a repository', () => {
    it('takes an absolute path, a relative one, a sibling and a slash at the end for the same folder', async () => {
      const root = await temporaryDirectory();
      const repository = await makeRepository({ directory: path.join(root, 'app') });
      await mkdir(path.join(root, 'other'));
      expect(await git.canonicalRepository(repository, '/')).toBe(repository);
      expect(await git.canonicalRepository('app', root)).toBe(repository);
      expect(await git.canonicalRepository('./app/', root)).toBe(repository);
      expect(await git.canonicalRepository('../app', path.join(root, 'other'))).toBe(repository);
      expect(await git.canonicalRepository('.', repository)).toBe(repository);
    });

    it('follows links on the way to the folder', async () => {
      const repository = await makeRepository();
      const link = path.join(await temporaryDirectory(), 'link');
      await symlink(repository, link);
      expect(await git.canonicalRepository(link, '/')).toBe(repository);
    });

    it('takes the .git folder of a checkout for the checkout, and a bare repository for itself', async () => {
      const repository = await makeRepository();
      expect(await git.canonicalRepository(path.join(repository, '.git'), '/')).toBe(repository);
      const bare = await makeRepository({ isBare: true });
      expect(await git.canonicalRepository(bare, '/')).toBe(bare);
    });

    it.each(['with space', 'fifty%25', 'größe 漢字', "it's", '#1?x=y', 'line\nbreak'])(
      'reads file:// URLs of a folder named %j, and git finds it there',
      async (name) => {
        const directory = path.join(await temporaryDirectory(), name);
        await makeRepository({ directory, files: { 'a.md': 'a' } });
        expect(await git.canonicalRepository(pathToFileURL(directory).href, '/')).toBe(directory);
        expect((await git.inspectRemote({ repository: directory })).defaultBranch).toBe('main');
      },
    );

    it('takes owner/name for a path when such a folder exists, and for a name at a forge otherwise', async () => {
      const root = await temporaryDirectory();
      const repository = await makeRepository({ directory: await made(root, 'owner/name') });
      expect(await git.canonicalRepository('owner/name', root)).toBe(repository);
      expect(await git.canonicalRepository('owner/other', root)).toBe('https://github.com/owner/other');
    });

    it('does not find what is no folder', async () => {
      const root = await temporaryDirectory();
      await mkdir(path.join(root, 'owner'));
      await writeFile(path.join(root, 'owner/name'), '');
      for (const name of ['missing', './owner/missing', '../missing', 'owner/name', 'file:///missing/app'])
        await expect(git.canonicalRepository(name, root)).rejects.toMatchObject({
          code: 'repository_not_found',
        });
    });

    it.each([
      ['https://example.com/owner/name.git', 'https://example.com/owner/name.git'],
      ['HTTPS://Example.COM:443/owner/name/', 'https://example.com/owner/name'],
      ['https://example.com:8443/a//', 'https://example.com:8443/a'],
      ['http://localhost:3000/a', 'http://localhost:3000/a'],
      ['http://127.0.0.1/a', 'http://127.0.0.1/a'],
      ['http://[::1]:80/a', 'http://[::1]/a'],
    ])('normalises %s', async (name, expected) => {
      expect(await git.canonicalRepository(name, '/')).toBe(expected);
    });

    it.each([
      'http://example.com/a',
      'http://localhost.example.com/a',
      'http://127.0.0.1.example.com/a',
      'http://[::ffff:127.0.0.1]/a',
      'ssh://example.com/a',
      'git://example.com/a',
      'ftp://example.com/a',
      'ext::sh -c touch% x',
      'ext://sh',
      'fd::17',
      'git@example.com:owner/name.git',
      'https://example.com/a?x=y',
      'https://example.com/a#x',
      'file:///tmp/a?x=y',
      'file:///tmp/a#x',
      'file://example.com/a',
      'file:///a%2Fb',
      'https://',
      'https://exa mple.com/a',
    ])('refuses %s', async (name) => {
      await expect(git.canonicalRepository(name, '/')).rejects.toMatchObject({ code: 'repository_invalid' });
    });

    it.each([
      '',
      '-x',
      '--upload-pack=touch x',
      'a\0b',
      'a\nb',
      'https://example.com/a\nb',
      'https://example.com/../b',
      'main@{1}',
      '\u{1b}[31m',
    ])('refuses %j before anything looks at it', async (name) => {
      await expect(git.canonicalRepository(name, '/')).rejects.toMatchObject({ code: 'repository_invalid' });
    });

    it.each([
      ['https://user:', '@example.com/owner/name'],
      ['https://', '@example.com/owner/name'],
      ['https://x-access-token:', '@github.com/owner/../name'],
      ['http://user:', '@localhost/name'],
      ['https://user:', '@github.com/owner/name\n'],
      ['ssh://git:', '@example.com/owner/name'],
      ['file://user:', '@localhost/tmp/name'],
      ['https://user:a@', '@example.com/owner/name'],
      ['https://user:', '@example.com:badport/owner'],
      ['x-access-token:', '@github.com/owner/name'],
    ])('refuses a password as in %j and never repeats it', async (before, after) => {
      const thrown: unknown = await git
        .canonicalRepository(`${before}${SECRET}${after}`, '/')
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: expect.stringMatching(/^repository_(invalid|not_found)$/u) });
      expect(inspect(thrown, { showHidden: true })).not.toContain(SECRET.slice(0, 20));
    });

    it('finds a repository of that name whose path git would take for an option or a URL', async () => {
      const root = await temporaryDirectory();
      for (const name of ['-dash', 'a:b', 'host:path']) {
        const directory = path.join(root, name);
        await makeRepository({ directory, files: { 'a.md': 'a' } });
        expect(await git.canonicalRepository(`./${name}`, root)).toBe(directory);
        expect((await git.inspectRemote({ repository: directory })).branches.size).toBe(1);
      }
    });

    it('knows a second working tree of a repository by its own folder', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const second = path.join(await temporaryDirectory(), 'second');
      await runGit(repository, 'worktree', 'add', '--quiet', '-b', 'topic', second);
      expect(await git.canonicalRepository(second, '/')).toBe(second);
      const { branches, defaultBranch } = await git.inspectRemote({ repository: second });
      expect([[...branches.keys()], defaultBranch]).toEqual([['main', 'topic'], 'topic']);
    });
  });
}

async function made(root: string, name: string): Promise<string> {
  const directory = path.join(root, name);
  await mkdir(path.dirname(directory), { recursive: true });
  return directory;
}
