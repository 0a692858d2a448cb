import { describe, expect, it } from 'vitest';

import { appError, retryAt } from '../domain/app-error.ts';
import { phasePatience } from './phase-patience.ts';

const MINUTE = 60_000;
const FAULT = appError('push_failed', { repository: 'r', problem: 'p' });
const LIMIT = appError('rate_limited', {
  forge: 'f',
  action: 'a',
  repository: 'r',
  problem: 'p',
  until: 'u',
});

describe('the patience of a phase', () => {
  it('has two more tries for a passing fault, and none for any other', () => {
    const patience = phasePatience({ nowMs: () => 0 });
    expect([FAULT, FAULT, FAULT].map((fault) => patience.pauseAfter(fault))).toEqual([
      1_000,
      4_000,
      undefined,
    ]);
    expect(phasePatience({ nowMs: () => 0 }).pauseAfter(appError('spec_empty', {}))).toBeUndefined();
  });

  it('waits out what it is told to wait, which costs no try', () => {
    const patience = phasePatience({ nowMs: () => MINUTE });
    expect(patience.pauseAfter(retryAt(LIMIT, 3 * MINUTE))).toBe(2 * MINUTE);
    expect(patience.pauseAfter(retryAt(LIMIT, 0))).toBe(0);
    expect(patience.pauseAfter(FAULT)).toBe(1_000);
  });

  it('gives up after more than an hour, or when it was told to wait again and again', () => {
    expect(phasePatience({ nowMs: () => 0 }).pauseAfter(retryAt(LIMIT, 76 * MINUTE))).toBeUndefined();
    const patience = phasePatience({ nowMs: () => 0 });
    const pauses = Array.from({ length: 11 }, () => patience.pauseAfter(retryAt(LIMIT, 1)));
    expect(pauses).toEqual([...Array.from({ length: 10 }, () => 1), undefined]);
  });
});
