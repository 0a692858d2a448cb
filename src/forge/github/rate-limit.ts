/** What an answer says of limits; header names in small letters. */
export interface LimitWords {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** How long to wait where GitHub limits without saying for how long: a minute, then twice as long each time. */
const UNTOLD_MS = 60_000;
const UNTOLD_MAX_MS = 60 * 60_000;
const LEAST_MS = 1_000;
const MOST_MS = 24 * 60 * 60_000;
const LIMIT_WORDS = /rate limit|abuse detection|submitted too quickly/iu;

/**
 * When one login may ask again. GitHub may block a login that asks while it was told to wait, so nobody here does, whichever run it
 * works for (docs.github.com, "Best practices for using the REST API").
 */
export interface RateLimitGate {
  /** Until when nothing may be asked; `undefined` when something may. */
  closedUntilMs(): number | undefined;
  /** Take note of an answer. */
  note(answer: LimitWords): void;
}

/** A gate that is open. */
export function rateLimitGate(nowMs: () => number): RateLimitGate {
  let untilMs = 0;
  let untold = 0;
  return {
    closedUntilMs: () => (untilMs > nowMs() ? untilMs : undefined),
    note(answer) {
      const told = toldUntilMs(answer, nowMs());
      if (told === undefined && !isLimit(answer)) {
        if (answer.status < 400) untold = 0;
        return;
      }
      const guessed = nowMs() + Math.min(UNTOLD_MS * 2 ** untold, UNTOLD_MAX_MS);
      if (told === undefined) untold += 1;
      const untilToldMs = told === undefined ? guessed : bounded(told, nowMs());
      untilMs = Math.max(untilMs, untilToldMs);
    },
  };
}

/** A time that is over already, or that no clock shows, is a mistake of somebody's. */
function bounded(toldMs: number, nowMs: number): number {
  return Math.min(Math.max(toldMs, nowMs + LEAST_MS), nowMs + MOST_MS);
}

/** True for an answer that says no because too much was asked. */
function isLimit({ status, headers, text }: LimitWords): boolean {
  if (status === 429) return true;
  const isOut = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
  return status === 403 && (isOut || LIMIT_WORDS.test(text));
}

/** What the headers say; `undefined` when they say nothing. The last request of an hour tells, too, that it was the last. */
function toldUntilMs(answer: LimitWords, nowMs: number): number | undefined {
  const { headers } = answer;
  const isRefused = isLimit(answer);
  const after = headers['retry-after'];
  if (isRefused && after !== undefined) {
    const atMs = /^[\d.]+$/u.test(after) ? nowMs + Number(after) * 1000 : Date.parse(after);
    if (!Number.isNaN(atMs)) return atMs;
  }
  const isLast = headers['x-ratelimit-remaining'] === '0';
  const resetS = Number(headers['x-ratelimit-reset']);
  if (!isLast || !Number.isFinite(resetS)) return undefined;
  // GitHub counts by its own clock, in whole seconds.
  const serverMs = Date.parse(headers['date'] ?? '');
  return (resetS + 1) * 1000 + (Number.isNaN(serverMs) ? 0 : nowMs - serverMs);
}
