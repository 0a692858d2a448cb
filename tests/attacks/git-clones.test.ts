import { access, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { fetchPristine } from '../support/git-kit.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import {
  git as runGit,
  makeRepository,
  temporaryDirectory,
  treeEntry,
  writeObject,
  type FileTree,
} from '../support/git-repository.ts';

/** What a repository may hold so that a clone or a checkout of it runs, fetches or writes what it should not. */
interface HostileRepository {
  readonly name: string;
  readonly files: (program: string, outside: string) => FileTree;
}

const SUBMODULE = { submodule: '5'.repeat(40) };
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

/** Laid as they are: the files appear, and that is all. */
const LAID: readonly HostileRepository[] = [
  {
    name: 'a submodule whose URL is a program',
    files: (program) => ({
      '.gitmodules': `[submodule "x"]\n\tpath = vendor/x\n\turl = ext::${program}\n\tupdate = checkout\n`,
      'vendor/x': SUBMODULE,
    }),
  },
  {
    name: 'a submodule that is this repository (CVE-2024-32004)',
    files: (_, outside) => ({
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = file://${outside}\n`,
      x: SUBMODULE,
    }),
  },
  {
    name: 'a submodule below a link that other systems take for .git (CVE-2024-32002)',
    files: (program) => ({
      '.gitmodules': '[submodule "x/y"]\n\tpath = A/modules/x\n\turl = ./elsewhere\n',
      'A/modules/x': SUBMODULE,
      'A/modules/y/hooks/post-checkout': { executable: `#!/bin/sh\n${program}\n` },
      b: { link: '.git' },
    }),
  },
  {
    name: 'links to files and folders outside (CVE-2024-32021)',
    files: (_, outside) => ({
      folder: { link: outside },
      file: { link: path.join(outside, 'secret') },
      nothing: { link: path.join(outside, 'new') },
      hooks: { link: '.git/hooks' },
    }),
  },
  {
    name: 'filters of Git LFS, with settings of their own',
    files: (program) => ({
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      '.lfsconfig': `[lfs]\n\turl = file:///etc\n[lfs "extension.x"]\n\tsmudge = ${program}\n`,
      'a.bin': POINTER,
    }),
  },
];

