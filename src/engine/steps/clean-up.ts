import { AppError, describeThrown } from '../../domain/app-error.ts';
import type { RunResult } from '../../domain/run.ts';
import { saveClosingEvidence } from '../closing-evidence.ts';
import type { Step } from '../run-phase.ts';
import { sandboxOf, type RunSession } from '../run-session.ts';

/** Write the closing evidence, kill what may still run, and remove what only the run needed. Says what did not work; never fails. */
export function cleanUp(result: RunResult): Step<'cleanup'> {
  return {
    phase: 'cleanup',
    async run(session, { log }) {
      // A run that may be retried keeps its checkpoints until its evidence expires, but not with a secret in them.
      const keepGit = result.status !== 'succeeded' && result.reason !== 'secret_in_output';
      const { workspaces } = session.deps;
      // In this order: the evidence is read from what is removed last, and nothing may write there any more.
      const before = await Promise.all([
        attempt('write the closing evidence', () => saveClosingEvidence(session, result)),
        attempt('end left-over processes', () => sandboxOf(session).reap(session.run.id)),
      ]);
      const release = () => workspaces.release(session.run.id, { keepGit });
      const [, reaping] = before;
      // An agent that could not be ended still works there.
      const released = reaping.length > 0 ? [] : await attempt('remove the working copy', release);
      const problems = [...before.flat(), ...released];
      for (const problem of problems) log.err(problem);
      log.out(problems.length === 0 ? 'Nothing left behind' : 'Some things could not be removed');
      return { output: { isComplete: problems.length === 0 } };
    },
  };
}

/** Mark the phases that were not reached. */
export async function skipRemaining({ deps, fence }: RunSession, result: RunResult): Promise<void> {
  const records = await deps.store.listPhases(fence.runId);
  const isLatest = (record: (typeof records)[number]) =>
    records.findLast(({ phase }) => phase === record.phase) === record;
  for (const record of records.filter(({ status, phase }) => status === 'pending' && phase !== 'cleanup')) {
    if (!isLatest(record)) continue;
    const { phase, attempt: number } = record;
    const why = `the run ended as ${result.status}${result.reason === null ? '' : ` (${result.reason})`}`;
    await deps.store.savePhase(
      fence,
      { phase, attempt: number, status: 'skipped' },
      { type: 'phase_skipped', phase, why },
    );
  }
}

/** The problem a task had, as a list of none or one. */
async function attempt(what: string, task: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await task();
    return [];
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'lease_lost') throw thrown;
    return [`Could not ${what}: ${describeThrown(thrown)}`];
  }
}
