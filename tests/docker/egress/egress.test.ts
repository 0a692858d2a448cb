import { describe, expect, it } from 'vitest';

import { whyNoDocker } from '../attacks/rig.ts';
import { LEVELS, runBattery, runControls, type Level } from './battery.ts';

const problem = await whyNoDocker();
const LEAST_ATTEMPTS = 40;
const NAMES: readonly Level[] = ['sealed', 'root', 'reachable list'];

describe.skipIf(problem !== undefined)(`a way out of a container${problem ?? ''}`, () => {
  it.each(NAMES.map((level) => [level, LEVELS[level]] as const))('is not found: %s (%s)', async (level) => {
    const { tried, hits, allowed, permitted } = await runBattery(level);
    expect(tried.length).toBeGreaterThanOrEqual(LEAST_ATTEMPTS);
    expect(tried.filter(({ answer }) => /sink|not tried/u.test(answer))).toEqual([]);
    expect({ hits, allowed }).toEqual({ hits: [], allowed: [] });
    expect(permitted?.arrived).toBe(permitted?.of);
  });

  it('is found in an ordinary network, and through a gateway without rules', async () => {
    const { tried, missed, hits } = await runControls();
    expect(missed).toEqual([]);
    expect(hits).toBeGreaterThanOrEqual(tried.length);
  });
});
