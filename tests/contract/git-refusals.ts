import { execFile } from 'node:child_process';
import { chmod, link, mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { layCopy, type LaidCopy, type MakeGit } from '../support/git-kit.ts';
import { temporaryDirectory, type FileTree } from '../support/git-repository.ts';

/** Something an agent leaves behind that must not be published, by what it does to a file or folder outside. */
interface Refusal {
  readonly name: string;
  readonly leave: (copy: LaidCopy, outside: string) => Promise<unknown>;
  readonly problem: string;
}

const call = promisify(execFile);
const DEEP_FOLDERS = `for (let depth = 0; depth < 30; depth += 1) {
  fs.mkdirSync('d'.repeat(200));
  process.chdir('d'.repeat(200));
}`;
const BASE: FileTree = {
  'README.md': 'readme',
  'specs/001/spec.md': 'spec',
  'specs/001/Straße.md': 'street',
  'specs/link': { link: '001' },
  'specs/sub': { submodule: '4'.repeat(40) },
  'src/a.md': 'a',
  'Docs/a.md': 'a',
};

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a link to a file outside',
    leave: (copy, outside) => symlink(path.join(outside, 'secret'), at(copy, 'specs/001/x.md')),
    problem: '"specs/001/x.md" it is a symbolic link',
  },
  {
    name: 'a link to nothing',
    leave: (copy) => symlink('missing', at(copy, 'specs/001/x.md')),
    problem: '"specs/001/x.md" it is a symbolic link',
  },
  {
    name: 'a link in place of a file',
    leave: async (copy, outside) => {
      await rm(at(copy, 'specs/001/spec.md'));
      await symlink(path.join(outside, 'secret'), at(copy, 'specs/001/spec.md'));
    },
    problem: 'it is a symbolic link',
  },
  {
    name: 'a link of the base that leads elsewhere now',
    leave: async (copy, outside) => {
      await rm(at(copy, 'specs/link'));
      await symlink(outside, at(copy, 'specs/link'));
    },
    problem: '"specs/link" it is a symbolic link',
  },
  {
    name: 'a hard link to a file outside',
    leave: (copy, outside) => link(path.join(outside, 'secret'), at(copy, 'specs/001/x.md')),
    problem: 'it is a symbolic link',
  },
  {
    name: 'specs as a link to outside',
    leave: async (copy, outside) => {
      await rm(at(copy, 'specs'), { recursive: true });
      await symlink(outside, at(copy, 'specs'));
    },
    problem: '"specs" ',
  },
  {
    name: '.specify as a link to outside',
    leave: async (copy, outside) => {
      await mkdir(path.join(outside, 'memory'));
      await symlink(outside, at(copy, '.specify'));
    },
    problem: '".specify" ',
  },
  {
    name: 'a pipe',
    leave: (copy) => call('mkfifo', [at(copy, 'specs/001/pipe')]),
    problem: '"specs/001/pipe" it is a socket, a pipe or a device',
  },
  {
    name: 'a pipe in place of a file',
    leave: async (copy) => {
      await rm(at(copy, 'specs/001/spec.md'));
      await call('mkfifo', [at(copy, 'specs/001/spec.md')]);
    },
    problem: 'it is a socket, a pipe or a device',
  },
  {
    name: 'specs as a file',
    leave: async (copy) => {
      await rm(at(copy, 'specs'), { recursive: true });
      await writeFile(at(copy, 'specs'), '');
    },
    problem: '"specs" ',
  },
  ...['.git', '.GIT', 'git~1', '.git ', '.git::$INDEX_ALLOCATION', '.g\u{200C}it'].map((name) => ({
    name: `a file below a folder named ${JSON.stringify(name)}`,
    leave: (copy: LaidCopy) => copy.write({ [`specs/001/${name}/config`]: '' }),
    problem: 'means .git on some system',
  })),
  ...['.gitattributes', '.gitmodules', 'GITMOD~1'].map((name) => ({
    name: `a new ${name}`,
    leave: (copy: LaidCopy) => copy.write({ [`specs/001/${name}`]: '' }),
    problem: 'git itself would obey a file of this name',
  })),
  {
    name: 'a .git file that leads elsewhere',
    leave: (copy) => copy.write({ 'specs/001/.git': 'gitdir: /elsewhere\n' }),
    problem: 'means .git on some system',
  },
  {
    name: 'a folder that looks like a repository',
    leave: (copy) => copy.write({ 'specs/r/HEAD': '', 'specs/r/objects/x': '', 'specs/r/refs/x': '' }),
    problem: 'looks like a git repository',
  },
  {
    name: 'a file in a submodule of the base',
    leave: (copy) => copy.write({ 'specs/sub/a.md': '' }),
    problem: '"specs/sub/a.md" it is in a submodule',
  },
  {
    name: 'a new executable',
    leave: async (copy) => {
      await copy.write({ 'specs/x.sh': '' });
      await chmod(at(copy, 'specs/x.sh'), 0o755);
    },
    problem: '"specs/x.sh" it is executable',
  },
  {
    name: 'a file made executable',
    leave: (copy) => chmod(at(copy, 'specs/001/spec.md'), 0o744),
    problem: '"specs/001/spec.md" it is executable',
  },
  {
    name: '101 files',
    leave: (copy) => copy.write(numbered(101, '')),
    problem: '101 files changed, and at most 100 may',
  },
  {
    name: 'more than 4 MB together',
    leave: (copy) => copy.write(numbered(5, 'x'.repeat(1024 * 1024))),
    problem: 'the changed files have 5242880 bytes, and at most 4194304 may',
  },
  {
    name: 'a huge file with nothing in it',
    leave: async (copy) => {
      await using file = await open(at(copy, 'specs/huge'), 'w');
      await file.truncate(2 ** 40);
    },
    problem: 'bytes, and at most 4194304 may',
  },
  {
    name: 'names that differ in case',
    leave: (copy) => copy.write({ 'specs/001/SPEC.md': '' }),
    problem: "some systems cannot tell it from 'specs/001/spec.md'",
  },
  {
    name: 'a folder that differs in case from one elsewhere in the base',
    leave: (copy) => copy.write({ 'docs/a.md': '' }),
    problem: "some systems cannot tell it from 'Docs'",
  },
  {
    name: 'names that differ in composition',
    leave: (copy) => copy.write({ 'specs/\u{E9}.md': '', 'specs/e\u{301}.md': '' }),
    problem: 'some systems cannot tell it from',
  },
  {
    name: 'names that differ in how the sharp s is written',
    leave: (copy) => copy.write({ 'specs/001/strasse.md': '' }),
    problem: "some systems cannot tell it from 'specs/001/Straße.md'",
  },
  {
    name: 'a name that is not UTF-8',
    leave: (copy) => writeFile(Buffer.concat([Buffer.from(`${at(copy, 'specs')}/`), Buffer.of(0xff)]), ''),
    problem: 'its name is not valid UTF-8',
  },
  {
    name: 'a folder whose name is not UTF-8',
    leave: (copy) => mkdir(Buffer.concat([Buffer.from(`${at(copy, 'specs')}/`), Buffer.of(0xc3, 0x28)])),
    problem: 'its name is not valid UTF-8',
  },
  ...['line\nbreak', 'back\\slash', ' space', 'right\u{202E}to left', 'x'.repeat(200) + '\t'].map((name) => ({
    name: `the name ${JSON.stringify(name.slice(-20))}`,
    leave: (copy: LaidCopy) => copy.write({ [`specs/${name}`]: '' }),
    problem: 'name ',
  })),
  {
    name: 'folders deeper than a path can be long',
    leave: (copy) => call(process.execPath, ['--eval', DEEP_FOLDERS], { cwd: at(copy, 'specs') }),
    problem: 'cannot be read',
  },
  {
    name: 'more files than anybody would write',
    leave: (copy) =>
      call('sh', ['-c', 'mkdir many && cd many && seq 20001 | xargs touch'], { cwd: at(copy, 'specs') }),
    problem: 'there are too many files',
  },
];

