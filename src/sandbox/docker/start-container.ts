import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import { makeDirectory } from '../../lib/make-directory.ts';
import type { SandboxCommand } from '../port.ts';
import { currentWorker, markerValue } from '../worker-marker.ts';
import { containerName, LABELS } from './container-names.ts';
import type { ContainerOptions } from './container-options.ts';
import { containerSpec } from './container-spec.ts';
import { findState, removeContainer } from './container-state.ts';
import { answered, isAway, isStatus } from './docker-client.ts';
import { ensureGateway, gatewayDirectories } from './gateway-container.ts';
import { jobUser, layFiles } from './hand-over.ts';
import { pinImage } from './job-image.ts';
import type { BegunGateway } from './tell-config.ts';

/** Large prompts and working copies take the daemon longer. */
const START_MS = 60_000;
const VISIBLE_MS = 5000;
const LOOK_MS = 20;

/**
 * Make the container, lay what it sees of the host, and start its agent and, where it needs one, the gateway of the run. Whoever
 * makes the container starts it: when there is one of that name already, somebody else was faster. @throws what the daemon says
 */
export async function startContainer(
  docker: Docker,
  options: ContainerOptions,
  command: SandboxCommand,
): Promise<void> {
  // The daemon would cut it off there without a word.
  if ([...command.argv, ...Object.values(command.env)].some((text) => text.includes('\0')))
    throw new Error('an argument or a variable of the agent holds a NUL byte');
  const stdinFile = path.join(command.stateDirectory, `${command.phase}.${command.attempt}.stdin`);
  const imageId = await pinImage(docker, options.image, command.stateDirectory);
  const name = containerName(command);
  const marker = { ...command, execution: `${command.phase}.${command.attempt}`, ...(await currentWorker()) };
  const spec = containerSpec(command, {
    name,
    imageId,
    runtime: options.runtime,
    user: jobUser(),
    labels: {
      [LABELS.runId]: command.runId,
      [LABELS.role]: 'agent',
      [LABELS.worker]: markerValue(marker),
    },
    stdinFile,
    gatewayDirectory: command.needsNetwork ? gatewayDirectories(command).socket : undefined,
    limits: options.limits,
    limitS: seconds(command.deadlineMs + options.unwatchedMs),
    graceS: seconds(options.graceMs),
  });
  await makeMountSources(command, stdinFile);
  const ours = await create(docker, name, spec);
  try {
    const gateway = command.needsNetwork
      ? ensureGateway(docker, options, { needs: command, imageId })
      : undefined;
    // In this order: only one may write into the directories of an agent that is about to start.
    const [begun] = await Promise.all([gateway, ours && layFiles(command, stdinFile)]);
    // The entry point waits for the gateway, too: the two begin side by side.
    await (ours === undefined ? begun?.listening : startAgent(ours, begun));
  } catch (thrown) {
    // One that nobody starts would be taken for one that is about to start.
    if (ours !== undefined) await removeContainer(ours, false).catch(() => undefined);
    throw thrown;
  }
}

async function startAgent(container: Docker.Container, gateway: BegunGateway | undefined): Promise<void> {
  await answered((abortSignal) => container.start({ abortSignal }), START_MS);
  try {
    await gateway?.listening;
  } catch (thrown) {
    await removeContainer(container, true);
    throw thrown;
  }
}

/** The daemon makes no container whose mounts have no source. Touches nothing that is there: it may be another's. */
async function makeMountSources(command: SandboxCommand, stdinFile: string): Promise<void> {
  await makeDirectory(command.stateDirectory, 0o700);
  const handle = await open(stdinFile, 'a');
  // Whatever the umask: the agent is another user, and its directory is this user's alone.
  await handle.chmod(0o644);
  await handle.close();
  if (command.needsNetwork) await makeDirectory(gatewayDirectories(command).socket, 0o755);
}

/**
 * The container by its id, where this call made it; `undefined` when there is one of this name. By its name, a worker that was slow would
 * start one that another worker made after it had removed ours.
 */
async function create(
  docker: Docker,
  name: string,
  spec: Docker.ContainerCreateOptions,
): Promise<Docker.Container | undefined> {
  try {
    return await answered((abortSignal) => docker.createContainer({ ...spec, abortSignal }));
  } catch (thrown) {
    if (isStatus(thrown, 409)) {
      await awaitVisible(docker.getContainer(name));
      return undefined;
    }
    // An answer that got lost: the container may be there all the same, and nobody else will start it.
    const state = isAway(thrown) ? await findState(docker.getContainer(name)) : undefined;
    const isOurs = state?.phase === 'created' && state.marker === spec.Labels?.[LABELS.worker];
    if (isOurs) return docker.getContainer(state.id);
    throw thrown;
  }
}

/** A name is taken a moment before the daemon finds the container that has it. */
async function awaitVisible(container: Docker.Container): Promise<void> {
  const endMs = performance.now() + VISIBLE_MS;
  while ((await findState(container)) === undefined && performance.now() < endMs) await delay(LOOK_MS);
}

function seconds(ms: number): number {
  return Math.max(Math.ceil(ms / 1000), 1);
}
