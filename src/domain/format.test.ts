import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatBytes, formatDuration, totalUsage } from './format.ts';

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [480.4, '480 ms'],
  [999.6, '1.0 s'],
  [2_440, '2.4 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min 0 s'],
  [185_000, '3 min 5 s'],
  [3_599_999, '1 h 0 min'],
  [7_260_000, '2 h 1 min'],
  [360_000_000, '100 h 0 min'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('no duration shows 60 of a unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (milliseconds) => {
      expect(formatDuration(milliseconds)).not.toMatch(/(?:^| )(?:[6-9]\d|\d{3,}) (?:s|min)/u);
    }),
  );
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KB'],
  [1536, '1.5 KB'],
  [1024 ** 2 - 1, '1.0 MB'],
  [4 * 1024 ** 2, '4.0 MB'],
  [3.25 * 1024 ** 3, '3.3 GB'],
  [5_000 * 1024 ** 3, '5000.0 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

const usage = (inputTokens: number | null, outputTokens: number | null, costUsd: number | null) => ({
  usage: { inputTokens, outputTokens, costUsd },
});

describe('usage of several attempts', () => {
  test('is added up, and what nobody reported stays unknown', () => {
    expect(totalUsage([usage(10, 2, null), { usage: null }, usage(5, null, null)])).toEqual({
      inputTokens: 15,
      outputTokens: 2,
      costUsd: null,
    });
  });

  test('is unknown when nobody reported anything', () => {
    expect(totalUsage([])).toBeNull();
    expect(totalUsage([{ usage: null }, usage(null, null, null)])).toBeNull();
  });

  test('can be a known zero', () => {
    expect(totalUsage([usage(0, 0, 0)])).toEqual({ inputTokens: 0, outputTokens: 0, costUsd: 0 });
  });
});
