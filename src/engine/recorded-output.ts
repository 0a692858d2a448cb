import type { AgentPhaseName } from '../domain/phases.ts';
import type { RecordedOutput } from './output-recorder.ts';
import type { RunSession } from './run-session.ts';

const PAGE = 500;

/** What the history holds of one attempt's output, since an earlier worker began it. */
export async function countRecordedOutput(
  { deps, run }: RunSession,
  phase: AgentPhaseName,
  attempt: number,
): Promise<RecordedOutput> {
  const counts = { stdout: 0, stderr: 0, progress: 0 };
  for (let afterSeq = 0; ;) {
    const page = await deps.store.readEvents(run.id, afterSeq, PAGE);
    for (const { event } of page) {
      if (!('phase' in event) || event.phase !== phase) continue;
      if (event.type === 'phase_started') Object.assign(counts, { stdout: 0, stderr: 0, progress: 0 });
      if (event.type === 'phase_output' && event.attempt === attempt)
        counts[event.stream] += event.lines.length;
      if (event.type === 'phase_progressed') counts.progress += 1;
    }
    const last = page.at(-1);
    if (last === undefined) return counts;
    afterSeq = last.seq;
  }
}
