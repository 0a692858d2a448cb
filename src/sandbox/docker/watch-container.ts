import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import type { SandboxEnding } from '../port.ts';
import { findState, isStatus } from './container-state.ts';
import type { ContainerOutput } from './follow-container.ts';

/** When it is over at the latest. */
export interface EndLimits {
  readonly deadlineMs: number;
  readonly graceMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Ends the watching only. */
  readonly release: AbortSignal;
}

/** The kernel ends a killed process at once, unless it hangs in a device. */
const KILL_MS = 10_000;
/** Between two looks at a container whose log ended although it runs: a daemon that was restarted needs some time. */
const LOOK_MS = 100;

/** Pass on what a container writes until it ended; at the deadline or on cancel ask it to stop, and kill it after the grace time. */
export async function watchContainer(
  container: Docker.Container,
  output: ContainerOutput,
  limits: EndLimits,
): Promise<SandboxEnding> {
  const over = new AbortController();
  const ended = followToEnd(container, output, over.signal);
  try {
    const ending = await Promise.race([
      ended.then(() => 'exited' as const),
      firstStop(output, limits, over.signal),
    ]);
    if (ending === 'exited' || ending === 'released') return ending;
    await kill(container, 'SIGTERM');
    if (await endsWithin(ended, limits.graceMs)) return ending;
    await kill(container, 'SIGKILL');
    await endsWithin(ended, KILL_MS);
    return ending;
  } finally {
    over.abort();
    await ended.catch(() => undefined);
  }
}

async function followToEnd(
  container: Docker.Container,
  output: ContainerOutput,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await output.follow(signal);
    const state = await findState(container);
    if (state?.phase !== 'running') return;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The first reason to stop watching that is not its end. */
async function firstStop(
  { failure }: ContainerOutput,
  { deadlineMs, signal, release }: EndLimits,
  over: AbortSignal,
): Promise<Exclude<SandboxEnding, 'exited' | 'lost'>> {
  const fired = async (which: AbortSignal) => {
    if (!which.aborted) await once(which, 'abort', { signal: over });
  };
  return Promise.race([
    fired(release).then(() => 'released' as const),
    fired(signal).then(() => 'cancelled' as const),
    fired(failure).then(() => 'cancelled' as const),
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
    await container.kill({ signal });
  } catch (thrown) {
    if (!isStatus(thrown, 404) && !isStatus(thrown, 409)) throw thrown;
  }
}
