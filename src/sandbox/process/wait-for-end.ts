import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxEnding } from '../port.ts';
import { signalGroup } from './kill-tree.ts';
import type { AgentProcess } from './start-agent.ts';

/** When an execution is over at the latest. */
export interface EndLimits {
  readonly deadlineMs: number;
  readonly graceMs: number;
  /** Each of them ends it early. */
  readonly signals: readonly AbortSignal[];
}

/** The kernel ends a killed process at once, unless it hangs in a device: then it is left behind. */
const KILL_MS = 5_000;

/** Wait for the agent itself; at the deadline or on cancel ask it to stop, and kill it after the grace time. */
export async function waitForEnd(child: AgentProcess, limits: EndLimits): Promise<SandboxEnding> {
  const exited = once(child, 'exit');
  const ending = await firstEnding(exited, limits);
  if (ending === 'exited') return ending;
  signalGroup(child.pid, 'SIGTERM');
  await within(limits.graceMs, exited);
  signalGroup(child.pid, 'SIGKILL');
  await within(KILL_MS, exited);
  return ending;
}

async function firstEnding(exited: Promise<unknown>, limits: EndLimits): Promise<SandboxEnding> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    return await Promise.race([
      exited.then(() => 'exited' as const),
      delay(limits.deadlineMs, 'deadline' as const, { signal }).catch(() => 'deadline' as const),
      ...limits.signals.map((each) => whenAborted(each, signal)),
    ]);
  } finally {
    stop.abort();
  }
}

async function whenAborted(signal: AbortSignal, stop: AbortSignal): Promise<'cancelled'> {
  if (!signal.aborted) await once(signal, 'abort', { signal: stop }).catch(() => undefined);
  return 'cancelled';
}

/** Wait for something, but not for long; leaves no timer behind. */
async function within(ms: number, awaited: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const timer = delay(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([awaited, timer]);
  stop.abort();
}
