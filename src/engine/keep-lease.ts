import { AppError, appError } from '../domain/app-error.ts';
import type { RunSession } from './run-session.ts';

/**
 * Renew the run's lease until disposed, and fire the session's signal when the run is cancelled or lost. A store that does not
 * answer is asked again until the lease must be taken for lost: then this process fences itself off without asking anyone.
 */
export function keepLease(session: RunSession): AsyncDisposable {
  const { deps, fence, run } = session;
  const { clock, settings, store } = deps;
  const stop = new AbortController();
  const forget = deps.activeRuns.add(run.id, session);

  const renew = async (): Promise<boolean> => {
    try {
      const { isCancelRequested } = await store.renewLease(fence, settings.leaseTtlMs);
      if (isCancelRequested) session.abort(appError('cancelled', { run_id: run.id }));
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'lease_lost') session.abort(error);
      return false;
    }
  };

  const loop = async (): Promise<void> => {
    let renewedMs = clock.monotonicMs();
    for (;;) {
      await clock.sleep(settings.leaseRenewMs, stop.signal);
      if (stop.signal.aborted) return;
      const startedMs = clock.monotonicMs();
      if (await renew()) renewedMs = startedMs;
      const isOverdue = clock.monotonicMs() - renewedMs > settings.leaseTtlMs - settings.leaseRenewMs;
      if (isOverdue) session.abort(appError('lease_lost', { run_id: run.id }));
    }
  };

  const running = loop();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      forget();
      await running;
    },
  };
}
