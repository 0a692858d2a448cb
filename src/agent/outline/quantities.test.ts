import { expect, it } from 'vitest';

import { findQuantities } from './quantities.ts';

const FOUND: Readonly<Record<string, readonly string[]>> = {
  'It answers within 2 seconds': ['within 2 seconds upper time'],
  'At most 50 results per page': ['At most 50 results upper count'],
  'must not be longer than 200 characters': ['not longer than 200 characters upper length'],
  'An order over 100 € needs a call': ['over 100 € threshold money'],
  'at least 8 characters': ['at least 8 characters lower length'],
  'files up to 25 MB for 95 % of users': ['up to 25 MB upper size', '95 % none share'],
  'for up to 10,000 notes': ['up to 10,000 notes upper count'],
  'höchstens 30 Minuten': ['höchstens 30 Minuten upper time'],
  'by 2026-01-31 in version 1.2.3': [],
};

for (const [sentence, expected] of Object.entries(FOUND)) {
  it(`“${sentence}” holds ${expected.length === 0 ? 'no quantity' : expected.join(' and ')}`, () => {
    expect(findQuantities(sentence).map(({ text, bound, kind }) => `${text} ${bound} ${kind}`)).toEqual(
      expected,
    );
  });
}
