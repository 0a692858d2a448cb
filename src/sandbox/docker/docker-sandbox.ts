import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';

import { appError, describeThrown } from '../../domain/app-error.ts';
import type {
  ExecutionName,
  Sandbox,
  SandboxCommand,
  SandboxEnding,
  SandboxObserver,
  SandboxResult,
  Wall,
} from '../port.ts';
import { findState, type ContainerState } from './container-state.ts';
import { containerOutput, type ContainerOutput } from './follow-container.ts';
import { listOrphanRuns, reap } from './left-over-containers.ts';
import { startContainer, type ContainerOptions } from './start-container.ts';
import { watchContainer } from './watch-container.ts';

/** What the sandbox takes from the host. */
export interface DockerSandboxOptions extends ContainerOptions {
  /** Unix socket of the daemon. */
  readonly socketPath: string;
}

/** A daemon that accepts and never answers must not hold a run up. */
const ANSWER_MS = 30_000;
/** Between the making of a container and the start of its agent lies one request. */
const START_MS = 5_000;
const LOOK_MS = 50;

/**
 * Agents in containers of their own, one for each execution, with the agent as its main process and the container's name as its lock.
 */
export function dockerSandbox({ socketPath, ...options }: DockerSandboxOptions): Sandbox {
  const docker = new Docker({ socketPath });
  return {
    name: 'docker',
    variableNames: ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TERM', 'NO_COLOR', 'HOSTNAME'],
    surroundings: { programs: 'image', gatewayOrigin: undefined },
    preflight: () => preflight(docker, options),
    canAdopt: (name) => canAdopt(docker, name),
    execute: (command, observe) => execute(docker, options, { command, observe }),
    reap: (runId) => reap(docker, runId),
    listOrphanRuns: () => listOrphanRuns(docker),
  };
}

/** The name of an execution's container: while there is one, there is no other. */
export function containerName({ runId, phase, attempt }: ExecutionName): string {
  return `spec-automation-${runId}-${phase}-${attempt}`;
}

async function preflight(docker: Docker, { image }: ContainerOptions): Promise<Wall> {
  try {
    const { Version: version } = await answered(docker.version());
    await answered(docker.getImage(image).inspect());
    const description = `Docker ${version}: own files, processes and user; no network, no capabilities; limited memory, processors and processes`;
    return { isConfined: true, description };
  } catch (cause) {
    throw unavailable(cause);
  }
}

/**
 * One that was made and never started is removed: whoever made it may still be about to start it, and finds it gone. The daemon
 * refuses to remove one that runs, so that exactly one of the two has its way.
 */
async function canAdopt(docker: Docker, name: ExecutionName): Promise<boolean> {
  const container = docker.getContainer(containerName(name));
  const state = await answered(findState(container));
  if (state?.phase !== 'created') return state !== undefined;
  try {
    await answered(container.remove({ force: false }));
    return false;
  } catch {
    return (await answered(findState(container))) !== undefined;
  }
}

interface Asked {
  readonly command: SandboxCommand;
  readonly observe: SandboxObserver;
}

async function execute(
  docker: Docker,
  options: ContainerOptions,
  { command, observe }: Asked,
): Promise<SandboxResult> {
  const name = containerName(command);
  const container = docker.getContainer(name);
  const before = await stateOf(container);
  if (before === undefined) {
    if (command.signal.aborted) return { ...NOTHING_SEEN, ending: 'cancelled' };
    await start(docker, options, { name, command });
  }
  const started = await startedState(container);
  if (started === undefined) return { ...NOTHING_SEEN, ending: 'lost' };
  const output = containerOutput(container, observe);
  const { signal, release, deadlineMs } = command;
  const ending = await watchContainer(container, output, {
    deadlineMs: started.startedAtMs + deadlineMs - Date.now(),
    graceMs: options.graceMs,
    signal,
    release,
  });
  if (ending !== 'released') await output.finish();
  output.failure.throwIfAborted();
  return resultOf({ ending, output, started, ended: await stateOf(container), deadlineMs });
}

async function start(
  docker: Docker,
  options: ContainerOptions,
  made: { readonly name: string; readonly command: SandboxCommand },
): Promise<void> {
  try {
    await answered(startContainer(docker, options, made));
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The state once the agent runs or ran; `undefined` when nobody starts it, or it is gone. */
async function startedState(container: Docker.Container): Promise<ContainerState | undefined> {
  const endMs = performance.now() + START_MS;
  for (;;) {
    const state = await stateOf(container);
    if (state?.phase !== 'created') return state;
    if (performance.now() > endMs) return undefined;
    await delay(LOOK_MS);
  }
}

interface Seen {
  readonly ending: SandboxEnding;
  readonly output: ContainerOutput;
  readonly started: ContainerState;
  readonly ended: ContainerState | undefined;
  readonly deadlineMs: number;
}

function resultOf({ ending, output, started, ended, deadlineMs }: Seen): SandboxResult {
  const isOver = ended?.phase === 'ended';
  const lastedMs = (isOver ? ended.endedAtMs : Date.now()) - started.startedAtMs;
  // `timeout` says so by its exit code, which an agent may use as well.
  const isTimedOut = ended?.exitCode === TIMED_OUT && lastedMs >= deadlineMs;
  return {
    ending: ending === 'exited' && isTimedOut ? 'deadline' : ending,
    exitCode: isTimedOut ? null : (ended?.exitCode ?? null),
    // One that was removed while it ran was killed.
    signalName: isTimedOut ? 'SIGTERM' : ended === undefined ? 'SIGKILL' : ended.signalName,
    durationMs: Math.round(lastedMs),
    stdout: output.stdout(),
    stderr: output.stderr(),
  };
}

async function stateOf(container: Docker.Container): Promise<ContainerState | undefined> {
  try {
    return await answered(findState(container));
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The daemon's answer, or the error that it gave none. */
async function answered<Value>(answer: Promise<Value>): Promise<Value> {
  const stop = new AbortController();
  const late = delay(ANSWER_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the Docker daemon gave no answer within ${ANSWER_MS / 1000} seconds`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    stop.abort();
    late.catch(() => undefined);
  }
}

function unavailable(cause: unknown) {
  return appError('sandbox_unavailable', { sandbox: 'docker', problem: describeThrown(cause) }, cause);
}

/** What `timeout` reports when the time is up (coreutils). */
const TIMED_OUT = 124;

const NOTHING_SEEN: Omit<SandboxResult, 'ending'> = {
  exitCode: null,
  signalName: null,
  durationMs: 0,
  stdout: '',
  stderr: '',
};
