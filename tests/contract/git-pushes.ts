import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import type { PushBranch } from '../../src/git/port.ts';
import { fetchPristine, layCopy, noSignal, type LaidCopy, type MakeGit } from '../support/git-kit.ts';
import { git as runGit, makeRepository, temporaryDirectory, tryGit } from '../support/git-repository.ts';

const call = promisify(execFile);
const BRANCH = 'spec/001-feature';

/** Putting a branch on a remote. */
export function pushesContract(makeGit: MakeGit): void {
  const git = makeGit();

  const push = (from: LaidCopy, commit: string, change: Partial<PushBranch> = {}) =>
    git.pushBranch({
      gitDirectory: from.gitDirectory,
      repository: from.repository,
      commit,
      branch: BRANCH,
      expected: null,
      signal: noSignal(),
      ...change,
    });

  describe('pushing a branch', () => {
    it('creates the branch with the commit and its files, and nothing else', async () => {
      const { copy, commit } = await imported('text');
      await push(copy, commit);
      expect(await refsOf(copy.repository)).toBe(
        `${copy.commit} refs/heads/main\n${commit} refs/heads/${BRANCH}`,
      );
      expect(await runGit(copy.repository, 'show', `${BRANCH}:specs/a.md`)).toBe('text');
      expect(await runGit(copy.repository, 'rev-parse', `${BRANCH}^`)).toBe(copy.commit);
      await runGit(copy.repository, 'fsck', '--strict');
    });

    it('is content when the branch is there with the same commit', async () => {
      const { copy, commit } = await imported('text');
      await push(copy, commit);
      await push(copy, commit);
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
    });

    it('works when the repository moved on since', async () => {
      const { copy, commit } = await imported('text');
      const tree = await runGit(copy.repository, 'rev-parse', 'main^{tree}');
      const next = await runGit(copy.repository, 'commit-tree', '-p', 'main', '-m', 'next', tree);
      await runGit(copy.repository, 'update-ref', 'refs/heads/main', next);
      await push(copy, commit);
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
    });

    it('leaves a branch alone that holds something else, even if it is an ancestor', async () => {
      const { copy, commit } = await imported('text');
      await runGit(copy.repository, 'branch', BRANCH, 'main');
      await expect(push(copy, commit)).rejects.toMatchObject({
        code: 'branch_has_foreign_commits',
        message: expect.stringContaining(BRANCH),
      });
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(copy.commit);
    });

    it('replaces what it expects to be there, and nothing else', async () => {
      const { copy, commit } = await imported('text');
      await push(copy, commit);
      await copy.write({ 'specs/a.md': 'another text' });
      const { commit: next } = await copy.importTree();
      await expect(push(copy, next)).rejects.toMatchObject({ code: 'branch_has_foreign_commits' });
      await expect(push(copy, next, { expected: copy.commit })).rejects.toMatchObject({
        code: 'branch_has_foreign_commits',
      });
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
      await push(copy, next, { expected: commit });
      await push(copy, next, { expected: commit });
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(next);
    });

    it('writes nothing when the branch holds the commit already, whatever was expected', async () => {
      const { copy, commit } = await imported('text');
      await push(copy, commit);
      await writeHook(copy.repository, 'pre-receive', 'exit 1');
      for (const expected of [null, commit, copy.commit]) await push(copy, commit, { expected });
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
    });

    it('fails for now when the branch it expects was deleted', async () => {
      const { copy, commit } = await imported('text');
      await expect(push(copy, commit, { expected: copy.commit })).rejects.toMatchObject({
        code: 'push_failed',
        isTransient: true,
        message: expect.stringContaining('was deleted in the meantime'),
      });
      expect(await refsOf(copy.repository)).not.toContain(BRANCH);
    });

    it.each(['spec', `${BRANCH}/more`])('names the branch %s that leaves no room for it', async (other) => {
      const { copy, commit } = await imported('text');
      await runGit(copy.repository, 'branch', other, 'main');
      await expect(push(copy, commit)).rejects.toMatchObject({
        code: 'push_conflict',
        message: expect.stringContaining(`'${other}'`),
      });
    });

    it('says what a hook said that refused', async () => {
      const { copy, commit } = await imported('text');
      await writeHook(copy.repository, 'pre-receive', 'echo "not on a Friday" >&2; exit 1');
      await expect(push(copy, commit)).rejects.toMatchObject({
        code: 'push_denied',
        message: expect.stringContaining('not on a Friday'),
      });
      await writeHook(copy.repository, 'pre-receive', 'exit 1');
      await expect(push(copy, commit)).rejects.toMatchObject({
        code: 'push_denied',
        message: expect.stringContaining('pre-receive hook declined'),
      });
      expect(await refsOf(copy.repository)).not.toContain(BRANCH);
    });

    it('says that it may not write', async () => {
      const { copy, commit } = await imported('text');
      // Root may write anywhere, but git keeps even root out of what belongs to somebody else.
      if (process.getuid?.() === 0) await chown(copy.repository, 12_345, 12_345);
      else await chmod(path.join(copy.repository, 'objects'), 0o500);
      const code = process.getuid?.() === 0 ? 'repository_foreign' : 'push_denied';
      await expect(push(copy, commit)).rejects.toMatchObject({ code });
      await chmod(path.join(copy.repository, 'objects'), 0o700);
    });

    it('is refused by a repository that is gone', async () => {
      const { copy, commit } = await imported('text');
      const { gitDirectory } = copy;
      const repository = path.join(await temporaryDirectory(), 'gone');
      await expect(
        git.pushBranch({
          gitDirectory,
          repository,
          commit,
          branch: BRANCH,
          expected: null,
          signal: noSignal(),
        }),
      ).rejects.toMatchObject({ code: 'repository_gone' });
    });

    it('fails for a commit it does not have', async () => {
      const { copy } = await imported('text');
      for (const commit of ['f'.repeat(40), 'missing'])
        await expect(push(copy, commit)).rejects.toMatchObject({
          code: expect.stringMatching(/^push_(denied|failed)$/u),
        });
      expect(await refsOf(copy.repository)).not.toContain(BRANCH);
    });

    it('counts as done when the branch holds the commit although the answer got lost', async () => {
      const { copy, commit } = await imported('text');
      await writeHook(copy.repository, 'post-receive', 'kill -9 $PPID');
      await push(copy, commit);
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
    });

    it('leaves files, index, HEAD and stash of a checkout as they are, byte for byte', async () => {
      const { copy, commit } = await imported('text', { isBare: false });
      const { repository } = copy;
      await writeFile(path.join(repository, 'README.md'), 'stashed');
      await runGit(repository, 'stash');
      await writeFile(path.join(repository, 'README.md'), 'staged');
      await runGit(repository, 'add', 'README.md');
      await writeFile(path.join(repository, 'README.md'), 'dirty');
      await writeFile(path.join(repository, 'untracked'), 'untracked');
      const before = await contentsOf(repository);
      await push(copy, commit);
      expect(await contentsOf(repository)).toEqual(before);
      expect(await runGit(repository, 'rev-parse', BRANCH)).toBe(commit);
      expect(await runGit(repository, 'status', '--porcelain')).toBe('MM README.md\n?? untracked');
    });

    it('has one winner when ten push different commits at once', async () => {
      const { copy } = await imported('text');
      const commits: string[] = [];
      for (let number = 0; number < 10; number += 1) {
        await copy.write({ 'specs/a.md': `text ${number}` });
        commits.push((await copy.importTree({ ref: `refs/spec-automation/${number}` })).commit);
      }
      const outcomes = await Promise.allSettled(commits.map((commit) => push(copy, commit)));
      const winners = commits.filter((_, number) => outcomes[number]!.status === 'fulfilled');
      expect(winners).toEqual([await runGit(copy.repository, 'rev-parse', BRANCH)]);
      const codes = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason.code] : [],
      );
      expect(codes.filter((code) => code !== 'branch_has_foreign_commits' && code !== 'push_failed')).toEqual(
        [],
      );
      await expect(
        push(
          copy,
          commits.find((commit) => !winners.includes(commit))!,
        ),
      ).rejects.toMatchObject({
        code: 'branch_has_foreign_commits',
      });
    });

    it('has ten winners when ten push the same commit at once', async () => {
      const { copy, commit } = await imported('text');
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => push(copy, commit)));
      const codes = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason.code] : [],
      );
      expect(codes.filter((code) => code !== 'push_failed')).toEqual([]);
      await push(copy, commit);
      expect(await runGit(copy.repository, 'rev-parse', BRANCH)).toBe(commit);
    });

    it('ends when it is asked to, also in the middle', async () => {
      const { copy, commit } = await imported('text');
      const reason = new Error('enough');
      await expect(push(copy, commit, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const pipe = path.join(await temporaryDirectory(), 'pipe');
      await call('mkfifo', [pipe]);
      await writeHook(copy.repository, 'pre-receive', `read line <'${pipe}'; exit 1`);
      const controller = new AbortController();
      const pushed = push(copy, commit, { signal: controller.signal });
      // Opens once the hook reads.
      await using _writer = await open(pipe, 'w');
      controller.abort(reason);
      await expect(pushed).rejects.toBe(reason);
      expect((await tryGit(copy.repository, ['rev-parse', '--verify', '-q', BRANCH])).exitCode).toBe(1);
    });

    it('is possible from a pristine directory that never had a working copy', async () => {
      const repository = await makeRepository({ files: { 'a.md': 'a' }, isBare: true });
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      await git.pushBranch({
        gitDirectory,
        repository,
        commit,
        branch: BRANCH,
        expected: null,
        signal: noSignal(),
      });
      expect(await runGit(repository, 'rev-parse', BRANCH)).toBe(commit);
    });
  });

  async function imported(text: string, plan: { isBare?: boolean } = {}) {
    const copy = await layCopy(git, { 'README.md': 'readme' }, plan);
    await copy.write({ 'specs/a.md': text });
    return { copy, commit: (await copy.importTree()).commit };
  }
}

function refsOf(repository: string): Promise<string> {
  return runGit(repository, 'for-each-ref', '--format=%(objectname) %(refname)');
}

async function writeHook(repository: string, name: string, script: string): Promise<void> {
  const hooks = path.join(repository, 'hooks');
  await mkdir(hooks, { recursive: true });
  await writeFile(path.join(hooks, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Every file of a checkout by path, but for the objects and the branch a push is allowed to add. */
async function contentsOf(repository: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(repository, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/\.git\/(?:objects|refs\/heads\/spec|logs\/refs\/heads\/spec)\//u.test(file));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'base64')] as const)),
  );
}
