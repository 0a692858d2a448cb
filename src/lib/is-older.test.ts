import { describe, expect, it } from 'vitest';

import { isOlder } from './is-older.ts';

describe('isOlder', () => {
  it('compares numbers, not letters, from left to right', () => {
    expect(isOlder('2.9.0', '2.39.0')).toBe(true);
    expect(isOlder('2.39.5', '2.39.0')).toBe(false);
    expect(isOlder('24.12.0', '24.12.0')).toBe(false);
    expect(isOlder('20.20.2', '24.12.0')).toBe(true);
    expect(isOlder('3', '2.39.0')).toBe(false);
  });
});
