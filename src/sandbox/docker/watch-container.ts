import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import type { SandboxEnding } from '../port.ts';
import { findState } from './container-state.ts';
import { answered, isAway, isStatus } from './docker-client.ts';
import type { ContainerOutput } from './follow-container.ts';
import { quotaExceeded, type QuotaLimits } from './workspace-quota.ts';

/** When it is over at the latest. */
export interface EndLimits {
  readonly deadlineMs: number;
  readonly graceMs: number;
  readonly quota: QuotaLimits;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Ends the watching only. */
  readonly release: AbortSignal;
}

/** How the watching ended. */
export interface Watched {
  readonly ending: SandboxEnding | 'flooded';
  /** True when the daemon was away meanwhile: it takes its containers with it. */
  readonly wasAway: boolean;
}

/** The kernel ends a killed process at once, unless it hangs in a device. */
const KILL_MS = 10_000;
/** Between two looks at a container whose log ended although it runs: a daemon that is restarted needs some time. */
const LOOK_MS = 100;
const AWAY_MS = 60_000;

/** Pass on what a container writes until it ended; when it has to stop ask it to, and kill it after the grace time. */
export async function watchContainer(
  container: Docker.Container,
  output: ContainerOutput,
  limits: EndLimits,
): Promise<Watched> {
  const over = new AbortController();
  const seen = { wasAway: false };
  const ended = followToEnd(container, output, { signal: over.signal, seen });
  const stopped = firstStop(output, limits, over.signal);
  try {
    const ending = await Promise.race([ended.then(() => 'exited' as const), stopped]);
    if (ending === 'exited' || ending === 'released') return { ending, ...seen };
    await kill(container, 'SIGTERM');
    if (!(await endsWithin(ended, limits.graceMs))) {
      await kill(container, 'SIGKILL');
      await endsWithin(ended, KILL_MS);
    }
    return { ending, ...seen };
  } finally {
    over.abort();
    stopped.catch(() => undefined);
    await ended.catch(() => undefined);
  }
}

interface Following {
  readonly signal: AbortSignal;
  readonly seen: { wasAway: boolean };
}

async function followToEnd(
  container: Docker.Container,
  output: ContainerOutput,
  { signal, seen }: Following,
): Promise<void> {
  let awaySinceMs: number | undefined;
  while (!signal.aborted) {
    try {
      await output.follow(signal);
      if (signal.aborted) return;
      const state = await findState(container);
      awaySinceMs = undefined;
      if (state?.phase !== 'running') return;
    } catch (thrown) {
      if (isGone(thrown) || signal.aborted) return;
      if (!isAway(thrown)) throw thrown;
      seen.wasAway = true;
      awaySinceMs ??= performance.now();
      if (performance.now() - awaySinceMs > AWAY_MS) throw thrown;
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** It is gone (404), or going (409). */
function isGone(thrown: unknown): boolean {
  return isStatus(thrown, 404) || isStatus(thrown, 409);
}

/** The first reason to stop watching that is not its end. */
async function firstStop(
  { failure, flooded }: ContainerOutput,
  { deadlineMs, quota, signal, release }: EndLimits,
  over: AbortSignal,
): Promise<Exclude<Watched['ending'], 'exited' | 'lost'>> {
  const fired = async (which: AbortSignal) => {
    if (!which.aborted) await once(which, 'abort', { signal: over });
  };
  return Promise.race([
    fired(release).then(() => 'released' as const),
    fired(signal).then(() => 'cancelled' as const),
    fired(failure).then(() => 'cancelled' as const),
    fired(flooded).then(() => 'flooded' as const),
    quotaExceeded(quota, over).then(() => 'disk_quota' as const),
    delay(Math.max(deadlineMs, 0), 'deadline' as const, { signal: over }),
  ]);
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const timer = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const isOver = await Promise.race([ended.then(() => true), timer]);
  stop.abort();
  return isOver;
}

/** One that has ended meanwhile is fine (409), and so is one that is gone (404). */
async function kill(container: Docker.Container, signal: NodeJS.Signals): Promise<void> {
  try {
    await answered((abortSignal) => container.kill({ signal, abortSignal }));
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown;
  }
}
