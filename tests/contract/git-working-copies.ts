import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { layCopy, type LaidCopy, type MakeGit } from '../support/git-kit.ts';
import { git as runGit, temporaryDirectory } from '../support/git-repository.ts';

const call = promisify(execFile);

/** Laying working copies, and telling what changed in them. */
export function workingCopiesContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('laying a working copy', () => {
    it('gives the files with their modes, on a branch, in a repository that is clean and has a log', async () => {
      const copy = await layCopy(git, {
        'README.md': 'hello\n',
        'scripts/a.sh': { executable: '#!/bin/sh\n' },
      });
      expect(await readFile(path.join(copy.directory, 'README.md'), 'utf8')).toBe('hello\n');
      expect((await stat(path.join(copy.directory, 'scripts/a.sh'))).mode & 0o111).not.toBe(0);
      expect(await runGit(copy.directory, 'status', '--porcelain=v2', '--branch')).toBe(
        `# branch.oid ${copy.commit}\n# branch.head 001-feature`,
      );
      expect(await runGit(copy.directory, 'log', '--format=%H %s')).toBe(`${copy.commit} commit`);
      await runGit(copy.directory, 'fsck', '--strict');
    });

    it('is clean even for a program that compares no contents', async () => {
      const copy = await layCopy(git, { 'a.md': 'a', 'b/c.md': 'c' });
      expect(await runGit(copy.directory, 'diff-files', '--name-only')).toBe('');
    });

    it('has no remote, no hooks, no shared objects and no word of where it came from', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      expect(await runGit(copy.directory, 'remote')).toBe('');
      const own = path.join(copy.directory, '.git');
      const files = await readdir(own, { recursive: true, withFileTypes: true });
      const names = files.map((file) => path.relative(own, path.join(file.parentPath, file.name)));
      expect(names).not.toContain('hooks');
      expect(names).not.toContain(path.join('objects', 'info', 'alternates'));
      for (const file of files.filter((entry) => entry.isFile())) {
        const content = await readFile(path.join(file.parentPath, file.name), 'latin1');
        for (const place of [copy.gitDirectory, copy.repository]) expect(content).not.toContain(place);
      }
    });

    it('shares no file with the pristine repository, so that ruining one leaves the other whole', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a', 'b.md': 'b' });
      const objects = path.join(copy.directory, '.git/objects');
      const files = (await readdir(objects, { recursive: true, withFileTypes: true })).filter((f) =>
        f.isFile(),
      );
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const name = path.join(file.parentPath, file.name);
        expect((await stat(name)).nlink).toBe(1);
        await chmod(name, 0o600);
        await writeFile(name, 'ruined');
      }
      expect(await git.hasCommit(copy.gitDirectory, copy.commit)).toBe(true);
      await runGit(copy.gitDirectory, 'fsck', '--strict');
      await copy.write({ 'specs/new.md': 'new' });
      expect((await copy.importTree()).changedPaths).toEqual(['specs/new.md']);
      expect(await copy.listForeignChanges()).toEqual([]);
    });

    it('can be laid again, and from another commit, once the folder is cleared', async () => {
      const copy = await layCopy(git, { 'specs/a.md': 'a', 'b.md': 'b' });
      await copy.write({ 'specs/a.md': 'changed', 'specs/new.md': 'new' });
      const { commit } = await copy.importTree();
      for (const next of [commit, copy.commit, commit]) {
        await rm(copy.directory, { recursive: true });
        const { gitDirectory, directory } = copy;
        await git.layWorkingCopy({ gitDirectory, commit: next, directory, branch: 'b' });
        expect(await runGit(directory, 'rev-parse', 'HEAD')).toBe(next);
        expect(await runGit(directory, 'status', '--porcelain')).toBe('');
        const text = await readFile(path.join(directory, 'specs/a.md'), 'utf8');
        expect(text).toBe(next === commit ? 'changed' : 'a');
      }
    });

    it('lays links as links, submodules as empty folders, and reads neither', async () => {
      const outside = await temporaryDirectory();
      const copy = await layCopy(git, {
        '.gitmodules': `[submodule "x"]\n\tpath = vendor/x\n\turl = https://127.0.0.1:1/x\n`,
        'vendor/x': { submodule: '2'.repeat(40) },
        out: { link: outside },
        'specs/a.md': 'a',
      });
      expect(await readlink(path.join(copy.directory, 'out'))).toBe(outside);
      expect(await readdir(path.join(copy.directory, 'vendor/x'))).toEqual([]);
      expect(await readdir(outside)).toEqual([]);
      expect(await runGit(copy.directory, 'status', '--porcelain')).toBe('');
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
      expect(await copy.listForeignChanges()).toEqual([]);
    });

    it('keeps branch names with slashes', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      const directory = path.join(await temporaryDirectory(), 'other');
      const { gitDirectory, commit } = copy;
      await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'user/001-x' });
      expect(await runGit(directory, 'symbolic-ref', 'HEAD')).toBe('refs/heads/user/001-x');
    });
  });

  describe('listing what changed elsewhere', () => {
    it('names new, changed and deleted paths in order, and nothing below the allowed folders', async () => {
      const copy = await layCopy(git, {
        'a.md': 'a',
        'gone.md': 'gone',
        'specs/a.md': 'a',
        '.specify/memory/constitution.md': 'c',
        '.specify/scripts/x.sh': 'x',
      });
      await copy.write({
        'a.md': 'changed',
        'new/b.md': 'b',
        'specs/a.md': 'changed',
        'specs/001/new.md': 'new',
        '.specify/memory/constitution.md': 'changed',
        '.specify/scripts/x.sh': 'changed',
        'größe "x".md': '',
      });
      await rm(path.join(copy.directory, 'gone.md'));
      expect(await copy.listForeignChanges()).toEqual([
        '.specify/scripts/x.sh',
        'a.md',
        'gone.md',
        'größe "x".md',
        'new/',
      ]);
    });

    it('sees a file whose size and time are as they were', async () => {
      const copy = await layCopy(git, { 'a.md': 'aaaa' });
      await call('sh', ['-c', 'touch -r a.md ref && printf bbbb >a.md && touch -r ref a.md && rm ref'], {
        cwd: copy.directory,
      });
      expect(await copy.listForeignChanges()).toEqual(['a.md']);
    });

    it.each(['s', 'spec', '.s', '.specify'])('reports a changed file named %s', async (name) => {
      const copy = await layCopy(git, { [name]: 'before' });
      await copy.write({ [name]: 'after', 'spec-new': '' });
      expect(await copy.listForeignChanges()).toEqual([name, 'spec-new']);
    });

    it('looks into a new folder that holds an allowed one', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      await copy.write({ '.specify/memory/constitution.md': 'c', '.specify/scripts/x.sh': 'x' });
      expect(await copy.listForeignChanges()).toEqual(['.specify/scripts/x.sh']);
    });

    it('leaves out what the repository ignores', async () => {
      const copy = await layCopy(git, { '.gitignore': 'node_modules/\n*.log\n' });
      await copy.write({ 'node_modules/x/index.js': '', 'a.log': '', 'kept.txt': '' });
      expect(await copy.listForeignChanges()).toEqual(['kept.txt']);
    });

    it('stops at 100 paths', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      const names = Array.from({ length: 250 }, (_, number) => `file-${number}`);
      await copy.write(Object.fromEntries(names.map((name) => [name, ''])));
      expect(await copy.listForeignChanges()).toEqual(names.toSorted().slice(0, 100));
    });

    it.each<[string, (copy: LaidCopy) => Promise<unknown>]>([
      ['a broken .gitmodules', (copy) => copy.write({ '.gitmodules': '[broken' })],
      ['a pipe for .gitattributes', (copy) => makePipe(copy, '.gitattributes')],
      ['a pipe for .gitmodules', (copy) => makePipe(copy, '.gitmodules')],
      ['a pipe for a file', (copy) => makePipe(copy, 'a.md')],
      ['an endless .gitignore', (copy) => symlink('/dev/zero', path.join(copy.directory, '.gitignore'))],
      ['no .git', (copy) => rm(path.join(copy.directory, '.git'), { recursive: true })],
      ['a folder for a file', (copy) => mkdir(path.join(copy.directory, 'a.md'))],
    ])('is not held up by %s', async (_name, harm) => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      await rm(path.join(copy.directory, 'a.md'));
      await harm(copy);
      await copy.write({ 'z.md': 'z' });
      expect(await copy.listForeignChanges()).toContain('z.md');
    });

    it('fails when it cannot look', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      await rm(copy.gitDirectory, { recursive: true });
      await expect(copy.listForeignChanges()).rejects.toMatchObject({ code: 'internal' });
    });
  });
}

async function makePipe(copy: LaidCopy, name: string): Promise<void> {
  await call('mkfifo', ['--', name], { cwd: copy.directory });
}
