import type Docker from 'dockerode';

import { currentWorker, hasDeadWorker, parseMarker } from '../worker-marker.ts';
import { LABELS, READER } from './container-names.ts';
import { removeContainer } from './container-state.ts';
import { answered } from './docker-client.ts';

/** See `Sandbox.reap`: remove every container of a run; returns how many agents of them still ran. */
export async function reap(docker: Docker, runId: string): Promise<number> {
  const found = await answered(
    docker.listContainers({ all: true, filters: { label: [`${LABELS.runId}=${runId}`] } }),
  );
  await Promise.all(found.map(({ Id: id }) => removeContainer(docker.getContainer(id), true)));
  return found.filter(({ State: state, Labels: labels }) => isLive(state) && labels[LABELS.role] === 'agent')
    .length;
}

/** See `Sandbox.listOrphanRuns`. Containers that ended are left-overs too. */
export async function listOrphanRuns(docker: Docker): Promise<readonly string[]> {
  const { pidNamespace } = await currentWorker();
  const found = await answered(docker.listContainers({ all: true, filters: { label: [LABELS.worker] } }));
  const orphans = found.filter(({ Labels: labels }) => {
    const marker = parseMarker(labels[LABELS.worker]);
    return marker !== undefined && hasDeadWorker(marker, pidNamespace);
  });
  // Those that belong to no run are nobody's to adopt.
  for (const { Id: id, Labels: labels } of orphans)
    if (labels[LABELS.role] === READER) await removeContainer(docker.getContainer(id), true);
  return [...new Set(orphans.flatMap(({ Labels: labels }) => labels[LABELS.runId] ?? []))];
}

function isLive(state: string): boolean {
  return state === 'running' || state === 'paused';
}
