import { systemClock, type Clock } from '../../../src/lib/clock.ts';

/** What an agent may take, so that nobody waits for it to be over. */
export const AGENT_MS = 24 * 60 * 60_000;

/** Shorter waits are over soon, and longer ones are time limits. */
const SKIPPED_FROM_MS = 5_000;
const SKIPPED_BELOW_MS = 2 * 60 * 60_000;

/** The machine's clock, put forward wherever somebody would have to wait; everybody who goes by `nowMs` goes along. */
export interface VirtualClock extends Clock {
  skip(ms: number): void;
  readonly skippedMs: () => number;
}

/** Shows the machine's time until somebody waits. */
export function virtualClock(): VirtualClock {
  const clock = systemClock();
  let skippedMs = 0;
  const skip = (ms: number) => {
    skippedMs += ms;
  };
  return {
    ...clock,
    skip,
    skippedMs: () => skippedMs,
    nowMs: () => clock.nowMs() + skippedMs,
    sleep(ms, signal) {
      if (ms < SKIPPED_FROM_MS || ms >= SKIPPED_BELOW_MS) return clock.sleep(ms, signal);
      skip(ms);
      return Promise.resolve();
    },
  };
}
