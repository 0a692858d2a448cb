import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Something found in a working copy, by its path relative to the copy's root, with `/` between the parts. */
export interface FoundEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
}

/** More than this below the allowed folders is no set of documents any more. */
const MAX_ENTRIES = 20_000;

/**
 * Everything below some folders of a working copy, links not followed: neither those in the folders nor those on the way to
 * them. Stops with `isComplete: false` at 20,000 entries.
 */
export async function walkTree(
  root: string,
  prefixes: readonly string[],
): Promise<{ entries: readonly FoundEntry[]; isComplete: boolean }> {
  const entries: FoundEntry[] = [];
  const pending = await Promise.all(prefixes.map((prefix) => firstStep(root, prefix)));
  const queue = pending.filter((step) => step !== undefined);
  for (let visited = 0; queue.length > 0 && visited < MAX_ENTRIES; visited += 1) {
    const next = queue.pop() ?? '';
    const found = await look(root, next);
    if (found === 'directory') queue.push(...(await children(root, next)));
    else entries.push(found);
  }
  const ordered = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { entries: ordered, isComplete: queue.length === 0 };
}

/** Read a regular file without following a link at its end; `undefined` when it is no such file any more. */
export async function readPlainFile(file: string): Promise<Buffer | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (handle === undefined) return undefined;
  try {
    return (await handle.stat()).isFile() ? await handle.readFile() : undefined;
  } finally {
    await handle.close();
  }
}

/** The prefix itself, or the first link or file on the way to it: that one is what there is to report. */
async function firstStep(root: string, prefix: string): Promise<string | undefined> {
  const parts = prefix.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const step = parts.slice(0, depth).join('/');
    const stats = await lstat(path.join(root, step)).catch(() => undefined);
    if (stats === undefined) return undefined;
    if (!stats.isDirectory()) return step;
  }
  return prefix;
}

async function children(root: string, directory: string): Promise<readonly string[]> {
  const names = await readdir(path.join(root, directory));
  return names.map((name) => `${directory}/${name}`);
}

async function look(root: string, entry: string): Promise<FoundEntry | 'directory'> {
  const stats = await lstat(path.join(root, entry)).catch(() => undefined);
  // A name that is not UTF-8 cannot be looked up again by its decoded form; it must not pass unseen.
  if (stats === undefined) return { path: entry, kind: 'other', isExecutable: false, sizeBytes: 0 };
  if (stats.isDirectory()) return 'directory';
  const isPlain = stats.isFile() && stats.nlink === 1;
  const kind = isPlain ? 'file' : stats.isSymbolicLink() || stats.isFile() ? 'link' : 'other';
  return { path: entry, kind, isExecutable: (stats.mode & 0o111) !== 0, sizeBytes: stats.size };
}
