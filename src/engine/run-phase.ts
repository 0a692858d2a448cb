import { z } from 'zod';

import { AppError, appError, toAppError } from '../domain/app-error.ts';
import type { PhaseName } from '../domain/phases.ts';
import { fillRunId } from '../domain/fill-reason.ts';
import type { Usage } from '../domain/run.ts';
import type { PhaseOutputs } from './phase-outputs.ts';
import { forgeOf } from './forge-access.ts';
import { MAX_WAIT_MS, phasePatience, type Patience } from './phase-patience.ts';
import { phaseLog, type PhaseLog } from './phase-log.ts';
import type { RunSession } from './run-session.ts';
import { archiveAttempt, saveArtifact } from './save-artifact.ts';

/** One phase's work. It may run twice (a crash, a retry), so every step is idempotent. */
export interface Step<Name extends PhaseName = PhaseName> {
  readonly phase: Name;
  /** Whether an attempt that a dead worker left open can be taken over instead of made again. */
  canAdopt?(session: RunSession, attempt: number): Promise<boolean>;
  run(session: RunSession, context: StepContext): Promise<StepResult<Name>>;
}

export interface StepContext {
  readonly attempt: number;
  /** True when another worker began this attempt. */
  readonly isAdopted: boolean;
  readonly log: PhaseLog;
  /** Filled in as they become known; kept however the step ends. Unknown is `null`, never 0. */
  readonly facts: { exitCode: number | null; usage: Usage | null };
}

/** What came of it; `skipped` says why there was nothing to do. */
export interface StepResult<Name extends PhaseName> {
  readonly output: PhaseOutputs[Name];
  readonly skipped?: string;
}

const STOPPED = 'The worker stopped before this attempt ended.';

/** Phases that ask the forge. */
const ASKS_FORGE: ReadonlySet<PhaseName> = new Set(['git_clone', 'commit_push', 'open_pr']);

/** What a failed attempt leaves behind where trying again earlier does harm; also for a worker after this one. */
const Waiting = z.object({ notBeforeMs: z.number() });

/**
 * Do one phase unless it is done already: record its start, run its step, keep its logs, record its end. A passing fault is
 * tried again as a new attempt.
 * @throws the step's `AppError`, after it was recorded; the session's abort reason.
 */
export async function runPhase<Name extends PhaseName>(session: RunSession, step: Step<Name>): Promise<void> {
  if (session.outputs[step.phase] !== undefined) return;
  const { clock } = session.deps;
  const patience = phasePatience(clock);
  const first = await nextAttempt(session, step);
  await waitForForge(session, first.notBeforeMs);
  for (let attempt = first.attempt; ; attempt += 1) {
    const isAdopted = first.isAdopted && attempt === first.attempt;
    const end = await tryOnce(session, step, { attempt, isAdopted, patience });
    if (end === undefined) return;
    if (end.pauseMs === undefined) throw end.failure;
    await clock.sleep(end.pauseMs, session.signal);
  }
}

/** A time that is too far off is not waited for, and nothing is asked before it. @throws `rate_limited` */
async function waitForForge(session: RunSession, notBeforeMs: number): Promise<void> {
  const { run, signal, deps } = session;
  const waitMs = notBeforeMs - deps.clock.nowMs();
  if (waitMs <= 0) return;
  if (waitMs <= MAX_WAIT_MS) return deps.clock.sleep(waitMs, signal);
  const until = new Date(notBeforeMs).toISOString();
  const asking = { action: 'work on', repository: run.repository, problem: 'it said so before' };
  throw appError('rate_limited', { forge: forgeOf(session).name, ...asking, until });
}

interface NextAttempt {
  readonly attempt: number;
  readonly isAdopted: boolean;
  readonly notBeforeMs: number;
}

/** The attempt to use: a pending one as it is, else one more than the last. One a dead worker left open is adopted or closed. */
async function nextAttempt<Name extends PhaseName>(
  session: RunSession,
  step: Step<Name>,
): Promise<NextAttempt> {
  const { deps, fence, history } = session;
  const { phase } = step;
  const records = history.filter((record) => record.phase === phase);
  const last = records.at(-1);
  // Whichever phase was told to wait: they all ask the same forge.
  const told = ASKS_FORGE.has(phase) ? history : [];
  const notBeforeMs = Math.max(
    0,
    ...told.map(({ output }) => Waiting.safeParse(output).data?.notBeforeMs ?? 0),
  );
  if (last === undefined) return { attempt: 1, isAdopted: false, notBeforeMs };
  if (last.status === 'pending') return { attempt: last.attempt, isAdopted: false, notBeforeMs };
  if (last.status === 'running') {
    if (await step.canAdopt?.(session, last.attempt))
      return { attempt: last.attempt, isAdopted: true, notBeforeMs: 0 };
    const change = {
      phase,
      attempt: last.attempt,
      status: 'failed',
      reason: 'internal',
      reasonText: STOPPED,
      isEnd: true,
    } as const;
    await deps.store.savePhase(fence, change);
  }
  return { attempt: last.attempt + 1, isAdopted: false, notBeforeMs };
}