/** Refused as they come in: git's own check of objects knows them. */
const REFUSED: readonly HostileRepository[] = [
  {
    name: 'a submodule whose name leads elsewhere (CVE-2018-11235)',
    files: () => ({ '.gitmodules': '[submodule "../../x"]\n\tpath = x\n\turl = ./x\n', x: SUBMODULE }),
  },
  {
    name: 'a submodule whose URL is an option (CVE-2018-17456)',
    files: (program) => ({
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = -u${program}\n`,
      x: SUBMODULE,
    }),
  },
  {
    name: 'a submodule whose path is an option',
    files: (program) => ({
      '.gitmodules': `[submodule "x"]\n\tpath = -u${program}\n\turl = ./x\n`,
      x: SUBMODULE,
    }),
  },
  { name: 'a link for .gitmodules', files: (_, outside) => ({ '.gitmodules': { link: outside } }) },
];

const git = gitCli(GIT_OPTIONS);

describe('a repository that means harm', () => {
  it.each(LAID)('is laid and does none: $name', async ({ files }) => {
    const { program, outside, demandHarmless } = await setUp();
    const tree = files(program, outside);
    const repository = await makeRepository({ files: { 'README.md': 'readme\n', ...tree }, isBare: true });
    const { gitDirectory, commit } = await fetchPristine(git, repository);
    const directory = path.join(await temporaryDirectory(), 'copy');
    await git.layWorkingCopy({ gitDirectory, commit, directory, branch: 'b' });
    for (const [name, content] of Object.entries(tree)) {
      const stats = await lstat(path.join(directory, name));
      const isLink = typeof content === 'object' && 'link' in content;
      const isSubmodule = typeof content === 'object' && 'submodule' in content;
      expect([name, stats.isSymbolicLink(), stats.isDirectory()]).toEqual([name, isLink, isSubmodule]);
      expect(isSubmodule ? await readdir(path.join(directory, name)) : []).toEqual([]);
    }
    expect(await readFile(path.join(directory, 'README.md'), 'utf8')).toBe('readme\n');
    const left = await readdir(gitDirectory);
    expect(left.filter((name) => ['modules', 'lfs', 'hooks'].includes(name))).toEqual([]);
    expect(await readdir(path.join(directory, '.git'))).not.toContain('modules');
    await demandHarmless();
  });

  it('brings pointers of Git LFS as they are, though its program is at hand', async () => {
    const { program, bin, demandHarmless } = await setUp();
    const files = LAID.at(-1)!.files(program, '/');
    const repository = await makeRepository({ files, isBare: true });
    const armed = gitCli({ ...GIT_OPTIONS, path: `${bin}:${GIT_OPTIONS.path}` });
    const { gitDirectory, commit } = await fetchPristine(armed, repository);
    const directory = path.join(await temporaryDirectory(), 'copy');
    await armed.layWorkingCopy({ gitDirectory, commit, directory, branch: 'b' });
    expect(await readFile(path.join(directory, 'a.bin'), 'utf8')).toBe(POINTER);
    await demandHarmless();
  });

  it.each(REFUSED)('is refused: $name', async ({ files }) => {
    const { program, outside, demandHarmless } = await setUp();
    const repository = await makeRepository({ files: files(program, outside), isBare: true });
    await expect(fetchPristine(git, repository)).rejects.toMatchObject({ code: 'clone_denied' });
    await demandHarmless();
  });

  it.each([
    ['a file named .git', ['40000', '.git']],
    ['a file named .GIT', ['40000', '.GIT']],
    ['a file named git~1', ['40000', 'git~1']],
    ['a folder named ..', ['40000', '..']],
    ['a name with a slash', ['40000', 'a/b']],
    ['a link and a folder of the same name', ['40000', 'link']],
  ] as const)('is refused: %s', async (_what, [mode, name]) => {
    const { outside, demandHarmless } = await setUp();
    const repository = await makeRepository({ isBare: true });
    const blob = await writeObject(repository, 'blob', outside);
    const inner = await writeObject(repository, 'tree', treeEntry('100755', 'post-checkout', blob));
    const entries = [treeEntry('120000', 'link', blob), treeEntry(mode, name, inner)];
    const tree = await writeObject(repository, 'tree', Buffer.concat(entries));
    const text = `tree ${tree}\nauthor A <a@b> 1767225600 +0000\ncommitter A <a@b> 1767225600 +0000\n\nx\n`;
    const commit = await writeObject(repository, 'commit', text);
    await runGit(repository, 'update-ref', 'refs/heads/main', commit);
    await expect(fetchPristine(git, repository)).rejects.toMatchObject({ code: 'clone_denied' });
    await demandHarmless();
  });

  it('shares no file with the clone, and lends it no link (CVE-2022-39253)', async () => {
    const { outside } = await setUp();
    const repository = await makeRepository({ files: { 'a.md': 'a' }, isBare: true });
    await symlink(path.join(outside, 'secret'), path.join(repository, 'objects', 'info', 'link'));
    const { gitDirectory } = await fetchPristine(git, repository);
    const entries = await readdir(gitDirectory, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => !entry.isFile() && !entry.isDirectory())).toEqual([]);
    const files = entries.filter((entry) => entry.isFile());
    const stats = await Promise.all(files.map((entry) => lstat(path.join(entry.parentPath, entry.name))));
    expect(stats.filter(({ nlink }) => nlink !== 1)).toEqual([]);
    expect(files.length).toBeGreaterThan(3);
  });
});

/** A program that leaves a mark, also under the names git might call, and a folder nobody may touch. */
async function setUp() {
  const root = await temporaryDirectory();
  const [outside, bin, mark] = [path.join(root, 'outside'), path.join(root, 'bin'), path.join(root, 'mark')];
  await mkdir(outside);
  await mkdir(bin);
  await writeFile(path.join(outside, 'secret'), 'CANARY');
  const names = ['program', 'git-lfs', 'git-submodule'];
  for (const name of names)
    await writeFile(path.join(bin, name), `#!/bin/sh\n: >'${mark}'\n`, { mode: 0o755 });
  return {
    outside,
    bin,
    program: path.join(bin, 'program'),
    demandHarmless: async () => {
      await expect(access(mark)).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await readdir(outside)).toEqual(['secret']);
      expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('CANARY');
    },
  };
}
