import { appError } from '../domain/app-error.ts';
import type { StoredEvent } from '../domain/events.ts';
import { isTerminal, type Run } from '../domain/run.ts';
import type { Deps } from './deps.ts';

const EVENTS_PER_READ = 500;

export interface FollowOptions {
  readonly afterSeq?: number;
  readonly signal?: AbortSignal;
  /** Stop at the end of what has happened so far instead of waiting for more. */
  readonly isHistoryOnly?: boolean;
  /** Answers true once nobody here works on the run any more, though it is not over. */
  readonly isGivenUp?: () => boolean;
}

/**
 * A run's events in order, without gap or repetition, from after `afterSeq` until the run is over (or given up by its worker) and
 * everything was told.
 * Ends early when `signal` fires. @throws `run_not_found`
 */
export async function* followRun(
  deps: Deps,
  runId: string,
  options: FollowOptions = {},
): AsyncGenerator<StoredEvent> {
  const isLastLook = () => options.isHistoryOnly === true || options.isGivenUp?.() === true;
  const isAbandoned = abandonmentWatch(deps);
  let lastSeq = options.afterSeq ?? 0;
  while (!isStopped(options)) {
    // These are read before the events: what is over now has all its events written.
    const isLast = isLastLook();
    const run = await demandRun(deps, runId);
    const events = await deps.store.readEvents(runId, lastSeq, EVENTS_PER_READ);
    yield* events;
    lastSeq = events.at(-1)?.seq ?? lastSeq;
    if (events.length === EVENTS_PER_READ) continue;
    if (isLast || isTerminal(run.status) || isAbandoned(run)) return;
    await deps.clock.sleep(deps.settings.followPollMs, options.signal);
  }
}

function isStopped({ signal }: FollowOptions): boolean {
  return signal?.aborted ?? false;
}

async function demandRun({ store }: Deps, runId: string): Promise<Run> {
  const run = await store.findRun(runId);
  if (run === undefined) throw appError('run_not_found', { run_id: runId });
  return run;
}

/** True once the lease of a run in progress was not renewed for twice its time: its worker is gone, and nothing more will come. */
function abandonmentWatch({ clock, settings }: Deps): (run: Run) => boolean {
  let lastLease: number | null = null;
  let changedMs = clock.monotonicMs();
  return ({ status, leaseUntilMs }) => {
    if (leaseUntilMs !== lastLease || status !== 'in_progress') {
      lastLease = leaseUntilMs;
      changedMs = clock.monotonicMs();
    }
    return clock.monotonicMs() - changedMs > 2 * settings.leaseTtlMs;
  };
}
