import { constants } from 'node:os';
import type Docker from 'dockerode';

/** What the daemon says of a container. */
export interface ContainerState {
  /** `created` until its agent was started. */
  readonly phase: 'created' | 'running' | 'ended';
  readonly exitCode: number | null;
  /** `SIGXFSZ` means that it wrote more than the sandbox keeps. */
  readonly signalName: string | null;
  readonly isOutOfMemory: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** An init reports the signal that ended its child as 128 and its number. */
const SIGNAL_BASE = 128;
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

/** Look at a container; `undefined` when there is none. */
export async function findState(container: Docker.Container): Promise<ContainerState | undefined> {
  try {
    const { State: state } = await container.inspect();
    const hasEnded = (PHASES[state.Status] ?? 'ended') === 'ended';
    const signalName = hasEnded ? (SIGNALS.get(state.ExitCode - SIGNAL_BASE) ?? null) : null;
    return {
      phase: PHASES[state.Status] ?? 'ended',
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

/** Whether a daemon answered with this HTTP status. */
export function isStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof Error && 'statusCode' in thrown && thrown.statusCode === status;
}
