import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import type {
  ExecutionName,
  RunNeeds,
  Sandbox,
  SandboxCommand,
  SandboxEnding,
  SandboxObserver,
  SandboxResult,
} from '../port.ts';
import { containerName, gatewayName } from './container-names.ts';
import type { ContainerOptions } from './container-options.ts';
import { GATEWAY_ORIGIN, VARIABLE_NAMES } from './container-spec.ts';
import { findState, findStateAgain, removeContainer, type ContainerState } from './container-state.ts';
import { dockerClient, isPresent, unavailable } from './docker-client.ts';
import { containerOutput, type ContainerOutput } from './follow-container.ts';
import { ensureGateway } from './gateway-container.ts';
import { readGatewayRecord } from './gateway-record.ts';
import { pinImage } from './job-image.ts';
import { listOrphanRuns, reap } from './left-over-containers.ts';
import { preflight } from './preflight.ts';
import { readScaffold } from './read-scaffold.ts';
import { startContainer } from './start-container.ts';
import { watchContainer, type Watched } from './watch-container.ts';

/** What the sandbox takes from the host. */
export interface DockerSandboxOptions extends ContainerOptions {
  /** Unix socket of the daemon. */
  readonly socketPath: string;
}

/** Between the making of a container and the start of its agent lie the gateway and the files of the agent. */
const START_MS = 60_000;
const LOOK_MS = 50;

/**
 * Agents in containers of their own, one for each execution, with the agent as its main process and the container's name as its
 * lock. What is not there to be reached cannot be misused: no network, no secret, no file of the host but the run's own.
 */
export function dockerSandbox({ socketPath, ...options }: DockerSandboxOptions): Sandbox {
  const client = dockerClient(socketPath);
  /** Every way to the daemon, with its trouble as this sandbox's. */
  const use = async <Value>(ask: (docker: Docker) => Promise<Value>): Promise<Value> => {
    try {
      return await ask(await client());
    } catch (thrown) {
      throw unavailable(thrown);
    }
  };
  /** Gateways of runs that are being made. */
  const preparing = new Map<string, Promise<void>>();
  const settled = async (runId: string) => {
    await preparing.get(runId);
    preparing.delete(runId);
  };
  return {
    name: 'docker',
    variableNames: VARIABLE_NAMES,
    surroundings: { programs: 'image', gatewayOrigin: GATEWAY_ORIGIN },
    isPresent: () => isPresent(socketPath),
    preflight: () => use((docker) => preflight(docker, socketPath, options)),
    readScaffold: (specKitKey) => use((docker) => readScaffold(docker, options.image, specKitKey)),
    prepare: (needs) => {
      if (needs.needsNetwork) preparing.set(needs.runId, prepareGateway({ options, use }, needs));
    },
    canAdopt: (name) => use((docker) => canAdopt(docker, name)),
    execute: async (command, observe) => {
      const docker = await use((found) => Promise.resolve(found));
      await settled(command.runId);
      return execute({ docker, options, use }, command, observe);
    },
    reap: async (runId) => {
      // What is just being made would be missed.
      await settled(runId);
      return use((docker) => reap(docker, runId));
    },
    // Without a daemon there is nothing to find, and nobody to ask.
    listOrphanRuns: async () => ((await isPresent(socketPath)) ? use(listOrphanRuns) : []),
  };
}

/** Whatever goes wrong shows when the first execution asks for it again. */
async function prepareGateway({ options, use }: Omit<Bench, 'docker'>, needs: RunNeeds): Promise<void> {
  const make = async (docker: Docker) => {
    const imageId = await pinImage(docker, options.image, needs.stateDirectory);
    const { listening } = await ensureGateway(docker, options, { needs, imageId });
    await listening;
  };
  await use(make).catch(() => undefined);
}

/**
 * One that was made and never started is removed: whoever made it may still be about to start it, and finds it gone. The daemon
 * refuses to remove one that runs, so that exactly one of the two has its way.
 */
async function canAdopt(docker: Docker, name: ExecutionName): Promise<boolean> {
  const container = docker.getContainer(containerName(name));
  const state = await findState(container);
  if (state?.phase !== 'created') return state !== undefined;
  await removeContainer(docker.getContainer(state.id), false);
  return (await findState(container)) !== undefined;
}

interface Bench {
  readonly docker: Docker;
  readonly options: ContainerOptions;
  readonly use: <Value>(ask: (docker: Docker) => Promise<Value>) => Promise<Value>;
}

