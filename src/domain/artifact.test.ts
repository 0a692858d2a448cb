import { expect, test } from 'vitest';

import { ARTIFACT_TYPES } from './artifact.ts';

test('an artifact has one of the ten types of the contract', () => {
  expect(new Set(ARTIFACT_TYPES).size).toBe(10);
  for (const type of ARTIFACT_TYPES) expect(type).toMatch(/^[a-z]+(?:_[a-z]+)*$/u);
});
