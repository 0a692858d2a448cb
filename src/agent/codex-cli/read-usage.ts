import { constants } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import type { Usage } from '../../domain/run.ts';
import { Tokens, usageOf } from './token-usage.ts';

/** Codex keeps a thread as `.codex/sessions/<year>/<month>/<day>/rollout-<time>-<id>.jsonl`; each name sorts by time. */
const SESSIONS = ['.codex', 'sessions'];
const LEVELS = [/^\d{4}$/u, /^\d{2}$/u, /^\d{2}$/u, /^rollout-.+\.jsonl$/u];
const MAX_ENTRIES = 10_000;
const MAX_TAIL_BYTES = 8 * 1024 * 1024;

/** The two kinds of line that hold the thread's figures: one follows every answer, the other also its tool call. */
const Line = z.union([
  z
    .object({
      type: z.literal('token_usage_record'),
      payload: z.object({ thread_token_usage: Tokens }),
    })
    .transform(({ payload }) => payload.thread_token_usage),
  z
    .object({
      type: z.literal('event_msg'),
      payload: z.object({ type: z.literal('token_count'), info: z.object({ total_token_usage: Tokens }) }),
    })
    .transform(({ payload }) => payload.info.total_token_usage),
]);

/** The figures of the newest thread below a HOME, as far as it got; `null` when it got no answer, or holds no thread at all. */
export async function readUsage(home: string, model: string | undefined): Promise<Usage | null> {
  try {
    const file = await newestRollout(home);
    if (file === undefined) return null;
    for (const line of (await readTail(file)).split('\n').toReversed()) {
      const tokens = tokensOf(line);
      if (tokens !== undefined) return usageOf(tokens, model);
    }
  } catch {
    // An agent had this directory to itself: whatever is wrong with it only means that nothing is known.
  }
  return null;
}

async function newestRollout(home: string): Promise<string | undefined> {
  let place = home;
  for (const name of SESSIONS) {
    place = path.join(place, name);
    if (!(await lstat(place)).isDirectory()) return undefined;
  }
  for (const [depth, pattern] of LEVELS.entries()) {
    const name = await lastName(place, { pattern, isFile: depth === LEVELS.length - 1 });
    if (name === undefined) return undefined;
    place = path.join(place, name);
  }
  return place;
}

/** The last of the names that match; entries of another kind, links among them, do not count. */
async function lastName(
  directory: string,
  wanted: { readonly pattern: RegExp; readonly isFile: boolean },
): Promise<string | undefined> {
  let last: string | undefined;
  let seen = 0;
  for await (const entry of await opendir(directory)) {
    seen += 1;
    if (seen > MAX_ENTRIES) return last;
    const isKind = wanted.isFile ? entry.isFile() : entry.isDirectory();
    if (isKind && wanted.pattern.test(entry.name) && (last === undefined || entry.name > last))
      last = entry.name;
  }
  return last;
}

async function readTail(file: string): Promise<string> {
  await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { size } = await handle.stat();
  const length = Math.min(size, MAX_TAIL_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8', 0, bytesRead);
}

function tokensOf(line: string): z.output<typeof Tokens> | undefined {
  // Most lines are long and of another kind.
  if (!line.includes('token_usage')) return undefined;
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
