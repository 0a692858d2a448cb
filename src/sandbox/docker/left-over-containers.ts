import type Docker from 'dockerode';

import { currentWorker, hasDeadWorker, parseMarker } from '../worker-marker.ts';
import { isStatus } from './container-state.ts';
import { LABELS } from './start-container.ts';

/** See `Sandbox.reap`: remove every container of a run; returns how many of them still ran. */
export async function reap(docker: Docker, runId: string): Promise<number> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${LABELS.runId}=${runId}`] } });
  await Promise.all(found.map(({ Id: id }) => remove(docker, id)));
  return found.filter(({ State: state }) => state === 'running' || state === 'paused').length;
}

/** See `Sandbox.listOrphanRuns`. */
export async function listOrphanRuns(docker: Docker): Promise<readonly string[]> {
  const { pidNamespace } = await currentWorker();
  const running = await docker.listContainers({ filters: { label: [LABELS.worker] } });
  const orphans = running.flatMap(({ Labels: labels }) => {
    const marker = parseMarker(labels[LABELS.worker]);
    return marker !== undefined && hasDeadWorker(marker, pidNamespace) ? [marker.runId] : [];
  });
  return [...new Set(orphans)];
}

/** One that is gone (404) or going (409) is fine. */
async function remove(docker: Docker, id: string): Promise<void> {
  try {
    await docker.getContainer(id).remove({ force: true, v: true });
  } catch (thrown) {
    if (!isStatus(thrown, 404) && !isStatus(thrown, 409)) throw thrown;
  }
}
