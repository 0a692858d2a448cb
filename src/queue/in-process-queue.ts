import type { Queue } from './port.ts';

/** A queue inside one process: an array and the listeners that drain it. What it holds when the process ends is rung again by `recoverRuns`. */
export function inProcessQueue(): Queue {
  const waiting: string[] = [];
  const listeners = new Set<() => void>();

  return {
    ring(runId) {
      waiting.push(runId);
      for (const wake of listeners) wake();
      return Promise.resolve();
    },
    listen({ concurrency, onRing }) {
      const active = new Set<Promise<void>>();
      const answer = async (runId: string): Promise<void> => {
        // Later, when this call counts already: it may ring itself.
        await Promise.resolve();
        // A listener that throws has had its chance with this message; the run's row still tells what is to be done.
        await onRing(runId);
      };
      const drain = () => {
        while (active.size < concurrency) {
          const runId = waiting.shift();
          if (runId === undefined) return;
          const call: Promise<void> = answer(runId)
            .catch(() => undefined)
            .finally(() => {
              active.delete(call);
              if (listeners.has(drain)) drain();
            });
          active.add(call);
        }
      };
      listeners.add(drain);
      drain();
      return {
        async [Symbol.asyncDispose]() {
          listeners.delete(drain);
          await Promise.all(active);
        },
      };
    },
    [Symbol.asyncDispose]() {
      listeners.clear();
      return Promise.resolve();
    },
  };
}
