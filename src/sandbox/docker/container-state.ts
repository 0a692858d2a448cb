import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import { LABELS } from './container-names.ts';
import { answered, isAway, isStatus } from './docker-client.ts';

/** What the daemon says of a container. */
export interface ContainerState {
  /** Names are given again; this never is. */
  readonly id: string;
  /** The marker of the worker that made it. */
  readonly marker: string | undefined;
  /** `created` until its agent was started. */
  readonly phase: 'created' | 'running' | 'ended';
  readonly exitCode: number | null;
  readonly signalName: string | null;
  readonly isOutOfMemory: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** An init reports the signal that ended its child as 128 and its number. */
const SIGNAL_BASE = 128;
const AWAY_MS = 60_000;
const LOOK_MS = 100;
const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
const PHASES: Readonly<Record<string, ContainerState['phase']>> = {
  created: 'created',
  running: 'running',
  paused: 'running',
  restarting: 'running',
  removing: 'ended',
  exited: 'ended',
  dead: 'ended',
};

/** Look at a container; `undefined` when there is none. @throws what the daemon says */
export async function findState(container: Docker.Container): Promise<ContainerState | undefined> {
  try {
    const seen = await answered((abortSignal) => container.inspect({ abortSignal }));
    const { State: state } = seen;
    const phase = PHASES[state.Status] ?? 'ended';
    const hasEnded = phase === 'ended';
    const signalName = hasEnded ? (SIGNALS.get(state.ExitCode - SIGNAL_BASE) ?? null) : null;
    return {
      id: seen.Id,
      marker: seen.Config.Labels[LABELS.worker],
      phase,
      exitCode: hasEnded && signalName === null ? state.ExitCode : null,
      signalName,
      isOutOfMemory: state.OOMKilled,
      startedAtMs: Date.parse(state.StartedAt),
      endedAtMs: Date.parse(state.FinishedAt),
    };
  } catch (thrown) {
    if (isStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

/** The same, but a daemon that is away for a while is waited for: it may be starting again. @throws what the daemon says, after a minute */
export async function findStateAgain(container: Docker.Container): Promise<ContainerState | undefined> {
  const endMs = performance.now() + AWAY_MS;
  for (;;) {
    try {
      return await findState(container);
    } catch (thrown) {
      if (!isAway(thrown) || performance.now() > endMs) throw thrown;
    }
    await delay(LOOK_MS);
  }
}

/** Remove a container, with `isForced` also one that runs. One that is gone (404) or going (409) is fine. */
export async function removeContainer(container: Docker.Container, isForced: boolean): Promise<void> {
  try {
    await answered((abortSignal) => container.remove({ force: isForced, v: true, abortSignal }));
  } catch (thrown) {
    if (!isStatus(thrown, 404) && !isStatus(thrown, 409)) throw thrown;
  }
}
