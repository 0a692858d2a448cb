import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';

import { boundedFetch, type FetchOptions } from './bounded-fetch.ts';
import { githubError, type Asking } from './github-errors.ts';
import type { RateLimitGate } from './rate-limit.ts';

/** Everything that is the same for all requests of one login. */
export interface ClientOptions extends FetchOptions {
  /** Such as `https://api.github.com`. */
  readonly apiUrl: string;
  /** Whoever has the same key shares the pace of writing. */
  readonly paceKey: string;
  /** First pause before a request that met a passing fault is made again; then four times that. */
  readonly retryBaseMs: number;
  /** False only where the other side is a test's. */
  readonly isPaced: boolean;
}

/** What a client of one login and one run needs besides. */
export interface ClientParts {
  readonly token: string;
  readonly gate: RateLimitGate;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** For messages. */
  readonly asking: Omit<Asking, 'action'>;
}

/** GitHub's REST API with one login. */
export interface GitHubClient {
  /**
   * Make one request. A passing fault is met with more tries where that is harmless. What comes back is checked, since half an answer
   * looks like a whole one. @throws what `githubError` makes of it
   */
  ask<Answer>(asked: Asked<Answer>): Promise<Answer>;
}

interface Asked<Answer> {
  readonly action: string;
  readonly answer: z.ZodType<Answer>;
  readonly make: (request: Octokit['request']) => Promise<{ readonly data: unknown }>;
}

const PacedOctokit = Octokit.plugin(throttling, retry);
const VERSION_HEADER = { 'x-github-api-version': '2022-11-28' };
const RETRIES = 2;
/** Clear answers, and 429: Octokit would ask again after a second. */
const FINAL_STATUSES = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/** Build a client; asks nothing yet. */
export function githubClient(options: ClientOptions, parts: ClientParts): GitHubClient {
  const { gate, signal, asking } = parts;
  const octokit = new PacedOctokit({
    auth: parts.token,
    baseUrl: options.apiUrl,
    userAgent: 'spec-automation',
    request: { fetch: boundedFetch(options, parts), headers: VERSION_HEADER },
    // Says of itself only what the errors say again.
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    // One write a second, a pull request every three; waiting out a limit is for the engine, which can say so and be cancelled.
    throttle: {
      enabled: options.isPaced,
      id: options.paceKey,
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
    retry: {
      retries: RETRIES,
      doNotRetry: FINAL_STATUSES,
      retryAfterBaseValue: options.retryBaseMs,
    },
  });
  const translate = (thrown: unknown, action: string): Error => {
    if (signal.aborted && signal.reason instanceof Error) return signal.reason;
    return githubError(thrown, { ...asking, action }, gate.closedUntilMs());
  };
  return {
    async ask({ action, answer, make }) {
      const { data } = await make(octokit.request).catch((thrown: unknown) => {
        throw translate(thrown, action);
      });
      const parsed = answer.safeParse(data);
      if (parsed.success) return parsed.data;
      throw translate(new Error('its answer is cut short or of another form'), action);
    },
  };
}

function ignore(): void {}
