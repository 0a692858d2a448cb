import { describe, expect, it } from 'vitest';

import { readSpec } from './read-spec.ts';

/** Lines that begin like many things and turn out to be none of them only at their end. */
const LINES: Readonly<Record<string, (length: number) => string>> = {
  'a rule that ends in a word': (length) => `${'- '.repeat(length)}x`,
  'a heading that ends in marks': (length) => `# ${'# '.repeat(length)}x`,
  'a heading with a gap': (length) => `# a${' '.repeat(length)}b`,
  'a gap before a dash': (length) => `${' '.repeat(length)}-`,
  'a gap made of tabs': (length) => `${'\t'.repeat(length)}x`,
  'the rule of a table, broken': (length) => `|${'-|'.repeat(length)}x`,
  'a rule below a word': (length) => `a\n${'='.repeat(length)}x`,
  'a label that never ends': (length) => '**a'.repeat(length),
  'dots after a heading': (length) => `# a${'.'.repeat(length)}b`,
};
const LENGTH = 40_000;
/** Below this, other things than the length decide. */
const FLOOR_MS = 25;

function costOf(specText: string): number {
  const before = process.cpuUsage();
  readSpec({ specText, clarifications: [], notes: null });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('reading a line four times as long', () => {
  for (const [what, lineOf] of Object.entries(LINES)) {
    // Its square would be sixteen times as much.
    it(`costs four times as much and not its square: ${what}`, () => {
      const short = Math.max(costOf(lineOf(LENGTH)), FLOOR_MS);
      expect(costOf(lineOf(4 * LENGTH))).toBeLessThan(8 * short);
    });
  }
});
