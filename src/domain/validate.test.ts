import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { AppError } from './app-error.ts';
import {
  decodeSpecText,
  quote,
  SPEC_MAX_BYTES,
  validateBranch,
  validateFeature,
  validateRepositoryName,
  validateSpecText,
  isFeatureName,
} from './validate.ts';

/** The error's code and the part of its message after the name. */
function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (thrown) {
    if (thrown instanceof AppError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return 'accepted';
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a base branch', () => {
  test.each(['main', 'release/1.2', 'feature/add-x', 'a@b', 'ünïcode', '#1'])('%s is accepted', (name) => {
    expect(validateBranch(name)).toBe(name);
  });

  test.each([
    ['', 'it is empty'],
    ['a\0b', 'it holds a control character'],
    ['a\nb', 'it holds a control character'],
    ['--upload-pack=x', 'it begins with a dash'],
    ['../main', "it holds '..'"],
    ['a..b', "it holds '..'"],
    ['main@{1}', "it holds '@{'"],
    ['a b', 'it holds a space'],
    ['a:b', 'it holds a space'],
    [String.raw`a\b`, 'it holds a space'],
    ['/a', 'git does not allow this form'],
    ['a/', 'git does not allow this form'],
    ['a//b', 'git does not allow this form'],
    ['a.', 'git does not allow this form'],
    ['a.lock', 'git does not allow this form'],
    ['a.lock/b', 'git does not allow this form'],
    ['.a', 'git does not allow this form'],
    ['a/.b', 'git does not allow this form'],
    ['@', 'it is not a plain branch name'],
    ['HEAD', 'it is not a plain branch name'],
    ['refs/heads/main', 'it is not a plain branch name'],
    ['x'.repeat(201), 'it is longer than 200 characters'],
  ])('%j is refused because %s', (name, problem) => {
    expect(refusal(() => validateBranch(name))).toContain(`base_branch_invalid Base branch ${quote(name)}`);
    expect(refusal(() => validateBranch(name))).toContain(problem);
  });
});

describe('a feature folder', () => {
  test.each([
    ['001-login', true],
    ['a b', false],
    ['-c', false],
    ['a..b', false],
    ['', false],
  ])('named %j can be asked for: %j', (name, isTaken) => {
    expect(isFeatureName(name)).toBe(isTaken);
  });

  test('may be given with specs/ before and a slash behind it', () => {
    expect(validateFeature('specs/003-login/')).toBe('003-login');
    expect(validateFeature('003-login')).toBe('003-login');
  });

  test.each(['', 'specs/', 'a/b', '-x', '..', 'a..b', '@', '.hidden', 'a b', 'ä', 'specs/specs/x', '_x'])(
    '%j is refused',
    (name) => {
      expect(refusal(() => validateFeature(name))).toMatch(/^feature_invalid /u);
    },
  );
});

describe('the name of a repository', () => {
  test.each(['/srv/shop', './shop', '../shop', 'https://example.org/a/b.git', 'owner/name', 'with space'])(
    '%s is accepted',
    (name) => {
      expect(validateRepositoryName(name)).toBe(name);
    },
  );

  test.each([
    '',
    '-x',
    '--upload-pack=touch',
    'a\nb',
    'a\0b',
    'https://example.org/../x',
    'a@{b',
    '-../x',
    '../a\n',
  ])('%j is refused', (name) => {
    expect(refusal(() => validateRepositoryName(name))).toMatch(/^repository_invalid /u);
  });

  test('is refused when a path above the current one hides another problem', () => {
    expect(refusal(() => validateRepositoryName('../a@{b'))).toContain("it holds '@{'");
  });
});

describe('no hostile name gets through', () => {
  const fragments = [
    '-',
    '--',
    '..',
    '/',
    '\\',
    '@{',
    '@',
    '\0',
    '\n',
    '\r',
    '\t',
    ' ',
    '~',
    '^',
    ':',
    '.git',
    '.lock',
  ];
  const others = [
    'HEAD',
    'refs/',
    '?',
    '*',
    '[',
    '=',
    '\u{7F}',
    '\u{85}',
    '\u{202E}',
    'a',
    'Z',
    '0',
    '.',
    'ä',
    'specs/',
  ];
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...fragments, ...others), fc.string({ unit: 'binary', maxLength: 3 })), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''));

  test.each([
    ['branch', validateBranch, /^-|[\p{Cc}\s\\~^:?*[]|\.\.|@\{|\.lock$|^\/|\/$/u],
    ['feature', validateFeature, /^[-.]|[^A-Za-z0-9._-]|\.\./u],
    ['repository', validateRepositoryName, /^-|\p{Cc}|@\{|:\/\/.*(?<=[/\\])\.\.(?=[/\\]|$)/u],
  ] as const)('as a %s: of 10,000 each is refused or harmless', (_, validate, harmful) => {
    fc.assert(
      fc.property(hostile, (name) => {
        const outcome = refusal(() => validate(name));
        const isHarmless =
          outcome === 'accepted' ? !harmful.test(validate(name)) : /^\w+_invalid /u.test(outcome);
        expect(isHarmless).toBe(true);
        // A message may show the name, and must stay one line.
        expect(outcome).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('spec text', () => {
  test('is decoded from UTF-8 without its byte order mark', () => {
    expect(decodeSpecText(bytes('\u{FEFF}Größe 😀'))).toBe('Größe 😀');
  });

  test('may be as large as the limit and no larger, in bytes', () => {
    expect(validateSpecText('x'.repeat(SPEC_MAX_BYTES))).toHaveLength(SPEC_MAX_BYTES);
    const tooLarge = 'ä'.repeat(SPEC_MAX_BYTES / 2 + 1);
    expect(refusal(() => validateSpecText(tooLarge))).toContain(
      'spec_too_large The spec text has more than 1000000 bytes',
    );
    expect(refusal(() => decodeSpecText(bytes(tooLarge)))).toContain('spec_too_large');
  });

  test('is refused when it is empty, blank or holds a NUL', () => {
    expect(refusal(() => validateSpecText(''))).toContain('spec_empty');
    expect(refusal(() => validateSpecText(' \n\t '))).toContain('spec_empty');
    expect(refusal(() => validateSpecText('a\0b'))).toContain('spec_binary');
    expect(refusal(() => decodeSpecText(new Uint8Array()))).toContain('spec_empty');
  });

  test.each([
    [[0xff], 0],
    [[0x61, 0x62, 0xff, 0x63], 2],
    [[0xc3, 0xa4, 0xc3, 0x28], 2],
    [[0x61, 0xe2, 0x82], 1],
    [[0xed, 0xa0, 0x80], 0],
  ])('with the bytes %j is refused at offset %i', (broken, offset) => {
    expect(refusal(() => decodeSpecText(Uint8Array.from(broken)))).toContain(
      `first bad byte at offset ${offset})`,
    );
  });
});

describe('a value shown in a message', () => {
  test('is quoted, on one line and short', () => {
    expect(quote('a"b\n')).toBe(String.raw`'a"b\n'`);
    expect(quote('x'.repeat(100))).toBe(`'${'x'.repeat(77)}...'`);
    expect(quote('x'.repeat(80))).toBe(`'${'x'.repeat(80)}'`);
  });
});
