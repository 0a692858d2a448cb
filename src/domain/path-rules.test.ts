import { describe, expect, test } from 'vitest';

import { fold, NAME_RULES } from './path-rules.ts';

const problemOf = (path: string) => NAME_RULES.find((rule) => rule.isBroken(path))?.problem;

describe('a path is refused', () => {
  test.each([
    '.git',
    'specs/.git/config',
    'specs/x/.GIT',
    'specs/.Git/hooks/post-checkout',
    'specs/git~1/config',
    'specs/GIT~2',
    'specs/.git. . ./config',
    'specs/.git /config',
    'specs/.git::$INDEX_ALLOCATION/config',
    'specs/.git:stream',
    'specs/git~1::$INDEX_ALLOCATION',
    'specs/.g\u{200C}it/config',
    'specs/\u{FEFF}.git',
    'specs/.gi\u{206F}t\u{200D}',
    'specs/.g\u{131}t',
  ])('when some system takes a part of it for .git: %j', (path) => {
    expect(problemOf(path)).toBe('a part of its name means .git on some system');
  });

  test.each([
    'specs/.gitmodules',
    'specs/.GitAttributes',
    'specs/.gitattributes .',
    'specs/gitmod~1',
    'specs/GITATT~1',
  ])('when git would obey the file: %j', (path) => {
    expect(problemOf(path)).toBe('git itself would obey a file of this name');
  });

  test.each([
    ['specs//a', 'a part of its name is empty'],
    ['/specs/a', 'a part of its name is empty'],
    ['specs/a/', 'a part of its name is empty'],
    ['specs/./a', "a part of its name is '.' or '..'"],
    ['specs/../a', "a part of its name is '.' or '..'"],
    [String.raw`specs/a\b`, 'its name holds a backslash'],
    ['specs/a\nb', 'its name holds a control character'],
    ['specs/a\0', 'its name holds a control character'],
    ['specs/a\u{9B}31m', 'its name holds a control character'],
    ['specs/a\u{7F}', 'its name holds a control character'],
    ['specs/a\u{202E}dm.exe', 'its name holds a character that changes the direction of writing'],
    ['specs/a\u{FFFD}', 'its name is not valid UTF-8'],
    ['specs/a\u{D800}', 'its name is not valid UTF-8'],
    ['specs/ a', 'a part of its name begins or ends with a space'],
    ['specs/a /b', 'a part of its name begins or ends with a space'],
    [`specs/${'ä'.repeat(128)}`, 'a part of its name is longer than 255 bytes'],
    [`specs/${'abcdefghi/'.repeat(410)}x`, 'its name is longer than 4096 bytes'],
  ])('%#: %j', (path, problem) => {
    expect(problemOf(path)).toBe(problem);
  });
});

test.each([
  'specs/001-login/spec.md',
  'specs/001-login/contracts/openapi.yaml',
  'specs/001-login/.gitkeep',
  'specs/001-login/.gitignore',
  'specs/git/config',
  'specs/x.git',
  'specs/.github/x',
  'specs/with space/größe 😀.md',
  `specs/${'x'.repeat(255)}`,
])('an ordinary path is fine: %s', (path) => {
  expect(problemOf(path)).toBeUndefined();
});

test.each([
  ['README', 'readme'],
  ['Gro\u{DF}e', 'GROSSE'],
  ['caf\u{E9}', 'cafe\u{301}'],
  ['\u{17F}pec', 'SPEC'],
  ['\u{212A}elvin', 'kelvin'],
  ['a\u{200D}b', 'ab'],
])('%j and %j are one name to some file system', (one, other) => {
  expect(fold(one)).toBe(fold(other));
});
