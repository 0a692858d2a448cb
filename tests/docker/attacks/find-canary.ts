import { lstat, opendir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Files below some folders that hold one of these words, links not followed. */
export async function findCanary(
  roots: readonly string[],
  canaries: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const queue = [...roots];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const place = next;
    const stats = await lstat(place).catch(() => undefined);
    if (stats?.isDirectory() === true) {
      for await (const entry of await opendir(place)) queue.push(path.join(place, entry.name));
    } else if (stats?.isFile() === true) {
      const content = await readFile(place);
      if (canaries.some((canary) => content.includes(canary))) found.push(place);
    }
  }
  return found;
}
