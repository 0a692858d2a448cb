import { currentWorker, hasDeadWorker, type Marker } from '../worker-marker.ts';
import { killUntilNone, signalGroup } from './kill-tree.ts';
import { listProcesses, type SeenProcess } from './process-table.ts';
import type { ExecutionDirectories } from './supervisor.ts';

/** One execution, as what it leaves behind is recognised. */
export interface ExecutionTraces {
  readonly leaderPid: number | undefined;
  readonly marker: Pick<Marker, 'runId' | 'execution'>;
  readonly directories: ExecutionDirectories;
}

/**
 * Kill what the agent left behind: its group, whoever inherited its marker, and orphans that work in its directories (a daemon
 * may have emptied its environment; a person's shell there has a living parent).
 */
export async function sweep({ leaderPid, marker, directories }: ExecutionTraces): Promise<void> {
  if (leaderPid !== undefined) signalGroup(leaderPid, 'SIGKILL');
  const isMarked = (seen: SeenProcess) => isOf(seen, marker);
  const isOrphanThere = ({ parentPid, cwd }: SeenProcess) =>
    parentPid === 1 && (isWithin(cwd, directories.work) || isWithin(cwd, directories.home));
  await killUntilNone({
    choose: (seen) => seen.filter((each) => isMarked(each) || isOrphanThere(each)),
    ...(leaderPid !== undefined && { newerThanPid: leaderPid }),
  });
}

/**
 * Wait until the system has taken away what stood behind a wall that fell: it does so at once, but not in the same moment. After a
 * clean end nothing new can come from there, so that one look that finds nothing is enough; otherwise the wall may just be rising.
 */
export async function awaitWallFallen(marker: ExecutionTraces['marker'], isClean: boolean): Promise<void> {
  const choose = (seen: readonly SeenProcess[]) => seen.filter((each) => isOf(each, marker));
  await killUntilNone({ choose, ...(isClean && { calmLooks: 1 }) });
}

/** True for a process that inherited the marker of this execution, whichever worker started it. */
export function isOf({ marker }: SeenProcess, { runId, execution }: ExecutionTraces['marker']): boolean {
  return marker?.runId === runId && marker.execution === execution;
}

/** See `Sandbox.reap`. */
export function reap(runId: string): Promise<number> {
  return killUntilNone({ choose: (seen) => seen.filter(({ marker }) => marker?.runId === runId) });
}

/** See `Sandbox.listOrphanRuns`. */
export async function listOrphanRuns(): Promise<readonly string[]> {
  const { pidNamespace } = await currentWorker();
  const orphans = listProcesses().seen.flatMap(({ marker }) =>
    // Looked up after the process it marked was seen, so that a worker that just started counts as alive.
    marker !== undefined && hasDeadWorker(marker, pidNamespace) ? [marker.runId] : [],
  );
  return [...new Set(orphans)];
}

function isWithin(cwd: string | undefined, directory: string): boolean {
  return cwd === directory || (cwd?.startsWith(`${directory}/`) ?? false);
}
