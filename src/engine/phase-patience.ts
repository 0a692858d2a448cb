import type { AppError } from '../domain/app-error.ts';
import type { Clock } from '../lib/clock.ts';

/** How long a phase puts up with passing faults. */
export interface Patience {
  /** How long to wait before the phase is tried again after this failure, in ms; `undefined` to give up. */
  pauseAfter(failure: AppError): number | undefined;
}

/** Passing faults are tried this often, with 1 s and 4 s between. */
const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 1_000;
/** How long a phase waits at most, all told: longer than the hour after which forges count anew. */
export const MAX_WAIT_MS = 75 * 60_000;
const MAX_WAITS = 10;

/** The patience of one phase. A wait that somebody asked for is no try: it is waited out, within bounds of its own. */
export function phasePatience(clock: Pick<Clock, 'nowMs'>): Patience {
  let tries = 0;
  let waits = 0;
  let waitedMs = 0;
  return {
    pauseAfter({ isTransient, retryAtMs }) {
      if (!isTransient) return undefined;
      if (retryAtMs === undefined) {
        tries += 1;
        return tries < MAX_TRIES ? FIRST_PAUSE_MS * 4 ** (tries - 1) : undefined;
      }
      const pauseMs = Math.max(retryAtMs - clock.nowMs(), 0);
      waits += 1;
      waitedMs += pauseMs;
      return waits <= MAX_WAITS && waitedMs <= MAX_WAIT_MS ? pauseMs : undefined;
    },
  };
}