/** What an import refuses; whatever it is, nothing outside is touched and nothing becomes a commit. */
export function refusalsContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('refusing to import', () => {
    it.each(REFUSALS)('$name', async ({ leave, problem }) => {
      const outside = await temporaryDirectory();
      await writeFile(path.join(outside, 'secret'), 'CANARY');
      const copy = await layCopy(git, BASE);
      await leave(copy, outside);
      const before = await readdir(outside, { recursive: true });
      const allowedPrefixes = ['specs', '.specify/memory', 'docs'];
      const thrown: unknown = await copy.importTree({ allowedPrefixes }).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'policy_refused', message: expect.stringContaining(problem) });
      expect(String(thrown)).not.toContain('CANARY');
      expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('CANARY');
      expect(await readdir(outside, { recursive: true })).toEqual(before);
    });

    it('counts changed files that keep their size', async () => {
      const copy = await layCopy(git, numbered(101, 'before'));
      await copy.write(numbered(101, 'after!'));
      await expect(copy.importTree()).rejects.toMatchObject({
        code: 'policy_refused',
        message: expect.stringContaining('101 files changed'),
      });
    });

    it('names three problems and counts the others', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      await mkdir(at(copy, 'specs'));
      for (const name of ['a', 'b', 'c', 'd', 'e']) await symlink('x', at(copy, `specs/${name}`));
      await expect(copy.importTree()).rejects.toMatchObject({
        message: expect.stringMatching(/"specs\/a".*"specs\/b".*"specs\/c".*; and 2 more/u),
      });
    });
  });
}

function at(copy: LaidCopy, name: string): string {
  return path.join(copy.directory, name);
}

function numbered(count: number, content: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, number) => [`specs/many/${number}.md`, content]),
  );
}
