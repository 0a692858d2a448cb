import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { fetchPristine, noSignal, type MakeGit } from '../support/git-kit.ts';
import {
  COMMIT_DATE,
  git as runGit,
  importStream,
  makeRepository,
  temporaryDirectory,
  treeEntry,
  writeObject,
} from '../support/git-repository.ts';

/** Bytes that some setting of `.gitattributes` would change on the way in or out. */
const CONVERTED = {
  '.gitattributes': [
    '*.crlf text eol=crlf',
    '*.ident ident',
    '*.filter filter=upper',
    '*.utf16 text working-tree-encoding=UTF-16LE',
    '*.auto text=auto',
    '',
  ].join('\n'),
  'a.crlf': 'one\ntwo\n',
  'b.ident': '$Id$\n',
  'c.filter': 'lower\n',
  'd.utf16': 'text\n',
  'e.auto': 'dos\r\nunix\n',
  'f.bin': Uint8Array.from({ length: 256 }, (_, index) => index),
};

/** Looking at remotes and fetching from them. */
export function remotesContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('looking at a remote', () => {
    it('lists its branches with their commits, and nothing else', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const commit = await runGit(repository, 'rev-parse', 'HEAD');
      for (const ref of [
        'refs/heads/deep/er',
        'refs/heads/x/HEAD',
        'refs/tags/v1',
        'refs/original/refs/heads/main',
      ])
        await runGit(repository, 'update-ref', ref, commit);
      await runGit(repository, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/deep/er');
      expect(await git.inspectRemote({ repository })).toEqual({
        branches: new Map([
          ['deep/er', commit],
          ['main', commit],
          ['x/HEAD', commit],
        ]),
        defaultBranch: 'main',
      });
    });

    it('has no default branch when HEAD is detached or names a missing branch', async () => {
      const detached = await makeRepository({ files: { 'a.md': 'a' } });
      await runGit(detached, 'checkout', '--quiet', '--detach');
      const missing = await makeRepository({ files: { 'a.md': 'a' } });
      await runGit(missing, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
      for (const repository of [detached, missing]) {
        const { branches, defaultBranch } = await git.inspectRemote({ repository });
        expect([[...branches.keys()], defaultBranch]).toEqual([['main'], null]);
      }
    });

    it('finds no branches in an empty repository', async () => {
      const repository = await makeRepository();
      expect(await git.inspectRemote({ repository })).toEqual({ branches: new Map(), defaultBranch: null });
    });

    it('does not find a repository in a plain folder, in a missing one or below a repository', async () => {
      const plain = await temporaryDirectory();
      const repository = await makeRepository({ files: { 'sub/a.md': 'a' } });
      for (const place of [plain, path.join(plain, 'missing'), path.join(repository, 'sub')])
        await expect(git.inspectRemote({ repository: place })).rejects.toMatchObject({
          code: 'repository_not_found',
        });
    });

    it('is refused a repository it may not read, or that belongs to somebody else', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' }, isBare: true });
      if (process.getuid?.() === 0) await chown(repository, 12_345, 12_345);
      else await chmod(path.join(repository, 'HEAD'), 0o000);
      const code = expect.stringMatching(/^(repository_foreign|clone_denied|repository_not_found)$/u);
      await expect(git.inspectRemote({ repository })).rejects.toMatchObject({ code });
      await expect(fetchPristine(git, repository)).rejects.toMatchObject({ code });
    });

    it('ignores the configuration of the repository the process happens to stand in', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const here = await makeRepository();
      await runGit(here, 'config', 'url.file:///nowhere.insteadOf', 'file:///');
      const before = process.cwd();
      process.chdir(here);
      try {
        expect((await git.inspectRemote({ repository })).defaultBranch).toBe('main');
      } finally {
        process.chdir(before);
      }
    });

    it('ends as soon as it is asked to', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const reason = new Error('enough');
      await expect(git.inspectRemote({ repository, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });

  describe('fetching the base', () => {
    it('gives the tip of the branch and everything in it', async () => {
      const repository = await makeRepository({ commits: [{ 'a.md': 'old' }, { 'a.md': 'new' }] });
      const { commit, gitDirectory } = await fetchPristine(git, repository);
      expect(commit).toBe(await runGit(repository, 'rev-parse', 'main'));
      expect(await git.hasCommit(gitDirectory, commit)).toBe(true);
      expect(await runGit(gitDirectory, 'show', `${commit}:a.md`)).toBe('new');
      expect(await runGit(gitDirectory, 'remote')).toBe('');
      expect(await readdir(gitDirectory)).not.toContain('hooks');
    });

    it('names some branches there are when the branch is missing', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      for (let number = 0; number < 12; number += 1) await runGit(repository, 'branch', `b${number}`);
      await expect(fetchPristine(git, repository, { branch: 'nope' })).rejects.toMatchObject({
        code: 'base_branch_missing',
        remedy: expect.stringContaining('main, b0, b1, b10, b11, b2, b3, b4 and 5 more'),
      });
      await expect(fetchPristine(git, await makeRepository())).rejects.toMatchObject({
        code: 'base_branch_missing',
      });
    });

    it('replaces whatever is in the git directory', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const gitDirectory = await temporaryDirectory();
      await writeFile(path.join(gitDirectory, 'config'), 'torn by a cra');
      await mkdir(path.join(gitDirectory, 'refs/heads/deep'), { recursive: true });
      const request = { gitDirectory, repository, branch: 'main', signal: noSignal() };
      const { commit } = await git.fetchBase(request);
      expect(await git.fetchBase(request)).toEqual({ commit });
      expect(await git.hasCommit(gitDirectory, commit)).toBe(true);
    });

    it('leaves the history of 5,000 commits where it is', async () => {
      const repository = await makeRepository({ isBare: true });
      const commits = Array.from(
        { length: 5_000 },
        (_, number) =>
          `commit refs/heads/main\ncommitter A <a@b> ${COMMIT_DATE + number} +0000\ndata 1\nx\n` +
          `M 644 inline n\ndata ${String(number).length}\n${number}\n`,
      );
      await importStream(repository, commits.join(''));
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      const counts = await runGit(gitDirectory, 'count-objects', '-v');
      const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'mu').exec(counts)?.[1]);
      expect(count('count') + count('in-pack')).toBe(3);
      expect(await runGit(gitDirectory, 'show', `${commit}:n`)).toBe('4999');
    });

    it('brings 2,000 files', async () => {
      const names = Array.from({ length: 2_000 }, (_, number) => `dir-${number % 40}/file-${number}.md`);
      const repository = await makeRepository({
        files: Object.fromEntries(names.map((name) => [name, `# ${name}\n`])),
        isBare: true,
      });
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      const entries = await git.listTree({ gitDirectory, commit });
      expect(entries.map((entry) => entry.path).toSorted()).toEqual(names.toSorted());
    });

    it('takes history with old flaws as it is', async () => {
      const repository = await makeRepository({ isBare: true });
      const blob = await writeObject(repository, 'blob', 'a');
      const tree = await writeObject(repository, 'tree', treeEntry('0100644', 'a.md', blob));
      const text = `tree ${tree}\nauthor A <a@b>${COMMIT_DATE} +0000\ncommitter A <a@b> ${COMMIT_DATE} +051800\n\nx\n`;
      const commit = await writeObject(repository, 'commit', text);
      await runGit(repository, 'update-ref', 'refs/heads/main', commit);
      expect((await fetchPristine(git, repository)).commit).toBe(commit);
    });

    it('works with SHA-256 repositories to the end', async () => {
      const repository = await makeRepository({
        files: { 'a.md': 'a' },
        objectFormat: 'sha256',
        isBare: true,
      });
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      expect(commit).toHaveLength(64);
      const directory = path.join(await temporaryDirectory(), 'copy');
      await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'topic' });
      expect(await runGit(directory, 'status', '--porcelain')).toBe('');
      await git.pushBranch({
        gitDirectory,
        repository,
        commit,
        branch: 'topic',
        expected: null,
        signal: noSignal(),
      });
      expect(await runGit(repository, 'rev-parse', 'topic')).toBe(commit);
    });

    it('converts no bytes, whatever .gitattributes asks for', async () => {
      const repository = await makeRepository({ files: CONVERTED, isBare: true });
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      const directory = path.join(await temporaryDirectory(), 'copy');
      await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'topic' });
      for (const [name, content] of Object.entries(CONVERTED))
        expect(await readFile(path.join(directory, name))).toEqual(Buffer.from(content));
      expect(await runGit(directory, 'status', '--porcelain')).toBe('');
    });

    it('ends as soon as it is asked to, and works when asked again', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' } });
      const gitDirectory = path.join(await temporaryDirectory(), 'pristine');
      const request = { gitDirectory, repository, branch: 'main' };
      const reason = new Error('enough');
      await expect(git.fetchBase({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(await git.fetchBase({ ...request, signal: noSignal() })).toHaveProperty('commit');
    });
  });
}
