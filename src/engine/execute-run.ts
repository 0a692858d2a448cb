import { AppError, toAppError } from '../domain/app-error.ts';
import { AGENT_PHASES } from '../domain/phases.ts';
import type { RunResult } from '../domain/run.ts';
import type { Deps } from './deps.ts';
import { stopPublishing } from './forge-access.ts';
import { keepLease } from './keep-lease.ts';
import { endedBecause, outcomeAfter, outcomeOfClone, outcomeOfPublish, SUCCEEDED } from './outcomes.ts';
import { runPhase } from './run-phase.ts';
import { openSession, type RunSession } from './run-session.ts';
import { checkSandbox } from './steps/check-sandbox.ts';
import { cleanUp, skipRemaining } from './steps/clean-up.ts';
import { cloneBase } from './steps/clone-base.ts';
import { commitPush } from './steps/commit-push.ts';
import { discover } from './steps/discover.ts';
import { openPr } from './steps/open-pr.ts';
import { prepareJob } from './steps/prepare-job.ts';
import { runAgent } from './steps/run-agent.ts';

/** Take a run nobody holds and bring it to an end. Does nothing for a run that is held or over; survives losing it half-way. */
export async function executeRun(deps: Deps, runId: string): Promise<void> {
  const session = await openSession(deps, runId);
  if (session === undefined) return;
  await using _lease = keepLease(session);
  try {
    const result = await reachResult(session);
    await close(session, result);
  } catch (thrown) {
    // Whoever holds the run now also brings it to its end.
    if (!(thrown instanceof AppError) || thrown.code !== 'lease_lost') throw thrown;
  }
}

async function tellStory(session: RunSession): Promise<RunResult> {
  await runPhase(session, prepareJob);
  await runPhase(session, checkSandbox);
  await runPhase(session, cloneBase);
  const known = outcomeOfClone(session);
  if (known !== undefined) return known;
  await runPhase(session, discover);
  for (const agentPhase of AGENT_PHASES) {
    await runPhase(session, runAgent(agentPhase));
    const outcome = await outcomeAfter(session, agentPhase);
    if (outcome !== undefined) return outcome;
  }
  await runPhase(session, commitPush);
  const outcome = outcomeOfPublish(session);
  if (outcome !== undefined) return outcome;
  await runPhase(session, openPr);
  return SUCCEEDED;
}

async function reachResult(session: RunSession): Promise<RunResult> {
  try {
    return await tellStory(session);
  } catch (thrown) {
    const reason = toAppError(thrown);
    if (reason.code === 'lease_lost') throw reason;
    return endedBecause(session, reason);
  } finally {
    await stopPublishing(session);
  }
}

/** A cancelled run is cleaned up like any other, so its closing phase no longer listens to the cancel. */
async function close(session: RunSession, result: RunResult): Promise<void> {
  const closing: RunSession = { ...session, signal: new AbortController().signal };
  await skipRemaining(closing, result);
  try {
    await runPhase(closing, cleanUp(result));
  } catch (thrown) {
    // What could not be cleaned is recorded with the phase; the run is over all the same.
    if (toAppError(thrown).code === 'lease_lost') throw thrown;
  }
  await session.deps.store.finishRun(session.fence, result);
}
