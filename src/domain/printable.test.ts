import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { printable, printableJson } from './printable.ts';

/** First and last of each row. Spelled out here once more, so that a gap in the one list is not a gap in the other. */
const OBEYED_OR_HIDDEN = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe007f],
] as const;

function obeyedOrHidden(text: string): readonly string[] {
  return Array.from(text).filter((character) => {
    const code = Number(character.codePointAt(0));
    // What no version of Unicode has assigned yet cannot be known.
    return (
      /\P{Cn}/u.test(character) && OBEYED_OR_HIDDEN.some(([first, last]) => first <= code && code <= last)
    );
  });
}

/** Random text, rich in what this is about. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u{1B}[31m',
        '\u{1B}]0;title\u{7}',
        '\u{9B}2J',
        '\r',
        '\u{202E}',
        '\u{200B}',
        '\u{E0041}',
        '\uD800',
      ),
    ),
  )
  .map((parts) => parts.join(''));

describe('text for a terminal', () => {
  test.each([
    ['plain text, tabs\tand lines\n', 'plain text, tabs\tand lines\n'],
    ['Straße, 日本, 👍', 'Straße, 日本, 👍'],
    ['a\u{1B}[31mred', String.raw`a\x1b[31mred`],
    ['a\rb\r\nc', 'a\\x0db\nc'],
    ['\u{9B}2J', String.raw`\x9b2J`],
    ['user\u{202E}txt.exe', String.raw`user\u202etxt.exe`],
    ['a\u{E0041}b', String.raw`a\u{e0041}b`],
    ['half \uD83D', String.raw`half \ud83d`],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('holds nothing a terminal obeys or hides, whatever was in it', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = printable(text);
        expect(obeyedOrHidden(shown)).toEqual([]);
        expect(shown.isWellFormed()).toBe(true);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});

describe('JSON for a terminal', () => {
  test('is the same document, and holds nothing a terminal obeys or hides', () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(0, 2), (text, indent) => {
        const json = printableJson(JSON.stringify({ [text]: [text] }, null, indent));
        expect(obeyedOrHidden(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
      }),
    );
  });
});
