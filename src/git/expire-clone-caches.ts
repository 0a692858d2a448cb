import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { dropCache, USED_FILE } from './clone-cache.ts';
import type { ExpireCloneCaches } from './port.ts';

/** See `Git.expireCloneCaches`. What a dropped cache left behind counts as one that nobody used since. */
export async function expireCloneCaches(
  cacheDirectory: string | undefined,
  { unusedMs, isDryRun }: ExpireCloneCaches,
): Promise<readonly string[]> {
  if (cacheDirectory === undefined) return [];
  const names = await readdir(cacheDirectory).catch((): string[] => []);
  const directories = names.toSorted().map((name) => path.join(cacheDirectory, name));
  const usedMs = await Promise.all(directories.map(lastUsedMs));
  const limitMs = Date.now() - unusedMs;
  const expired = directories.filter((_, index) => (usedMs[index] ?? Infinity) <= limitMs);
  if (!isDryRun) for (const directory of expired) await dropCache(directory);
  return expired;
}

async function lastUsedMs(directory: string): Promise<number | undefined> {
  return (await timeOf(path.join(directory, USED_FILE))) ?? timeOf(directory);
}

function timeOf(place: string): Promise<number | undefined> {
  return stat(place).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
