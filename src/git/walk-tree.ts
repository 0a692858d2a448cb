import { constants } from 'node:fs';
import { lstat, open, opendir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Something found in a working copy, by its path relative to the copy's root, with `/` between the parts. */
export interface FoundEntry {
  readonly path: string;
  /** `unreadable`: it is there, but cannot be looked at; a name that is not UTF-8 is among them. */
  readonly kind: 'file' | 'link' | 'other' | 'unreadable';
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
  const steps = await Promise.all(prefixes.map((prefix) => firstStep(root, prefix)));
  const queue = steps.filter((step) => step !== undefined);
  let seen = queue.length;
  for (let next = queue.pop(); next !== undefined && seen <= MAX_ENTRIES; next = queue.pop()) {
    const found = await look(root, next);
    const inside = found === 'directory' ? await children(root, next) : undefined;
    if (inside === undefined) entries.push(found === 'directory' ? unreadable(next) : found);
    else queue.push(...inside);
    seen += inside?.length ?? 0;
  }
  const ordered = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { entries: ordered, isComplete: seen <= MAX_ENTRIES };
}

/**
 * Open a regular file of a known size, without following a link at its end, and read from it; `undefined` when it is no such
 * file any more.
 */
export async function readPlainFile<Result>(
  file: string,
  sizeBytes: number,
  read: (handle: FileHandle) => Promise<Result>,
): Promise<Result | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    return stats.isFile() && stats.size === sizeBytes ? await read(handle) : undefined;
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

/** Paths in a folder, at most one more than the walk may see; `undefined` when it cannot be read. */
async function children(root: string, directory: string): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  try {
    for await (const { name } of await opendir(path.join(root, directory), { bufferSize: 256 })) {
      found.push(`${directory}/${name}`);
      if (found.length > MAX_ENTRIES) break;
    }
    return found;
  } catch {
    return undefined;
  }
}

async function look(root: string, entry: string): Promise<FoundEntry | 'directory'> {
  const stats = await lstat(path.join(root, entry)).catch(() => undefined);
  // A name that is not UTF-8 cannot be looked up again by its decoded form; it must not pass unseen.
  if (stats === undefined) return unreadable(entry);
  if (stats.isDirectory()) return 'directory';
  const isPlain = stats.isFile() && stats.nlink === 1;
  const kind = isPlain ? 'file' : stats.isSymbolicLink() || stats.isFile() ? 'link' : 'other';
  return { path: entry, kind, isExecutable: (stats.mode & 0o111) !== 0, sizeBytes: stats.size };
}

function unreadable(entry: string): FoundEntry {
  return { path: entry, kind: 'unreadable', isExecutable: false, sizeBytes: 0 };
}