interface Try {
  readonly patience: Patience;
  readonly attempt: number;
  readonly isAdopted: boolean;
}

/** How an attempt failed, and how long to wait before the next one; `undefined` when there is none. */
interface FailedTry {
  readonly failure: AppError;
  readonly pauseMs: number | undefined;
}

async function tryOnce<Name extends PhaseName>(
  session: RunSession,
  step: Step<Name>,
  { attempt, isAdopted, patience }: Try,
): Promise<FailedTry | undefined> {
  const { deps, fence } = session;
  const { phase } = step;
  session.signal.throwIfAborted();
  if (attempt > 1 && !isAdopted) await archiveAttempt(session, phase, attempt - 1);
  const event = { type: isAdopted ? 'phase_adopted' : 'phase_started', phase, attempt } as const;
  await deps.store.savePhase(fence, { phase, attempt, status: 'running', isStart: !isAdopted }, event);

  const facts = { exitCode: null, usage: null };
  const context: StepContext = { attempt, isAdopted, log: phaseLog(), facts };
  try {
    const result = await step.run(session, context);
    // What is done is recorded as done, even when a cancel came meanwhile; the next phase will see it.
    await recordSuccess(session, { phase, context, result });
    return undefined;
  } catch (thrown) {
    const failure = asFailure(session, thrown);
    const pauseMs = patience.pauseAfter(failure);
    if (failure.code !== 'lease_lost')
      await recordFailure(session, { phase, context, failure, willRetry: pauseMs !== undefined });
    return { failure, pauseMs };
  }
}

interface Success<Name extends PhaseName> {
  readonly phase: Name;
  readonly context: StepContext;
  readonly result: StepResult<Name>;
}

async function recordSuccess<Name extends PhaseName>(
  session: RunSession,
  success: Success<Name>,
): Promise<void> {
  const { phase, context, result } = success;
  const { attempt, log, facts } = context;
  const { output, skipped } = result;
  if (skipped !== undefined) log.out(`Skipped: ${skipped}`);
  await saveLogs(session, phase, log);
  const status = skipped === undefined ? 'succeeded' : 'skipped';
  const event =
    skipped === undefined
      ? ({ type: 'phase_succeeded', phase, attempt } as const)
      : ({ type: 'phase_skipped', phase, why: skipped } as const);
  await session.deps.store.savePhase(
    session.fence,
    { phase, attempt, status, isEnd: true, output, ...facts },
    event,
  );
  Object.assign(session.outputs, { [phase]: output });
}

interface Failure {
  readonly phase: PhaseName;
  readonly context: StepContext;
  readonly failure: AppError;
  readonly willRetry: boolean;
}

async function recordFailure(
  session: RunSession,
  { phase, context, failure, willRetry }: Failure,
): Promise<void> {
  const { attempt, log, facts } = context;
  const { code: reason } = failure;
  const reasonText = session.deps.redactor.redact(failure.message);
  log.err(`${failure.message}\n${fillRunId(failure.remedy, session.run.id)}`);
  await saveLogs(session, phase, log).catch(unlessLost);
  const status = willRetry ? 'retrying' : 'failed';
  const type = willRetry ? 'phase_retrying' : 'phase_failed';
  const { retryAtMs: notBeforeMs } = failure;
  const output: z.infer<typeof Waiting> | undefined = notBeforeMs === undefined ? undefined : { notBeforeMs };
  const change = { phase, attempt, status, reason, reasonText, isEnd: true, ...facts, output } as const;
  await session.deps.store.savePhase(session.fence, change, { type, phase, attempt, reason });
}

/** A failure is recorded even where its logs cannot be written: that may be the failure. */
function unlessLost(thrown: unknown): void {
  if (toAppError(thrown).code === 'lease_lost') throw thrown;
}

async function saveLogs(session: RunSession, phase: PhaseName, log: PhaseLog): Promise<void> {
  await saveArtifact(session, {
    name: `${phase}.stdout.log`,
    type: 'stdout_log',
    phase,
    content: log.stdout(),
  });
  await saveArtifact(session, {
    name: `${phase}.stderr.log`,
    type: 'stderr_log',
    phase,
    content: log.stderr(),
  });
}

/** When the session was aborted, that is the cause, whatever the step made of it. */
function asFailure(session: RunSession, thrown: unknown): AppError {
  const { reason } = session.signal;
  if (session.signal.aborted)
    return reason instanceof AppError ? reason : appError('cancelled', { run_id: session.run.id });
  return toAppError(thrown);
}
