import type { AppError } from '../domain/app-error.ts';

/** The runs this process works on right now, so that a cancel request here need not wait for the next lease renewal. */
export interface ActiveRuns {
  /** Remember a run until the returned function is called. */
  add(runId: string, controller: Pick<AbortController, 'abort'>): () => void;
  /** Abort a run of this process; `false` when it is not one. */
  abort(runId: string, reason: AppError): boolean;
}

/** An empty registry. */
export function activeRuns(): ActiveRuns {
  const controllers = new Map<string, Pick<AbortController, 'abort'>>();
  return {
    add(runId, controller) {
      controllers.set(runId, controller);
      return () => {
        controllers.delete(runId);
      };
    },
    abort(runId, reason) {
      const controller = controllers.get(runId);
      controller?.abort(reason);
      return controller !== undefined;
    },
  };
}
