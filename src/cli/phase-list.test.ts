import { stripVTControlCharacters } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyEvent, emptyPhaseList, renderPhaseList } from './phase-list.ts';

const AT = '2026-01-01T00:00:00.000Z';

function rendered(note: string, columns: number): readonly string[] {
  const started = { type: 'phase_started', seq: 1, at: AT, phase: 'speckit_specify', attempt: 1 } as const;
  const progressed = {
    type: 'phase_progressed',
    seq: 2,
    at: AT,
    phase: 'speckit_specify',
    text: note,
  } as const;
  const lines = applyEvent(applyEvent(emptyPhaseList(), started), progressed);
  const text = renderPhaseList(lines, { nowMs: Date.parse(AT) + 3_599_000, columns });
  return text.split('\n').map((line) => stripVTControlCharacters(line));
}

describe('the live phase list', () => {
  it('shows title, time and note where there is room', () => {
    expect(rendered('surveyed 3 files', 80).join('\n')).toMatch(/ 59 min 59 s {2}surveyed 3 files$/mu);
  });

  it('is never wider than the terminal and never longer than its phases, whatever an agent says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 200 }), (note, columns) => {
        const lines = rendered(note, columns);
        expect(lines).toHaveLength(10);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('keeps the beginning of each title on the narrowest terminal', () => {
    const lines = rendered('surveyed', 20);
    expect(lines.every((line) => /^.{3}\p{Lu}\p{L}{2}/u.test(line))).toBe(true);
  });
});

/** Columns by the rule of thumb that East Asian characters and emoji take two; our symbols and dots take one. */
function widthOf(line: string): number {
  const columns = Array.from(line, (character) => {
    const code = Number(character.codePointAt(0));
    return code >= 0x11_00 && !(code >= 0x20_00 && code < 0x30_00) ? 2 : 1;
  });
  return columns.reduce<number>((sum, width) => sum + width, 0);
}
