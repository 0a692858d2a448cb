import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError } from '../../src/domain/app-error.ts';
import { validateBranch } from '../../src/domain/validate.ts';
import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { temporaryDirectory } from '../support/git-repository.ts';

const NOWHERE = '/nonexistent';
const git = gitCli(GIT_OPTIONS);
const PATH_OR_REPOSITORY =
  /^\/[^\p{Cc}]*$|^https:\/\/github\.com\/[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/u;

describe('a repository of the forge', () => {
  it.each([
    ['o/n', 'o/n'],
    ['Owner-1/na.me_-2', 'owner-1/na.me_-2'],
    ['enterprise_user/n', 'enterprise_user/n'],
    ['o/.github', 'o/.github'],
    ['o/-dash', 'o/-dash'],
    [`${'o'.repeat(39)}/${'n'.repeat(100)}`, `${'o'.repeat(39)}/${'n'.repeat(100)}`],
    ['https://github.com/o/n', 'o/n'],
    ['https://github.com/o/n.git', 'o/n'],
    ['https://github.com/o/n.GIT/', 'o/n'],
    ['HTTPS://GitHub.com:443/o/n/', 'o/n'],
  ])('is known by one URL: %s', async (name, slug) => {
    expect(await git.canonicalRepository(name, NOWHERE)).toBe(`https://github.com/${slug}`);
  });

  it.each([
    'https://github.com',
    'https://github.com/',
    'https://github.com/o',
    'https://github.com/o/n/tree/main',
    'https://github.com//o/n',
    'https://github.com/o//n',
    'https://github.com/o/.git',
    'https://github.com/o/n.git.git',
    'https://github.com/o/n.wiki.git',
    'https://github.com/o/n.lock',
    'https://github.com/-o/n',
    'https://github.com/o.o/n',
    'https://github.com/o/n%20m',
    'https://github.com/o/größe',
    'https://github.com/o/.',
    `https://github.com/${'o'.repeat(40)}/n`,
    `https://github.com/o/${'n'.repeat(101)}`,
  ])('is not named by %s', async (name) => {
    await expect(git.canonicalRepository(name, NOWHERE)).rejects.toMatchObject({
      code: 'repository_invalid',
    });
  });

  it.each([
    'o',
    'o/n/m',
    '_o/n',
    'o.o/n',
    'o/n.git',
    'o/n.lock',
    'o/n.wiki',
    'o/n m',
    'o/',
    '/n',
    `${'o'.repeat(40)}/n`,
  ])('is not named by %s, which is a path', async (name) => {
    await expect(git.canonicalRepository(name, NOWHERE)).rejects.toMatchObject({
      code: 'repository_not_found',
    });
  });

  it('may be at another forge, below a path', async () => {
    const other = gitCli({ ...GIT_OPTIONS, forgeUrl: 'https://git.example.com:8443/forge' });
    const url = 'https://git.example.com:8443/forge/o/n';
    for (const name of ['o/n', url, `${url}.git`])
      expect(await other.canonicalRepository(name, NOWHERE)).toBe(url);
    for (const name of ['https://git.example.com:8443/forgery/o/n.git', 'https://github.com/o/n/m'])
      expect(await other.canonicalRepository(name, NOWHERE)).toBe(name);
  });
});

describe('a name made by chance', () => {
  it('of an owner and a repository is refused, or is that repository and nothing else', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(hostile(), hostile(), fc.boolean(), async (owner, name, isUrl) => {
        const asked = isUrl ? `https://github.com/${owner}/${name}` : `${owner}/${name}`;
        const canonical = await git.canonicalRepository(asked, NOWHERE).catch(demandAppError);
        if (canonical === undefined) return;
        taken += 1;
        // What leads to a folder is a path: `/` is there, whatever the name makes of it.
        expect(canonical).toMatch(PATH_OR_REPOSITORY);
      }),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  it('of a branch is refused, or git takes it for a name', () => {
    fc.assert(
      fc.property(hostile(), (name) => {
        try {
          expect(validateBranch(name)).toMatch(
            /^[^-\s~^:?*[\\\p{Cc}](?!.*(?:\.\.|@\{))[^\s~^:?*[\\\p{Cc}]*$/u,
          );
        } catch (error) {
          demandAppError(error);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('ends as one argument of git, behind the dashes that end its options', async () => {
    const directory = await temporaryDirectory();
    const [seen, fake] = [path.join(directory, 'argv'), path.join(directory, 'git')];
    await writeFile(fake, `#!/bin/sh\nprintf '%s\\0' "$@" >'${seen}'\n`, { mode: 0o755 });
    const spied = gitCli({ ...GIT_OPTIONS, path: directory });
    await spied.inspectRemote({ repository: 'https://github.com/o/n' });
    const expected = (await readFile(seen, 'utf8')).split('\0');
    await fc.assert(
      fc.asyncProperty(
        hostile().filter((name) => !name.includes('\0')),
        async (name) => {
          const repository = await git.canonicalRepository(name, NOWHERE).catch(demandAppError);
          const asked = repository ?? `https://github.com/${name}`;
          await spied.inspectRemote({ repository: asked });
          const argv = (await readFile(seen, 'utf8')).split('\0');
          expect(argv.toSpliced(argv.indexOf('--') + 1, 1)).toEqual(
            expected.toSpliced(expected.indexOf('--') + 1, 1),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Names of good letters with what shells, git and parsers of URLs give a meaning to, or eyes cannot tell from it. */
function hostile() {
  const signs = [
    '-',
    '--',
    '..',
    '.',
    '/',
    '@',
    '@{',
    '~',
    '^',
    ':',
    '?',
    '*',
    '[',
    '\\',
    '\0',
    '\n',
    '\r',
    '\t',
    ' ',
    '=',
    '#',
    '%',
  ];
  const words = [
    'o',
    'name',
    'main',
    'HEAD',
    '.git',
    '.lock',
    '.wiki',
    '--upload-pack=x',
    '-c',
    'ext::',
    '%2e%2e',
    '%00',
    '@evil.example',
  ];
  const alikes = [
    '\u{2024}',
    '\u{FF0F}',
    '\u{2215}',
    '\u{202E}',
    '\u{43E}',
    '\u{200B}',
    '\u{FEFF}',
    '\u{1D5FC}',
    'ﬁ',
  ];
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/u) },
    { weight: 2, arbitrary: fc.constantFrom(...words) },
    { weight: 2, arbitrary: fc.constantFrom(...signs) },
    { weight: 1, arbitrary: fc.constantFrom(...alikes) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  );
  return fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
}

/** Anything but an error of ours, with a remedy, is a bug. */
function demandAppError(thrown: unknown): undefined {
  if (!(thrown instanceof AppError)) throw thrown;
}
