import { setTimeout } from 'node:timers/promises';
import { isBusy } from './sqlite-errors.ts';

const POLL_MS = 3;

/**
 * Repeat `verb` for as long as another connection holds the lock, at most `timeoutMs`. SQLite's own busy timeout would block
 * the whole process while it waits: no lease could be renewed, and a holder in this same process could never let go.
 */
export async function waitWhileBusy<T>(verb: () => T | Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await verb();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > deadline) throw thrown;
    }
    await setTimeout(POLL_MS);
  }
}
