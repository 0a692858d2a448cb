import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { codeBlock, codeSpan, cutText, inlineText, neutralise, quoteBlock, tableCell } from './markdown.ts';

const ZERO_WIDTH_SPACE = '\u{200B}';

/** What a forge acts on: mentions, references in their three spellings, comments, tags and images. */
const ACTIVE = /@[\p{L}\p{N}_]|#\d|\bGH-\d|\/(?:issues|pull|commit)\/[0-9a-f]|<[!/?a-z]|!\[/iu;

describe('neutralised text', () => {
  test.each([
    'ask @octocat and @acme/team',
    'closes #1, Fixes acme/shop#22 and GH-3',
    'resolves https://github.com/acme/shop/issues/4 and https://github.com/acme/shop/pull/5',
    'see https://github.com/acme/shop/commit/0f1e2d3c',
    '<!-- spec-automation-run:0f1e2d3c -->',
    '<img src=x onerror=alert(1)></img>',
    '![](https://example.org/pixel.png)',
    '@@octocat ##1 <<!--',
  ])('looks the same and does nothing: %s', (text) => {
    const harmless = neutralise(text);
    expect(harmless).not.toMatch(ACTIVE);
    expect(harmless.replaceAll(ZERO_WIDTH_SPACE, '')).toBe(text);
  });

  test('is not changed when it is harmless already', () => {
    const text = 'Mail at 5 @ home; # heading, a < b && c > d. Great!';
    expect(neutralise(text)).toBe(text);
  });

  test('keeps line breaks and tabs, and shows other control characters', () => {
    expect(neutralise('a\r\nb\rc\n\td\0\u{9B}')).toBe('a\nb\nc\n\td\u{FFFD}\u{FFFD}');
  });

  test('is neutral whatever it was, and stays as it is the second time', () => {
    const parts = fc.constantFrom(
      '@',
      '#',
      '1',
      'a',
      '<',
      '!--',
      '-->',
      '![',
      '/issues/',
      'GH-',
      '\n',
      '\u{200B}',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (texts) => {
        const harmless = neutralise(texts.join(''));
        expect(harmless).not.toMatch(ACTIVE);
        expect(neutralise(harmless)).toBe(harmless);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('inline text is one line of bounded length', () => {
  expect(inlineText(' a\n\n## b\t@c ', 100)).toBe(`a ## b @${ZERO_WIDTH_SPACE}c`);
  expect(inlineText('abcdef', 4)).toBe('abc…');
});

test('nothing ends a code span before its end', () => {
  expect(codeSpan('a`b|c', 20)).toBe('`a\u{2CB}b\u{2502}c`');
  expect(codeSpan('', 20)).toBe('` `');
  expect(codeSpan('specs/1/spec.md', 20)).toBe('`specs/1/spec.md`');
});

test('nothing ends a code block before its end', () => {
  expect(codeBlock('ls', 'sh')).toBe('```sh\nls\n```');
  expect(codeBlock('a\n````\nb', '')).toBe('`````\na\n````\nb\n`````');
});

test('a code block can be copied as it is, but holds no comment', () => {
  expect(codeBlock('git clone git@example.org:a/b #1 <!-- x', '')).toBe(
    `\`\`\`\ngit clone git@example.org:a/b #1 <${ZERO_WIDTH_SPACE}!-- x\n\`\`\``,
  );
});

test('every line of a quote is quoted', () => {
  expect(quoteBlock('# a\n\n```\nb')).toBe('> # a\n>\n> ```\n> b');
});

test('a table cell cannot make another one', () => {
  expect(tableCell(String.raw`a | b \| c`, 20)).toBe(String.raw`a \| b \\\| c`);
});

describe('text that is cut', () => {
  test('has the length asked for and says so', () => {
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('ab…');
    expect(cutText('abcd', 0)).toBe('…');
  });

  test('holds no half character', () => {
    expect(cutText('a😀b', 3)).toBe('a…');
    expect(cutText('a😀bc', 4)).toBe('a😀…');
  });
});
