import { killUntilNone, signalGroup } from './kill-tree.ts';
import { currentWorker, markerValue, processStart, type Marker, type SeenProcess } from './process-table.ts';
import type { ExecutionDirectories } from './start-agent.ts';

/** One execution, as what it leaves behind is recognised. */
export interface ExecutionTraces {
  readonly leaderPid: number;
  readonly marker: Marker;
  readonly directories: ExecutionDirectories;
}

/**
 * Kill what the agent left behind: its group, whoever inherited its marker, and orphans that work in its directories (a daemon
 * may have emptied its environment; a person's shell there has a living parent).
 */
export async function sweep({ leaderPid, marker, directories }: ExecutionTraces): Promise<void> {
  signalGroup(leaderPid, 'SIGKILL');
  const value = markerValue(marker);
  const isMarked = (seen: SeenProcess) => seen.marker !== undefined && markerValue(seen.marker) === value;
  const isOrphanThere = ({ parentPid, cwd }: SeenProcess) =>
    parentPid === 1 && (isWithin(cwd, directories.work) || isWithin(cwd, directories.home));
  await killUntilNone({
    choose: (seen) => seen.filter((each) => isMarked(each) || isOrphanThere(each)),
    newerThanPid: leaderPid,
  });
}

/** See `Sandbox.reap`. */
export async function reap(runId?: string): Promise<number> {
  const { pidNamespace } = await currentWorker();
  return killUntilNone({
    choose(seen) {
      const marked = seen.flatMap(({ pid, marker }) => (marker === undefined ? [] : [{ pid, marker }]));
      return marked.filter(({ marker }) =>
        runId === undefined ? hasDeadWorker(marker, pidNamespace) : marker.runId === runId,
      );
    },
  });
}

function isWithin(cwd: string | undefined, directory: string): boolean {
  return cwd === directory || (cwd?.startsWith(`${directory}/`) ?? false);
}

/**
 * A worker is looked up after the process it marked was seen, so that one that just started counts as alive. Those of another
 * process namespace (a container) cannot be looked up here, so they are left to their own kind.
 */
function hasDeadWorker(marker: Marker, pidNamespace: string): boolean {
  return marker.pidNamespace === pidNamespace && processStart(marker.workerPid) !== marker.workerStart;
}
