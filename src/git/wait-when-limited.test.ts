import { describe, expect, it } from 'vitest';

import { appError } from '../domain/app-error.ts';
import { waitWhenLimited } from './wait-when-limited.ts';

const NOW = 1_000_000;
const limited = 'The requested URL returned error: 429';
const failed = (problem: string) => appError('push_failed', { repository: 'r', problem });
const outcomeOf = (work: Promise<unknown>) =>
  waitWhenLimited(work, () => NOW).catch((error: unknown) => error);

describe('a git server that limits', () => {
  it('is asked again after a minute', async () => {
    const error = await outcomeOf(Promise.reject(failed(limited)));
    expect(error).toMatchObject({ code: 'push_failed', retryAtMs: NOW + 60_000 });
  });

  it('is told from one that fails, refuses or answers', async () => {
    const other = failed('The requested URL returned error: 502');
    const denied = appError('push_denied', { repository: 'r', problem: limited });
    expect(await outcomeOf(Promise.reject(other))).toBe(other);
    expect(await outcomeOf(Promise.reject(denied))).toBe(denied);
    expect(await outcomeOf(Promise.resolve('done'))).toBe('done');
  });
});
