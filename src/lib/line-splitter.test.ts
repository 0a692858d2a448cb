import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { lineSplitter } from './line-splitter.ts';

function split(chunks: readonly (string | Uint8Array)[], maxChars = 1000): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter(maxChars, (line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return lines;
}

describe('lineSplitter', () => {
  it('emits complete lines without their break, and the rest at the end', () => {
    expect(split(['one\ntw', 'o\n\nthr', 'ee'])).toEqual(['one', 'two', '', 'three']);
    expect(split(['one\n'])).toEqual(['one']);
    expect(split([])).toEqual([]);
  });

  it('emits a line as soon as its break is there', () => {
    const lines: string[] = [];
    const splitter = lineSplitter(10, (line) => lines.push(line));
    splitter.push(Buffer.from('half'));
    expect(lines).toEqual([]);
    splitter.push(Buffer.from(' line\nmore'));
    expect(lines).toEqual(['half line']);
  });

  it('takes a carriage return before the break for a part of it, also when they come apart', () => {
    expect(split(['one\r', '\ntwo\r\n', 'a\rb\n'])).toEqual(['one', 'two', 'a\rb']);
  });

  it('puts characters together that come in pieces, and replaces what is no character', () => {
    const bytes = Buffer.from('é€😀\n');
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(split(single)).toEqual(['é€😀']);
    expect(split([Uint8Array.of(0x61, 0xff, 0x0a, 0xc3)])).toEqual(['a\uFFFD', '\uFFFD']);
  });

  it('cuts a line beyond the bound at once, drops the rest of it, and goes on with the next', () => {
    const lines: string[] = [];
    const splitter = lineSplitter(4, (line) => lines.push(line));
    splitter.push(Buffer.from('abcde'));
    expect(lines).toEqual(['abcd [line cut]']);
    splitter.push(Buffer.from('fgh'));
    splitter.push(Buffer.from('ij\nnext\n'));
    splitter.end();
    expect(lines).toEqual(['abcd [line cut]', 'next']);
  });

  it('leaves no half of a character where it cuts', () => {
    expect(split(['abc😀d\n'], 4)).toEqual(['abc\uFFFD [line cut]']);
    expect(split(['ab😀d\n'], 4)).toEqual(['ab😀 [line cut]']);
  });

  it('gives the same lines however the bytes come in chunks', () => {
    const letters = fc.constantFrom('a', 'é', '€', '😀', '\n', '\n', '\r', '\r\n', ' ');
    const text = fc.oneof(
      fc.array(letters, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    );
    const cuts = fc.array(fc.nat(120), { maxLength: 12 });
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 30 }), (bytes, places, maxChars) => {
        const sorted = [0, ...places.toSorted((one, other) => one - other), bytes.byteLength];
        const chunks = sorted.map((place, index) => bytes.subarray(place, sorted[index + 1]));
        expect(split(chunks, maxChars)).toEqual(split([bytes], maxChars));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with splitting the whole text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
        const plain = lines.map((line) => line.replaceAll(/[\r\n]/gu, ''));
        expect(split([plain.map((line) => `${line}\n`).join('')])).toEqual(plain);
      }),
    );
  });
});
