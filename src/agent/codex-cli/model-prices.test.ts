import { expect, it } from 'vitest';

import { costOf } from './model-prices.ts';

const tokens = { input: 1_000_000, cached: 400_000, cacheWrite: 100_000, output: 10_000 };

it('prices what was cached, what was written to the cache, and the rest, each as its own', () => {
  expect(costOf('gpt-6-sol', tokens)).toBeCloseTo(0.5 * 2 + 0.4 * 0.2 + 0.1 * 2.5 + 0.01 * 10, 10);
});

it('prices writing to the cache as input where it has no price of its own', () => {
  expect(costOf('gpt-5.5', tokens)).toBeCloseTo(0.6 * 5 + 0.4 * 0.5 + 0.01 * 30, 10);
});

it.each([undefined, 'gpt-unknown', 'toString', '__proto__'])('knows no price of %s', (model) => {
  expect(costOf(model, tokens)).toBeNull();
});
