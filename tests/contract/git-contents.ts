import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { fetchPristine, layCopy, type MakeGit } from '../support/git-kit.ts';
import { git as runGit, makeRepository, writeObject } from '../support/git-repository.ts';

const MEGABYTE = 1024 * 1024;
const ODD_NAMES = [
  ' leading and trailing ',
  '"quoted"',
  '*.md',
  '--output=x',
  '-dash',
  ':(glob)*',
  'back\\slash',
  'line\nbreak',
  'specs/größe/漢字.md',
  'tab\there',
];

/** Reading commits as data. */
export function contentsContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('listing a tree', () => {
    it('gives path, mode, id and size, also of links and submodules, in order', async () => {
      const submodule = '1'.repeat(40);
      const { gitDirectory, commit } = await pristineOf({
        'b.sh': { executable: '#!/bin/sh\n' },
        'a.md': 'größe',
        link: { link: '/etc/passwd' },
        'd/sub': { submodule },
      });
      const entries = await git.listTree({ gitDirectory, commit });
      expect(entries.map(({ path: name, mode, sizeBytes }) => [name, mode, sizeBytes])).toEqual([
        ['a.md', '100644', 7],
        ['b.sh', '100755', 10],
        ['d/sub', '160000', 0],
        ['link', '120000', 11],
      ]);
      expect(entries[2]!.objectId).toBe(submodule);
      expect(entries[0]!.objectId).toBe(await runGit(gitDirectory, 'rev-parse', `${commit}:a.md`));
    });

    it('tells odd names exactly', async () => {
      const { gitDirectory, commit } = await pristineOf(
        Object.fromEntries(ODD_NAMES.map((name) => [name, name])),
      );
      const entries = await git.listTree({ gitDirectory, commit });
      expect(entries.map((entry) => entry.path)).toEqual(ODD_NAMES);
    });

    it('keeps to one folder, whose name is never a pattern', async () => {
      const { gitDirectory, commit } = await pristineOf({
        'specs/a.md': 'a',
        'specs/deep/b.md': 'b',
        'specs-old/c.md': 'c',
        's*/d.md': 'd',
      });
      const list = async (prefix: string) =>
        (await git.listTree({ gitDirectory, commit, prefix })).map((entry) => entry.path);
      expect(await list('specs')).toEqual(['specs/a.md', 'specs/deep/b.md']);
      expect(await list('s*')).toEqual(['s*/d.md']);
      expect(await list('missing')).toEqual([]);
    });

    it('fails for a commit that is not there', async () => {
      const { gitDirectory } = await pristineOf({ 'a.md': 'a' });
      for (const commit of ['f'.repeat(40), '--help', ''])
        await expect(git.listTree({ gitDirectory, commit })).rejects.toMatchObject({ code: 'internal' });
    });
  });

  describe('reading blobs', () => {
    it('gives exact bytes by id', async () => {
      const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      const { gitDirectory, commit } = await pristineOf({ a: bytes, b: '', c: '\n\n', d: 'x missing\n' });
      const objectIds = (await git.listTree({ gitDirectory, commit })).map((entry) => entry.objectId);
      const blobs = await git.readBlobs({ gitDirectory, objectIds });
      const texts = objectIds.map((objectId) => blobs.get(objectId)?.toString('latin1'));
      expect(texts).toEqual([Buffer.from(bytes).toString('latin1'), '', '\n\n', 'x missing\n']);
    });

    it('leaves out what is missing, no blob or no id, and reads the rest', async () => {
      const { gitDirectory, commit } = await pristineOf({ a: 'a' });
      const [entry] = await git.listTree({ gitDirectory, commit });
      const objectId = entry!.objectId;
      const others = [
        'f'.repeat(40),
        commit,
        `${commit}^{tree}`,
        'a b c',
        '',
        'HEAD',
        `${objectId}\n${objectId}`,
      ];
      const blobs = await git.readBlobs({ gitDirectory, objectIds: [...others, objectId] });
      expect([...blobs]).toEqual([[objectId, Buffer.from('a')]]);
      expect(await git.readBlobs({ gitDirectory, objectIds: [] })).toEqual(new Map());
    });

    it('leaves out what is larger than 1 MB or the bound, however large it is', async () => {
      const { gitDirectory, commit } = await pristineOf({
        a: Buffer.alloc(MEGABYTE, 1),
        b: Buffer.alloc(MEGABYTE + 1, 2),
        c: Buffer.alloc(70 * MEGABYTE, 3),
      });
      const objectIds = (await git.listTree({ gitDirectory, commit })).map((entry) => entry.objectId);
      const blobs = await git.readBlobs({ gitDirectory, objectIds });
      expect([...blobs.keys()]).toEqual([objectIds[0]]);
      const more = await git.readBlobs({ gitDirectory, objectIds, maxBytes: MEGABYTE + 1 });
      expect([...more.keys()]).toEqual(objectIds.slice(0, 2));
    });
  });

  describe('knowing a commit', () => {
    it('tells a whole commit from a missing one and from other text', async () => {
      const { gitDirectory, commit } = await pristineOf({ 'a.md': 'a' });
      expect(await git.hasCommit(gitDirectory, commit)).toBe(true);
      for (const other of ['f'.repeat(40), '', '--all', '--help', 'HEAD', `${commit}^`])
        expect(await git.hasCommit(gitDirectory, other)).toBe(false);
      expect(await git.hasCommit(path.join(gitDirectory, 'missing'), commit)).toBe(false);
    });

    it('does not know a commit whose file is gone', async () => {
      const { gitDirectory } = await pristineOf({ 'a.md': 'a' });
      const gone = await commitOf(gitDirectory, 'gone');
      expect(await git.hasCommit(gitDirectory, gone.commit)).toBe(true);
      await rm(gone.file);
      expect(await git.hasCommit(gitDirectory, gone.commit)).toBe(false);
    });
  });

  describe('comparing commits', () => {
    it('gives a summary and a patch that git can apply', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'one\n' });
      await copy.write({ 'specs/a.md': 'two\n', 'specs/b.bin': Uint8Array.of(0, 1, 2, 0) });
      const { commit } = await copy.importTree();
      const { stat, patch } = await git.diff({
        gitDirectory: copy.gitDirectory,
        from: copy.commit,
        to: commit,
      });
      expect(stat).toMatch(
        /specs\/a\.md +\| +2 \+-\n specs\/b\.bin +\| +Bin 0 -> 4 bytes\n 2 files changed/u,
      );
      await writeFile(path.join(copy.directory, 'patch'), patch);
      await runGit(copy.directory, 'reset', '--quiet', '--hard');
      await rm(path.join(copy.directory, 'specs/b.bin'));
      await runGit(copy.directory, 'apply', '--index', 'patch');
      expect(await runGit(copy.directory, 'write-tree')).toBe(
        await runGit(copy.gitDirectory, 'rev-parse', `${commit}^{tree}`),
      );
    });

    it('cuts a large patch and says so', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      for (const name of ['a', 'b', 'c']) {
        const lines = Array.from({ length: 60_000 }, (_, line) => `${name} ${line} line`);
        await copy.write({ [`specs/${name}.md`]: lines.join('\n') });
      }
      const { commit } = await copy.importTree();
      const large = await git.diff({ gitDirectory: copy.gitDirectory, from: copy.commit, to: commit });
      expect(large.patch).toContain('+c 59999 line');
      const { gitDirectory } = await pristineOf({ 'big.md': 'x\n'.repeat(5 * MEGABYTE) });
      const empty = await runGit(gitDirectory, 'mktree');
      const cut = await git.diff({ gitDirectory, from: empty, to: 'refs/spec-automation/base' });
      expect(cut.patch).toMatch(/\n\[cut at \d+ bytes\]\n$/u);
      expect(cut.patch.length).toBeLessThan(9 * MEGABYTE);
    });

    it('fails when a commit is not there', async () => {
      const { gitDirectory, commit } = await pristineOf({ 'a.md': 'a' });
      await expect(git.diff({ gitDirectory, from: commit, to: 'f'.repeat(40) })).rejects.toMatchObject({
        code: 'internal',
      });
    });
  });

  async function pristineOf(files: Parameters<typeof layCopy>[1]) {
    return fetchPristine(git, await makeRepository({ files, isBare: true }));
  }
}

/** A commit with one file, and where git keeps that file's blob. */
async function commitOf(gitDirectory: string, content: string) {
  const blob = await writeObject(gitDirectory, 'blob', content);
  await runGit(gitDirectory, 'update-index', '--add', '--cacheinfo', `100644,${blob},file`);
  const tree = await runGit(gitDirectory, 'write-tree');
  const commit = await runGit(gitDirectory, 'commit-tree', '-m', content, tree);
  return { commit, file: path.join(gitDirectory, 'objects', blob.slice(0, 2), blob.slice(2)) };
}
