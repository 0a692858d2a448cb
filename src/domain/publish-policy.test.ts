import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  ALLOWED_PREFIXES,
  checkPublishPaths,
  DEFAULT_PUBLISH_LIMITS,
  type PublishCandidate,
  type PublishEntry,
} from './publish-policy.ts';

const file = (path: string, change: Partial<PublishEntry> = {}): PublishEntry => ({
  path,
  kind: 'file',
  isExecutable: false,
  sizeBytes: 1_000,
  wasExecutable: false,
  ...change,
});

const check = (entries: readonly PublishEntry[], change: Partial<PublishCandidate> = {}) =>
  checkPublishPaths({ entries, basePaths: [], allowedPrefixes: ALLOWED_PREFIXES, ...change });

const clash = (path: string, other: string) => ({
  path,
  problem: `some systems cannot tell it from '${other}'`,
});

const many = (count: number, sizeBytes: number) =>
  Array.from({ length: count }, (_, index) => file(`specs/a/${index}.md`, { sizeBytes }));

test('the documents of a feature and the constitution may be published', () => {
  const entries = [
    file('specs/001-login/spec.md'),
    file('specs/001-login/checklists/requirements.md'),
    file('.specify/memory/constitution.md'),
    file('specs/001-login/contracts', { kind: 'directory', isExecutable: true }),
    file('specs/tool.sh', { isExecutable: true, wasExecutable: true }),
  ];
  expect(check(entries, { basePaths: ['README.md', 'specs/tool.sh', 'src/Spec.md'] })).toEqual([]);
  expect(check([])).toEqual([]);
});

describe('one entry', () => {
  test.each([
    [file('specs/.git/config'), 'a part of its name means .git on some system'],
    [file('specs/.git', { kind: 'directory' }), 'a part of its name means .git on some system'],
    [file('src/a.md'), 'it is not below specs or .specify/memory'],
    [file('specs'), 'it is not below specs or .specify/memory'],
    [file('specs-old/a.md'), 'it is not below specs or .specify/memory'],
    [file('.specify/scripts/a.sh'), 'it is not below specs or .specify/memory'],
    [file('specs/a', { kind: 'link' }), 'it is a symbolic link'],
    [file('specs/a', { kind: 'other' }), 'it is a socket, a pipe or a device'],
    [file('specs/001/.mcp.json'), 'agents would obey a file of this name'],
    [file('specs/a.sh', { isExecutable: true }), 'it is executable and was not before'],
  ])('%#: %j is refused', (entry, problem) => {
    expect(check([entry])).toEqual([{ path: entry.path, problem }]);
  });

  test('has one problem only, the most dangerous one, and every entry is judged', () => {
    const problems = check([
      file('src/.git', { kind: 'link' }),
      file('src/a', { kind: 'link' }),
      file('specs/ok.md'),
    ]);
    expect(problems).toEqual([
      { path: 'src/.git', problem: 'a part of its name means .git on some system' },
      { path: 'src/a', problem: 'it is not below specs or .specify/memory' },
    ]);
  });
});

describe('two names that some system cannot tell apart', () => {
  test('are refused within the result', () => {
    expect(check([file('specs/a/Spec.md'), file('specs/a/spec.md')])).toEqual([
      clash('specs/a/spec.md', 'specs/a/Spec.md'),
    ]);
    expect(check([file('specs/caf\u{E9}.md'), file('specs/cafe\u{301}.md')])).toHaveLength(1);
  });

  test('are refused against the base, for folders too', () => {
    expect(check([file('specs/A/b.md')], { basePaths: ['specs/a/c.md'] })).toEqual([
      clash('specs/A/b.md', 'specs/a'),
    ]);
    expect(check([file('specs/a.md')], { basePaths: ['SPECS/a.md'] })).toEqual([
      clash('specs/a.md', 'SPECS'),
    ]);
  });

  test('are no fault of a run that finds them in the base', () => {
    expect(check([file('specs/README.md')], { basePaths: ['specs/README.md', 'specs/Readme.md'] })).toEqual(
      [],
    );
  });
});

test('a folder that looks like a repository is refused, also when the base holds half of it', () => {
  const entries = [file('specs/x/HEAD'), file('specs/x/objects/aa/bb'), file('specs/x/refs/heads/main')];
  const problem = "'specs/x' looks like a git repository";
  expect(check(entries)).toEqual(entries.map(({ path }) => ({ path, problem })));
  expect(check(entries.slice(0, 1), { basePaths: ['specs/x/objects/a', 'specs/X/refs/b'] })).toContainEqual({
    path: 'specs/x/HEAD',
    problem,
  });
  expect(check(entries.slice(0, 2))).toEqual([]);
});

describe('the limits', () => {
  test('are 100 files and 4 MB together unless said otherwise, and reaching them is fine', () => {
    const { maxFiles, maxTotalBytes } = DEFAULT_PUBLISH_LIMITS;
    expect([maxFiles, maxTotalBytes]).toEqual([100, 4_194_304]);
    expect(check(many(100, 1))).toEqual([]);
    expect(check(many(1, maxTotalBytes))).toEqual([]);
  });

  test('name the folders they are about and the figures', () => {
    expect(check(many(3, 10), { limits: { maxFiles: 2, maxTotalBytes: 29 } })).toEqual([
      { path: 'specs, .specify/memory', problem: '3 files changed, and at most 2 may' },
      { path: 'specs, .specify/memory', problem: 'the changed files have 30 bytes, and at most 29 may' },
    ]);
  });

  test('do not count folders', () => {
    const folder = file('specs/a', { kind: 'directory', sizeBytes: 9_999 });
    expect(check([folder, folder], { limits: { maxFiles: 0, maxTotalBytes: 0 } })).toEqual([]);
  });
});

test('whatever the names, nothing passes that could reach a .git or leave the allowed folders', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '.git',
      '.GIT',
      'git~1',
      '.git.',
      '..',
      '.',
      '',
      'specs',
      'a',
      'A',
      '.git\u{200C}',
      'b\\c',
      ' ',
    ),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  );
  const paths = fc.array(
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ['specs', ...parts].join('/')),
  );
  fc.assert(
    fc.property(paths, (names) => {
      const refused = new Set(check(names.map((name) => file(name))).map((problem) => problem.path));
      const accepted = names.filter((name) => !refused.has(name));
      for (const name of accepted) {
        expect(name).toMatch(/^specs\/[^/]/u);
        expect(name).not.toMatch(/(?:^|\/)(?:\.git[ .]*|git~1|\.\.?|)(?:\/|$)|\\|\p{Cc}/iu);
      }
      const folded = new Set(accepted.map((name) => name.toLowerCase()));
      expect(folded.size).toBe(new Set(accepted).size);
    }),
    { numRuns: 2_000 },
  );
});
