import { chmod, link, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  AUTHOR,
  fetchPristine,
  IMPORT_DATE_MS,
  IMPORT_REF,
  layCopy,
  type MakeGit,
} from '../support/git-kit.ts';
import {
  git as runGit,
  makeRepository,
  textsOf,
  temporaryDirectory,
  treeEntry,
  tryGit,
  writeObject,
} from '../support/git-repository.ts';

const ALL_BYTES = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);

/** Recording what a working copy holds as a commit. */
export function importsContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('importing a tree', () => {
    it('records new, changed and deleted files on the parent, and keeps everything else', async () => {
      const copy = await layCopy(git, {
        'README.md': 'readme',
        'specs/001/a.md': 'a',
        'specs/001/b.md': 'b',
        'specs/001/same.md': 'same',
        '.specify/memory/constitution.md': 'old',
      });
      await copy.write({
        'specs/001/a.md': 'A',
        'specs/002/new.md': 'new',
        '.specify/memory/constitution.md': 'new!',
      });
      await rm(path.join(copy.directory, 'specs/001/b.md'));
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual([
        '.specify/memory/constitution.md',
        'specs/001/a.md',
        'specs/001/b.md',
        'specs/002/new.md',
      ]);
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({
        'README.md': 'readme',
        'specs/001/a.md': 'A',
        'specs/001/same.md': 'same',
        'specs/002/new.md': 'new',
        '.specify/memory/constitution.md': 'new!',
      });
      expect(await runGit(copy.gitDirectory, 'rev-parse', `${commit}^`, IMPORT_REF)).toBe(
        `${copy.commit}\n${commit}`,
      );
      await runGit(copy.gitDirectory, 'fsck', '--strict');
    });

    it('gives the parent back when nothing changed, however the files were touched', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a', 'specs/b.md': 'b' });
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
      await copy.write({ 'specs/a.md': 'a', 'other.md': 'other', 'specs-2/c.md': 'c' });
      await mkdir(path.join(copy.directory, 'specs/empty/folder'), { recursive: true });
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
    });

    it('sees a change that keeps the size', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'aaaa' });
      await copy.write({ 'specs/a.md': 'bbbb' });
      expect((await copy.importTree()).changedPaths).toEqual(['specs/a.md']);
    });

    it('gives the same id for the same content, identity, message and date, wherever it is done', async () => {
      const ids = new Set<string>();
      for (let time = 0; time < 2; time += 1) {
        const copy = await layCopy(git, { 'specs/a.md': 'a' });
        await copy.write({ 'specs/b.md': 'b', 'specs/a.md': 'A' });
        const first = await copy.importTree();
        const second = await copy.importTree();
        expect(await copy.importTree({ ref: 'refs/spec-automation/other' })).toEqual(first);
        ids.add(first.commit).add(second.commit);
      }
      expect(ids.size).toBe(1);
    });

    it('replaces the commit of an earlier attempt', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a' });
      await copy.write({ 'specs/b.md': 'first' });
      await copy.importTree();
      await copy.write({ 'specs/b.md': 'second' });
      const { commit } = await copy.importTree();
      expect(await runGit(copy.gitDirectory, 'rev-parse', `${commit}^`, IMPORT_REF)).toBe(
        `${copy.commit}\n${commit}`,
      );
    });

    it('signs with the identity and date given, and keeps the message as it is', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a' });
      await copy.write({ 'specs/b.md': 'b' });
      const message = 'Überschrift\n\n# no comment\n  indented\nfrom deadbeef\ndata 3';
      const { commit } = await copy.importTree({ message });
      expect(await runGit(copy.gitDirectory, 'cat-file', 'commit', commit)).toContain(
        `author ${AUTHOR.name} <${AUTHOR.email}> ${IMPORT_DATE_MS / 1000} +0000\n` +
          `committer ${AUTHOR.name} <${AUTHOR.email}> ${IMPORT_DATE_MS / 1000} +0000\n\n${message}`,
      );
    });

    it.each([
      ['Eve <root@x>\ncommitter Root', 'a@b>\nx', 'Eve root@xcommitter Root <a@bx>'],
      ['  Zoë "Z" O\'Neil ', ' z@example.com ', 'Zoë "Z" O\'Neil <z@example.com>'],
      ['<>\0', 'a@b', ' <a@b>'],
    ])('takes out of the identity %j what would end it', async (name, email, expected) => {
      const copy = await layCopy(git, { 'specs/a.md': 'a' });
      await copy.write({ 'specs/b.md': 'b' });
      const { commit } = await copy.importTree({ author: { name, email } });
      const text = await runGit(copy.gitDirectory, 'cat-file', 'commit', commit);
      expect(/^author (.*) \d+ \+0000$/mu.exec(text)?.[1]).toBe(expected);
      expect(text.match(/^(author|committer|parent) /gmu)).toEqual(['parent ', 'author ', 'committer ']);
      await runGit(copy.gitDirectory, 'fsck', '--strict');
    });

    it('keeps every byte, whatever .gitattributes asks for', async () => {
      const copy = await layCopy(git, { '.gitattributes': '* text=auto eol=lf ident filter=upper\n' });
      const files = {
        'specs/crlf.md': Buffer.from('dos\r\nunix\n$Id$\r'),
        'specs/utf16.md': Buffer.from('\u{FEFF}größe', 'utf16le'),
        'specs/latin1.md': Buffer.from('größe', 'latin1'),
        'specs/bytes.bin': ALL_BYTES,
        'specs/empty.md': Buffer.alloc(0),
        'specs/done.md': Buffer.from('done\nget-mark :1\ncommit refs/heads/main\n'),
      };
      await copy.write(files);
      const { commit } = await copy.importTree();
      const entries = await git.listTree({ gitDirectory: copy.gitDirectory, commit, prefix: 'specs' });
      const objectIds = entries.map((entry) => entry.objectId);
      const blobs = await git.readBlobs({ gitDirectory: copy.gitDirectory, objectIds });
      const read = entries.map((entry) => [entry.path, blobs.get(entry.objectId)]);
      expect(Object.fromEntries(read)).toEqual(
        Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)])),
      );
    });

    it('keeps modes, and lets a file lose its executable bit', async () => {
      const copy = await layCopy(git, {
        'specs/run.sh': { executable: 'old' },
        'specs/plain.sh': { executable: 'old' },
      });
      await copy.write({ 'specs/run.sh': 'new' });
      await chmod(path.join(copy.directory, 'specs/plain.sh'), 0o644);
      const { commit } = await copy.importTree();
      const entries = await git.listTree({ gitDirectory: copy.gitDirectory, commit });
      expect(entries.map(({ path: name, mode }) => `${mode} ${name}`)).toEqual([
        '100644 specs/plain.sh',
        '100755 specs/run.sh',
      ]);
    });

    it('stores odd but legal names as they are', async () => {
      const names = [
        '-dash',
        '"quoted"',
        'a b',
        "it's",
        '*',
        ':(top)x',
        '$(touch x)',
        '%41',
        'größe-漢字-😀',
        '#',
      ];
      const files = Object.fromEntries(names.map((name) => [`specs/${name}.md`, name]));
      const copy = await layCopy(git, { 'a.md': 'a' });
      await copy.write(files);
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual(Object.keys(files).toSorted());
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({ 'a.md': 'a', ...files });
    });

    it('deletes files of the base whose names it would not take', async () => {
      const odd = [
        'specs/line\nbreak',
        'specs/"x"\ncommit refs/heads/x',
        'specs/back\\slash',
        'specs/\u{85}',
      ];
      const copy = await layCopy(git, {
        ...Object.fromEntries(odd.map((name) => [name, 'x'])),
        'specs/a': 'a',
      });
      expect((await copy.importTree()).changedPaths).toEqual([]);
      for (const name of odd) await rm(path.join(copy.directory, name));
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual(odd.toSorted());
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({ 'specs/a': 'a' });
    });

    it('lets a file take the place of a folder and a folder that of a file', async () => {
      const copy = await layCopy(git, { 'specs/x/a.md': 'a', 'specs/x/b/c.md': 'c', 'specs/y': 'y' });
      await rm(path.join(copy.directory, 'specs/x'), { recursive: true });
      await rm(path.join(copy.directory, 'specs/y'));
      await copy.write({ 'specs/x': 'file', 'specs/y/d.md': 'd' });
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual(['specs/x', 'specs/x/a.md', 'specs/x/b/c.md', 'specs/y', 'specs/y/d.md']);
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({ 'specs/x': 'file', 'specs/y/d.md': 'd' });
    });

    it('lets a file be renamed to another spelling of its name', async () => {
      const copy = await layCopy(git, { 'specs/README.md': 'a' });
      await rm(path.join(copy.directory, 'specs/README.md'));
      await copy.write({ 'specs/readme.md': 'a' });
      expect((await copy.importTree()).changedPaths).toEqual(['specs/README.md', 'specs/readme.md']);
    });

    it('leaves links and submodules of the base as they are', async () => {
      const files = {
        'specs/link': { link: '/etc/passwd' },
        'specs/sub': { submodule: '3'.repeat(40) },
        'specs/a.md': 'a',
      };
      const copy = await layCopy(git, files);
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
      await copy.write({ 'specs/a.md': 'A' });
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual(['specs/a.md']);
      const list = (at: string) =>
        runGit(copy.gitDirectory, 'ls-tree', '-r', at, '--', 'specs/link', 'specs/sub');
      expect(await list(commit)).toBe(await list(copy.commit));
    });

    it.each(['specs', '.specify'])('works with a base in which %s is a link', async (name) => {
      const copy = await layCopy(git, { [name]: { link: 'docs' }, 'docs/memory/a.md': 'a' });
      await copy.write({ 'docs/memory/a.md': 'changed' });
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
    });

    it('leaves a file of the base as it is whose name is not UTF-8', async () => {
      const repository = await makeRepository({ isBare: true });
      const blob = await writeObject(repository, 'blob', 'x');
      const inner = treeEntry('100644', Uint8Array.of(0x61, 0xff), blob);
      const specs = await writeObject(repository, 'tree', inner);
      const tree = await writeObject(repository, 'tree', treeEntry('40000', 'specs', specs));
      const commit = await runGit(repository, 'commit-tree', '-m', 'x', tree);
      await runGit(repository, 'update-ref', 'refs/heads/main', commit);
      const { gitDirectory } = await fetchPristine(git, repository);
      const directory = path.join(await temporaryDirectory(), 'copy');
      await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'b' });
      const request = {
        gitDirectory,
        directory,
        parent: commit,
        ref: IMPORT_REF,
        message: 'x',
        author: AUTHOR,
        dateMs: IMPORT_DATE_MS,
        allowedPrefixes: ['specs'],
      };
      expect(await git.importTree(request)).toEqual({ commit, changedPaths: [] });
      await rm(directory, { recursive: true });
      await mkdir(path.join(directory, 'specs'), { recursive: true });
      expect((await git.importTree(request)).changedPaths).toEqual([]);
    });

    it('reads no more than the folders it is allowed to', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      const outside = await temporaryDirectory();
      await symlink(outside, path.join(copy.directory, 'link'));
      await link(path.join(copy.directory, 'a.md'), path.join(copy.directory, 'hard'));
      await copy.write({ 'specs/x/a.md': 'a', 'specs.md': 'x', '.specify/other/a.md': 'x' });
      expect((await copy.importTree()).changedPaths).toEqual(['specs/x/a.md']);
      expect((await copy.importTree({ allowedPrefixes: ['specs/y'] })).changedPaths).toEqual([]);
      expect((await copy.importTree({ allowedPrefixes: [] })).changedPaths).toEqual([]);
    });

    it('keeps what it writes in packs, which git puts on the disk before it goes on', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a' });
      await copy.write({ 'specs/b.md': 'b' });
      await copy.importTree();
      expect(await runGit(copy.gitDirectory, 'count-objects')).toBe('0 objects, 0 kilobytes');
    });

    it('fails when the parent is not there, and leaves the ref alone', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a' });
      await copy.write({ 'specs/b.md': 'b' });
      await expect(copy.importTree({ parent: 'f'.repeat(40) })).rejects.toMatchObject({ code: 'internal' });
      expect((await tryGit(copy.gitDirectory, ['rev-parse', '--verify', '-q', IMPORT_REF])).exitCode).toBe(1);
    });
  });
}
