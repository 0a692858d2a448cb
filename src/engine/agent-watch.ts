import { AppError } from '../domain/app-error.ts';
import type { RunSession } from './run-session.ts';

/** Why an agent was stopped before its time. */
export type WatchVerdict = 'stalled' | 'lingering';

/** Watches over one execution: what it hears decides when the agent is stopped. */
export interface AgentWatch extends AsyncDisposable {
  /** Ends the execution. */
  readonly signal: AbortSignal;
  /** Lets go of it, since another process took the run over. */
  readonly release: AbortSignal;
  /** It said something. */
  heard(): void;
  /** Its final event was seen. */
  finished(): void;
  /** `undefined` while there was no need to stop it. */
  verdict(): WatchVerdict | undefined;
}

/** Time to read what lies there already. */
const READ_ON_MS = 250;

/**
 * Stop an agent that says nothing for `stallTimeoutMs`, one that goes on for `completionGraceMs` after its final event, and one
 * whose run is cancelled; leave one alone whose run another process took over.
 */
export function watchAgent({ deps, signal }: Pick<RunSession, 'deps' | 'signal'>): AgentWatch {
  const { clock, settings } = deps;
  const [cancel, release, over] = [new AbortController(), new AbortController(), new AbortController()];
  const state: { heardMs: number; verdict?: WatchVerdict } = { heardMs: clock.monotonicMs() };

  const stop = (verdict: WatchVerdict) => {
    if (over.signal.aborted) return;
    state.verdict ??= verdict;
    cancel.abort();
  };
  const onAbort = () => (isTakenOver(signal.reason) ? release : cancel).abort();
  signal.addEventListener('abort', onAbort, { once: true, signal: over.signal });
  if (signal.aborted) onAbort();

  const waitForStall = async () => {
    while (!over.signal.aborted) {
      const leftMs = state.heardMs + settings.stallTimeoutMs - clock.monotonicMs();
      if (leftMs > 0) {
        await clock.sleep(leftMs, over.signal);
        continue;
      }
      // A worker that was busy has not read yet what was said meanwhile.
      const { heardMs } = state;
      await clock.sleep(READ_ON_MS, over.signal);
      if (state.heardMs === heardMs) return stop('stalled');
    }
  };
  const waits = [waitForStall()];

  return {
    signal: cancel.signal,
    release: release.signal,
    heard: () => void (state.heardMs = clock.monotonicMs()),
    finished() {
      // The first final event counts; what it goes on to say does not give it more time.
      if (waits.length === 1)
        waits.push(clock.sleep(settings.completionGraceMs, over.signal).then(() => stop('lingering')));
    },
    verdict: () => state.verdict,
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(waits);
    },
  };
}

function isTakenOver(reason: unknown): boolean {
  return reason instanceof AppError && reason.code === 'lease_lost';
}
