import { beforeEach, describe, expect, it } from 'vitest';

import { rateLimitGate, type LimitWords, type RateLimitGate } from './rate-limit.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const START = Date.UTC(2026, 0, 2);

describe('the gate of a login', () => {
  let now: number;
  let gate: RateLimitGate;
  const waits = (answer: Partial<LimitWords>) => {
    gate.note({ status: 200, headers: {}, text: '', ...answer });
    const until = gate.closedUntilMs();
    return until === undefined ? undefined : until - now;
  };

  beforeEach(() => {
    now = START;
    gate = rateLimitGate(() => now);
  });

  const reset = String((START + 5 * MINUTE) / SECOND);
  it.each<[string, Partial<LimitWords>, number | undefined]>([
    ['nothing', {}, undefined],
    ['a refusal that is no limit', { status: 403, text: 'Resource not accessible' }, undefined],
    ['a fault', { status: 502, text: 'rate limit' }, undefined],
    ['seconds to wait', { status: 403, headers: { 'retry-after': '30' } }, 30 * SECOND],
    [
      'a date to wait for',
      { status: 429, headers: { 'retry-after': 'Fri, 02 Jan 2026 00:01:00 GMT' } },
      MINUTE,
    ],
    [
      'a spent hour',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
      5 * MINUTE + SECOND,
    ],
    [
      'the last request of an hour',
      { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
      5 * MINUTE + SECOND,
    ],
    [
      'a spent hour, by a clock that is a minute ahead',
      {
        status: 429,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': reset,
          date: 'Fri, 02 Jan 2026 00:01:00 GMT',
        },
      },
      4 * MINUTE + SECOND,
    ],
    ['a time that is over', { status: 403, headers: { 'retry-after': '0' } }, SECOND],
    ['a part of a second', { status: 429, headers: { 'retry-after': '1.5' } }, 1.5 * SECOND],
    [
      'a year nobody lives to see',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999' } },
      24 * 60 * MINUTE,
    ],
    [
      'the last request of an hour, which was refused for itself',
      { status: 422, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
      5 * MINUTE + SECOND,
    ],
    ['a limit without a time', { status: 403, text: 'You have exceeded a secondary rate limit.' }, MINUTE],
    ['too much without a time', { status: 429 }, MINUTE],
    ['a header nobody can read', { status: 429, headers: { 'retry-after': 'soon' } }, MINUTE],
    ['seconds on a fault', { status: 502, headers: { 'retry-after': '9' } }, undefined],
  ])('after %s closes as long as it says', (_, answer, waitMs) => {
    expect(waits(answer)).toBe(waitMs);
  });

  it('waits twice as long each time nobody says how long, an hour at most, and forgets that after a good answer', () => {
    const limit = { status: 429 };
    const next = () => {
      const waited = waits(limit);
      now += waited ?? 0;
      return (waited ?? 0) / MINUTE;
    };
    expect([next(), next(), next(), next(), next(), next(), next(), next()]).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60,
    ]);
    gate.note({ status: 200, headers: {}, text: '' });
    expect(next()).toBe(1);
  });

  it('opens again, and never earlier because of another answer', () => {
    expect(waits({ status: 429, headers: { 'retry-after': '30' } })).toBe(30 * SECOND);
    expect(waits({ status: 429, headers: { 'retry-after': '3' } })).toBe(30 * SECOND);
    now += 30 * SECOND;
    expect(gate.closedUntilMs()).toBeUndefined();
  });
});