async function execute(
  { docker, options, use }: Bench,
  command: SandboxCommand,
  observe: SandboxObserver,
): Promise<SandboxResult> {
  const named = docker.getContainer(containerName(command));
  const before = await use(() => findState(named));
  if (before === undefined) {
    if (command.signal.aborted) return { ...NOTHING_SEEN, ending: 'cancelled' };
    await use(() => startContainer(docker, options, command));
  }
  const started = await use(() => startedState(named));
  if (started === undefined) return { ...NOTHING_SEEN, ending: 'lost' };
  const container = docker.getContainer(started.id);
  const output = containerOutput(container, observe);
  const watched = await use(() => watchContainer(container, output, limitsOf(options, command, started)));
  if (watched.ending !== 'released') await output.finish();
  output.failure.throwIfAborted();
  const ended = await use(() => findStateAgain(container));
  const result = resultOf({ watched, output, started, ended, deadlineMs: command.deadlineMs });
  if (result.exitCode === CANNOT_START && result.stderr.startsWith(CANNOT_START_WORDS))
    throw unavailable(new Error(result.stderr.trim()));
  if (!command.needsNetwork) return result;
  const gateway = await use(() => findState(docker.getContainer(gatewayName(command))));
  return { ...result, gateway: await readGatewayRecord(command, gateway?.phase !== 'running') };
}

function limitsOf(
  { graceMs, limits, reserveBytes }: ContainerOptions,
  command: SandboxCommand,
  started: ContainerState,
) {
  const { signal, release, deadlineMs, workingDirectory, homeDirectory } = command;
  return {
    deadlineMs: started.startedAtMs + deadlineMs - Date.now(),
    graceMs,
    signal,
    release,
    quota: {
      directories: [workingDirectory, homeDirectory],
      maxBytes: limits.workspaceBytes,
      maxFiles: limits.workspaceFiles,
      reserveBytes,
    },
  };
}

/** The state once the agent runs or ran; `undefined` when nobody starts it, or it is gone. */
async function startedState(container: Docker.Container): Promise<ContainerState | undefined> {
  const endMs = performance.now() + START_MS;
  for (;;) {
    const state = await findState(container);
    if (state?.phase !== 'created') return state;
    if (performance.now() > endMs) return undefined;
    await delay(LOOK_MS);
  }
}

interface Seen {
  readonly watched: Watched;
  readonly output: ContainerOutput;
  readonly started: ContainerState;
  readonly ended: ContainerState | undefined;
  readonly deadlineMs: number;
}

function resultOf({ watched, output, started, ended, deadlineMs }: Seen): SandboxResult {
  const isOver = ended?.phase === 'ended';
  const lastedMs = (isOver ? ended.endedAtMs : Date.now()) - started.startedAtMs;
  const { ending, wasAway } = watched;
  const how = howItEnded(ending, { state: ended ?? REMOVED, wasAway, isLate: lastedMs >= deadlineMs });
  return { ...how, durationMs: Math.round(lastedMs), stdout: output.stdout(), stderr: output.stderr() };
}

/** What a container that ended by itself, or by somebody else, tells of how. The first that fits counts. */
const OWN_ENDINGS: readonly {
  readonly ending: SandboxEnding;
  readonly fits: (seen: OwnEnd) => boolean;
}[] = [
  // A daemon that ends asks its containers to; nobody here did.
  {
    ending: 'lost',
    fits: ({ state, wasAway }) => state.exitCode !== 0 && (wasAway || state.signalName === 'SIGTERM'),
  },
  { ending: 'out_of_memory', fits: ({ state }) => state.exitCode !== 0 && state.isOutOfMemory },
  // The file it wrote to was as large as all of them together may be.
  { ending: 'disk_quota', fits: ({ state }) => state.signalName === 'SIGXFSZ' },
];

interface OwnEnd {
  readonly state: Pick<ContainerState, 'exitCode' | 'signalName' | 'isOutOfMemory'>;
  readonly wasAway: boolean;
  readonly isLate: boolean;
}

type HowItEnded = Pick<SandboxResult, 'ending' | 'exitCode' | 'signalName'>;

function howItEnded(ending: Watched['ending'], own: OwnEnd): HowItEnded {
  const { exitCode, signalName } = own.state;
  // Stopped by us for what it wrote: see `SandboxResult.signalName`.
  if (ending === 'flooded') return { ending: 'exited', exitCode: null, signalName: 'SIGXFSZ' };
  if (ending !== 'exited') return { ending, exitCode, signalName };
  // `timeout` says so by its exit code, which an agent may use as well.
  if (exitCode === TIMED_OUT && own.isLate)
    return { ending: 'deadline', exitCode: null, signalName: 'SIGTERM' };
  const found = OWN_ENDINGS.find(({ fits }) => fits(own));
  return { ending: found?.ending ?? 'exited', exitCode, signalName };
}

/** One that was removed while it ran was killed. */
const REMOVED = { exitCode: null, signalName: 'SIGKILL', isOutOfMemory: false };

/** What `timeout` reports when the time is up (coreutils). */
const TIMED_OUT = 124;
/** What the entrypoint reports for a program that is not there. */
const CANNOT_START = 125;
const CANNOT_START_WORDS = 'spec-automation-job: cannot start';

const NOTHING_SEEN: Omit<SandboxResult, 'ending'> = {
  exitCode: null,
  signalName: null,
  durationMs: 0,
  stdout: '',
  stderr: '',
};
