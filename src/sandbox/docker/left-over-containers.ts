import type Docker from 'dockerode';

import { currentWorker, hasDeadWorker, parseMarker } from '../worker-marker.ts';
import { LABELS, READER } from './container-names.ts';
import { removeContainer } from './container-state.ts';
import { answered } from './docker-client.ts';

/** See `Sandbox.reap`: remove every container of a run; returns how many agents of them still ran. */
export async function reap(docker: Docker, runId: string): Promise<number> {
  const found = await listLabelled(docker, `${LABELS.runId}=${runId}`);
  const removed = [...found, ...(await listDeadReaders(docker))];
  await Promise.all(removed.map(({ Id: id }) => removeContainer(docker.getContainer(id), true)));
  return found.filter(({ State: state, Labels: labels }) => isLive(state) && labels[LABELS.role] === 'agent')
    .length;
}

/**
 * See `Sandbox.listOrphanRuns`: runs that have containers, in whatever state, but not those of a worker that is seen to live. Workers in
 * containers of their own cannot be seen, and end with all they were seen from.
 */
export async function listOrphanRuns(docker: Docker): Promise<readonly string[]> {
  const { pidNamespace } = await currentWorker();
  const found = await listLabelled(docker, LABELS.runId);
  const orphans = found.filter(({ Labels: labels }) => {
    const marker = parseMarker(labels[LABELS.worker]);
    return marker?.pidNamespace !== pidNamespace || hasDeadWorker(marker, pidNamespace);
  });
  return [...new Set(orphans.flatMap(({ Labels: labels }) => labels[LABELS.runId] ?? []))];
}

/** Those belong to no run, and are gone after a moment unless their worker is. */
async function listDeadReaders(docker: Docker): Promise<readonly Docker.ContainerInfo[]> {
  const { pidNamespace } = await currentWorker();
  const readers = await listLabelled(docker, `${LABELS.role}=${READER}`);
  return readers.filter(({ Labels: labels }) => {
    const marker = parseMarker(labels[LABELS.worker]);
    return marker !== undefined && hasDeadWorker(marker, pidNamespace);
  });
}

function listLabelled(docker: Docker, label: string): Promise<readonly Docker.ContainerInfo[]> {
  const options = { all: true, filters: { label: [label] } };
  return answered((abortSignal) => docker.listContainers({ ...options, abortSignal }));
}

function isLive(state: string): boolean {
  return state === 'running' || state === 'paused';
}
