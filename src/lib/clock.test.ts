import { describe, expect, it } from 'vitest';

import { systemClock } from './clock.ts';

const NEVER_MS = 1_000_000;

describe('systemClock', () => {
  it('tells the time of day, and a time that does not step back', () => {
    const clock = systemClock();
    const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()];
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(1000);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(monotonicMs);
  });

  it('sleeps as long as asked', async () => {
    const clock = systemClock();
    const startedMs = clock.monotonicMs();
    await clock.sleep(30);
    expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(29);
  });

  it('wakes early, without an error, when the signal fires or has fired', async () => {
    const clock = systemClock();
    await clock.sleep(NEVER_MS, AbortSignal.abort());
    const controller = new AbortController();
    const sleeping = clock.sleep(NEVER_MS, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).resolves.toBeUndefined();
  });
});
