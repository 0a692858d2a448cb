import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { boundedText } from './bounded-text.ts';

function textOf(pieces: readonly string[], headChars: number, tailChars: number): string {
  const text = boundedText(headChars, tailChars);
  for (const piece of pieces) text.append(piece);
  return text.toString();
}

describe('boundedText', () => {
  it('keeps text that fits as it is', () => {
    expect(textOf([], 3, 3)).toBe('');
    expect(textOf(['abc', 'def'], 3, 3)).toBe('abcdef');
  });

  it('keeps the beginning and the end, and says how much it left out', () => {
    expect(textOf(['abcdefghij'], 3, 2)).toBe('abc\n[... 5 characters left out ...]\nij');
  });

  it('keeps no beginning or no end when asked for none', () => {
    expect(textOf(['abcdef'], 0, 2)).toBe('\n[... 4 characters left out ...]\nef');
    expect(textOf(['abcdef'], 2, 0)).toBe('ab\n[... 4 characters left out ...]\n');
  });

  it('may be read between two pieces', () => {
    const text = boundedText(1, 1);
    text.append('abc');
    expect(text.toString()).toBe('a\n[... 1 characters left out ...]\nc');
    text.append('d');
    expect(text.toString()).toBe('a\n[... 2 characters left out ...]\nd');
  });

  it('depends on the text alone, however it comes in pieces', () => {
    const pieces = fc.array(fc.string({ maxLength: 12 }), { maxLength: 30 });
    const bound = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(pieces, bound, bound, (parts, headChars, tailChars) => {
        const whole = parts.join('');
        const missing = whole.length - headChars - tailChars;
        const expected =
          missing <= 0
            ? whole
            : `${whole.slice(0, headChars)}\n[... ${missing} characters left out ...]\n${whole.slice(whole.length - tailChars)}`;
        expect(textOf(parts, headChars, tailChars)).toBe(expected);
      }),
    );
  });
});
