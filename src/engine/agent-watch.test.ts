import { describe, expect, it } from 'vitest';

import { appError } from '../domain/app-error.ts';
import type { Clock } from '../lib/clock.ts';
import { watchAgent } from './agent-watch.ts';
import type { RunSession } from './run-session.ts';

const LIMITS = { stallTimeoutMs: 1_000, completionGraceMs: 300 };

/** A clock that stands still until it is told. */
function handClock() {
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  const state = { nowMs: 0 };
  const clock: Clock = {
    nowMs: () => state.nowMs,
    monotonicMs: () => state.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { untilMs: state.nowMs + ms, wake: resolve };
        if (signal?.aborted) return resolve();
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const advance = async (ms: number) => {
    state.nowMs += ms;
    for (const sleeper of sleepers)
      if (sleeper.untilMs <= state.nowMs) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { clock, advance };
}

function watched() {
  const { clock, advance } = handClock();
  const controller = new AbortController();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it looks at nothing else of a session
  const session = { deps: { clock, settings: LIMITS }, signal: controller.signal } as unknown as RunSession;
  return { watch: watchAgent(session), advance, abort: (reason: Error) => controller.abort(reason) };
}

describe('watching an agent', () => {
  it('stops one that says nothing for too long', async () => {
    const { watch, advance } = watched();
    await advance(999);
    expect(watch.signal.aborted).toBe(false);
    await advance(1);
    await advance(250);
    expect([watch.signal.aborted, watch.verdict()]).toEqual([true, 'stalled']);
  });

  it('begins anew with every word, also one that a busy worker reads late', async () => {
    const { watch, advance } = watched();
    await advance(900);
    watch.heard();
    await advance(1_100);
    watch.heard();
    await advance(250);
    await advance(700);
    expect(watch.signal.aborted).toBe(false);
    await watch[Symbol.asyncDispose]();
  });

  it('stops one that goes on after its final event, however much it says', async () => {
    const { watch, advance } = watched();
    watch.finished();
    await advance(200);
    watch.heard();
    watch.finished();
    await advance(100);
    expect([watch.signal.aborted, watch.verdict()]).toEqual([true, 'lingering']);
  });

  it('ends it when the run is cancelled, and lets go of it when the run was taken over', async () => {
    const cancelled = watched();
    cancelled.abort(appError('cancelled', { run_id: 'x' }));
    expect([cancelled.watch.signal.aborted, cancelled.watch.release.aborted]).toEqual([true, false]);
    const taken = watched();
    taken.abort(appError('lease_lost', { run_id: 'x' }));
    expect([taken.watch.signal.aborted, taken.watch.release.aborted]).toEqual([false, true]);
    expect(taken.watch.verdict()).toBeUndefined();
  });

  it('says nothing once it is over', async () => {
    const { watch, advance } = watched();
    watch.finished();
    await watch[Symbol.asyncDispose]();
    await advance(5_000);
    expect([watch.signal.aborted, watch.verdict()]).toEqual([false, undefined]);
  });
});
