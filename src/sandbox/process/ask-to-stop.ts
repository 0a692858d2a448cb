import { signalGroup, signalProcess } from './kill-tree.ts';
import { isOf, type ExecutionTraces } from './left-overs.ts';
import { listProcesses } from './process-table.ts';

/** What runs between the supervisor and the agent; a wall that is asked to stop would kill at once what it holds. */
const WRAPPERS: ReadonlySet<string> = new Set(['timeout', 'setsid', 'bwrap']);

/** Ask everything of an execution to stop in its own way. Without `/proc`, that is the agent's process group. */
export function askToStop({ leaderPid, marker }: Pick<ExecutionTraces, 'leaderPid' | 'marker'>): void {
  const asked = listProcesses().seen.filter((each) => isOf(each, marker) && !WRAPPERS.has(each.name));
  for (const { pid } of asked) signalProcess(pid, 'SIGTERM');
  if (asked.length === 0 && leaderPid !== undefined) signalGroup(leaderPid, 'SIGTERM');
}
