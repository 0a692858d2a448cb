import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import { makeDirectory } from '../../lib/make-directory.ts';
import type { ExecutionName, RunNeeds } from '../port.ts';
import { currentWorker, markerValue } from '../worker-marker.ts';
import { gatewayName, LABELS } from './container-names.ts';
import type { ContainerOptions } from './container-options.ts';
import { findState, removeContainer } from './container-state.ts';
import { answered, isStatus } from './docker-client.ts';
import { gatewayConfig, gatewaySpec, SOCKET_NAME } from './gateway-spec.ts';
import { handOver, jobUser } from './hand-over.ts';
import { tellConfig, type BegunGateway } from './tell-config.ts';

/** Somebody else started it a moment ago. */
const READY_MS = 15_000;
const LOOK_MS = 20;

/** Where a gateway and the host meet: its socket, which agents see, and its records, which they do not. */
export function gatewayDirectories({ stateDirectory }: Pick<ExecutionName, 'stateDirectory'>) {
  const root = path.join(stateDirectory, 'gateway');
  return { root, socket: path.join(root, 'socket'), records: path.join(root, 'records') };
}

/** What a gateway is made for. */
export interface GatewayPurpose {
  readonly needs: RunNeeds;
  readonly imageId: string;
}

/**
 * Make sure that the gateway of a run works, or is about to: it belongs to no phase and no worker, and goes on when one dies. One that
 * ended is made anew, and goes on counting what the run has used. @throws what the daemon says
 */
export async function ensureGateway(
  docker: Docker,
  options: ContainerOptions,
  purpose: GatewayPurpose,
): Promise<BegunGateway> {
  const container = docker.getContainer(gatewayName(purpose.needs));
  const state = await findState(container);
  if (state?.phase === 'running' && (await isReady(purpose.needs))) return LISTENS;
  if (state !== undefined) await removeContainer(docker.getContainer(state.id), true);
  const begun = await start(docker, options, purpose);
  if (begun !== undefined) return begun;
  if (!(await isReady(purpose.needs))) throw new Error('the gateway of the run does not answer');
  return LISTENS;
}

const LISTENS: BegunGateway = { listening: Promise.resolve() };

/** `undefined` when somebody else was faster. */
async function start(
  docker: Docker,
  options: ContainerOptions,
  purpose: GatewayPurpose,
): Promise<BegunGateway | undefined> {
  const { needs, imageId } = purpose;
  const directories = gatewayDirectories(needs);
  for (const directory of [directories.socket, directories.records]) await makeDirectory(directory, 0o755);
  await rm(path.join(directories.socket, SOCKET_NAME), { force: true });
  await handOver([directories.socket, directories.records]);
  const marker = { runId: needs.runId, execution: 'gateway', ...(await currentWorker()) };
  const spec = gatewaySpec(options, {
    name: gatewayName(needs),
    imageId,
    user: jobUser(),
    model: needs.model,
    directories,
    labels: {
      [LABELS.runId]: needs.runId,
      [LABELS.role]: 'gateway',
      [LABELS.worker]: markerValue(marker),
    },
  });
  try {
    const container = await answered((abortSignal) => docker.createContainer({ ...spec, abortSignal }));
    return await tellConfig(container, gatewayConfig(options.gateway, needs.model));
  } catch (thrown) {
    if (isStatus(thrown, 409)) return undefined;
    throw thrown;
  }
}

async function isReady(needs: RunNeeds): Promise<boolean> {
  const socket = path.join(gatewayDirectories(needs).socket, SOCKET_NAME);
  const endMs = performance.now() + READY_MS;
  while (performance.now() < endMs) {
    const isThere = await access(socket).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
    await delay(LOOK_MS);
  }
  return false;
}
