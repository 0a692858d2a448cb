import { appError, type AppError } from '../domain/app-error.ts';
import { parseAnswers } from '../domain/clarifications.ts';
import { PHASES, phaseIndex, type PhaseName } from '../domain/phases.ts';
import type { Clarification, Run } from '../domain/run.ts';
import type { RunRetry } from '../store/port.ts';
import type { Deps } from './deps.ts';
import { knownOutputs } from './phase-outputs.ts';
import { demandNoSecretsAsked } from './secret-scan.ts';

const LEASE_POLL_MS = 100;

/** How to go on with a run. */
export interface RetryRequest {
  readonly runId: string;
  /** Redo from this phase; the first unfinished one when absent. */
  readonly from?: PhaseName | undefined;
  /** Words for the agent. */
  readonly notes?: string | undefined;
  /** Text of a filled-in `clarifications.md`, or JSON. */
  readonly answers?: string | undefined;
}

/**
 * Queue a run again: it goes on at its first unfinished phase, with the work of the finished ones kept. One that is queued and
 * that nobody took up is taken up here.
 * @throws `run_not_found`, `retry_not_applicable`, `answers_invalid`, `secret_in_request`
 */
export async function retryRun(deps: Deps, request: RetryRequest): Promise<Run> {
  const run = await deps.store.findRun(request.runId);
  if (run === undefined) throw appError('run_not_found', { run_id: request.runId });
  // Its ring was lost with the process that took it in; ringing again does no harm.
  if (run.status === 'queued' && isPlain(request)) return ringAgain(deps, run);
  if (isPlain(request) && run.status === 'in_progress') return takeUpWhenFree(deps, run);
  demandNoSecretsAsked(deps.redactor, { notes: request.notes, answers: request.answers });
  const clarifications = mergeAnswers(run, request.answers);
  const firstOpen = firstUnfinished(await deps.store.listPhases(run.id));
  checkApplicable(run, request);
  const from = chooseStart(run, request, firstOpen);
  const retried = await retryWhenFree(deps, run, {
    runId: run.id,
    from,
    notes: request.notes ?? run.notes,
    clarifications,
  });
  await deps.queue.ring(run.id);
  return retried;
}

/** Nothing is to be done differently: then what its last worker left under way is adopted, not begun anew. */
function isPlain({ from, notes, answers }: RetryRequest): boolean {
  return from === undefined && notes === undefined && answers === undefined;
}

async function ringAgain(deps: Deps, run: Run): Promise<Run> {
  await deps.queue.ring(run.id);
  return run;
}

/** What each status and reason says to a retry without further words; `undefined` lets it pass. */
function checkApplicable(run: Run, request: RetryRequest): void {
  if (run.status === 'succeeded') throw notApplicable(run, 'it succeeded');
  if (run.status === 'queued')
    throw notApplicable(
      run,
      'it has not begun, so there is nothing to redo or answer; retry it without options',
    );
  if (run.reason === 'no_diff' && request.from === undefined)
    throw notApplicable(run, 'it had nothing to change; name a phase with --from to do it over');
  const isWaiting =
    run.reason === 'clarification_needed' && request.answers === undefined && request.notes === undefined;
  if (isWaiting && request.from === undefined)
    throw notApplicable(run, 'it waits for answers; pass them with --answers');
}

function chooseStart(run: Run, request: RetryRequest, firstOpen: PhaseName): PhaseName {
  const isAnswered = request.answers !== undefined || run.reason === 'clarification_needed';
  const natural = isAnswered ? earlier(firstOpen, 'speckit_specify') : firstOpen;
  if (request.from === undefined) return natural;
  if (request.from === 'cleanup') throw notApplicable(run, 'cleanup always runs; name an earlier phase');
  if (phaseIndex(request.from) > phaseIndex(firstOpen)) {
    throw notApplicable(run, `phase ${firstOpen} is not done yet, so it cannot start from ${request.from}`);
  }
  return earlier(request.from, isAnswered ? 'speckit_specify' : request.from);
}

function mergeAnswers(run: Run, answers: string | undefined): readonly Clarification[] {
  if (answers === undefined) return run.clarifications;
  const open = run.clarifications.filter(({ answer }) => answer === null);
  if (open.length === 0) throw appError('answers_invalid', { problem: `run ${run.id} asked nothing` });
  const answered = parseAnswers(
    answers,
    open.map(({ question }) => question),
  );
  return [...run.clarifications.filter(({ answer }) => answer !== null), ...answered];
}

function retryWhenFree(deps: Deps, run: Run, retry: RunRetry): Promise<Run> {
  return whenFree(deps, run, () => deps.store.retryRun(retry));
}

function takeUpWhenFree(deps: Deps, run: Run): Promise<Run> {
  return whenFree(deps, run, async () => {
    const claimable = await deps.store.findClaimableRuns(1, run.id);
    return claimable.length > 0 ? ringAgain(deps, run) : undefined;
  });
}

/**
 * A worker that was killed leaves a lease that nobody renews: wait for its end, 10 s at most. One that is renewed meanwhile
 * belongs to a living worker. @throws `retry_not_applicable`
 */
async function whenFree(
  { store, clock, settings }: Deps,
  run: Run,
  take: () => Promise<Run | undefined>,
): Promise<Run> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    const taken = await take();
    if (taken !== undefined) return taken;
    const current = await store.findRun(run.id);
    const isRenewed = current?.leaseUntilMs !== run.leaseUntilMs;
    const isOver = clock.monotonicMs() - startedMs > settings.leaseTtlMs + settings.leaseRenewMs;
    if (isRenewed || isOver)
      throw notApplicable(run, `${current?.owner ?? 'another process'} is working on it`);
    await clock.sleep(LEASE_POLL_MS);
  }
}

function firstUnfinished(records: Parameters<typeof knownOutputs>[0]): PhaseName {
  const outputs = knownOutputs(records);
  return PHASES.find(({ name }) => outputs[name] === undefined)?.name ?? 'open_pr';
}

function earlier(a: PhaseName, b: PhaseName): PhaseName {
  return phaseIndex(a) <= phaseIndex(b) ? a : b;
}

function notApplicable(run: Run, problem: string): AppError {
  return appError('retry_not_applicable', { run_id: run.id, problem });
}
