import { setTimeout as delay } from 'node:timers/promises';

/** Time as the engine sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. Only for names and records: leases go by the database's clock. */
  nowMs(): number;
  /** Milliseconds that never step back, for durations. */
  monotonicMs(): number;
  /** Wait; returns early, without an error, when `signal` fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    },
  };
}
