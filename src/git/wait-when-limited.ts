import { AppError, retryAt } from '../domain/app-error.ts';

/** Git says that a server limits, and never for how long; less than a minute is asked of nobody (docs.github.com, rate limits). */
const LIMITED = /returned error: 429/u;
const UNTOLD_MS = 60_000;

/** The same work; when a server says that it was asked too much, the error tells when it may be asked again. */
export async function waitWhenLimited<Result>(work: Promise<Result>, nowMs: () => number): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.isTransient && LIMITED.test(thrown.message))
      throw retryAt(thrown, nowMs() + UNTOLD_MS);
    throw thrown;
  }
}
