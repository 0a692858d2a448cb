import { describe, expect, it } from 'vitest';

import { neededVersion } from './safe-version.ts';

describe('a version of git', () => {
  it.each([
    ['1.99.9', '2.39.4'],
    ['2.9.5', '2.39.4'],
    ['2.38.5', '2.39.4'],
    ['2.39.0', '2.39.4'],
    ['2.39.3', '2.39.4'],
    ['2.40.1', '2.40.2'],
    ['2.41.0', '2.41.1'],
    ['2.42.1', '2.42.2'],
    ['2.43.3', '2.43.4'],
    ['2.44.0', '2.44.1'],
    ['2.45.0', '2.45.1'],
  ])('%s has known holes; its series needs %s', (version, needed) => {
    expect(neededVersion(version)).toBe(needed);
  });

  it.each([
    '2.39.4',
    '2.39.5',
    '2.40.2',
    '2.41.3',
    '2.42.2',
    '2.43.4',
    '2.43.10',
    '2.44.1',
    '2.45.1',
    '2.46.0',
    '2.50.1',
    '3.0.0',
  ])('%s is fine', (version) => {
    expect(neededVersion(version)).toBeUndefined();
  });
});
