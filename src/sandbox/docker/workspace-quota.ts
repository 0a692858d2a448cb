import { lstat, opendir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How much an agent may keep on the disk of the host. */
export interface QuotaLimits {
  readonly directories: readonly string[];
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Free bytes of the disk below which it has to stop, whoever took the rest. */
  readonly reserveBytes: number;
}

/** A look at the disk as a whole is cheap, one at every file is not. */
const GLANCE_MS = 250;
const WALK_EVERY_MS = 2000;
/** A walk may take this share of the time. */
const WALK_SHARE = 0.05;
const BLOCK_BYTES = 512;

/**
 * Resolves when an agent takes more of the disk than it may; never, while it does not. The weaker of the ways to keep it to that: it
 * is noticed a quarter of a second late, and at every file at least every two seconds.
 */
export async function quotaExceeded(limits: QuotaLimits, signal: AbortSignal): Promise<void> {
  const [first = '/'] = limits.directories;
  const began = await glance(first);
  let nextWalkMs = performance.now() + WALK_EVERY_MS;
  while (!signal.aborted) {
    await delay(GLANCE_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const now = await glance(first);
    if (now.freeBytes < limits.reserveBytes) return;
    const hasGrown =
      began.freeBytes - now.freeBytes > limits.maxBytes / 2 ||
      began.freeFiles - now.freeFiles > limits.maxFiles / 2;
    const nowMs = performance.now();
    if (!hasGrown && nowMs < nextWalkMs) continue;
    if (await isOver(limits, signal)) return;
    const tookMs = performance.now() - nowMs;
    nextWalkMs = performance.now() + Math.max(WALK_EVERY_MS, tookMs / WALK_SHARE);
  }
  await new Promise<never>(() => undefined);
}

async function glance(directory: string) {
  const { bavail, bsize, ffree } = await statfs(directory);
  return { freeBytes: bavail * bsize, freeFiles: ffree };
}

function isTooLong(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENAMETOOLONG';
}

/** Adds up until it is clear. What vanishes meanwhile or cannot be read counts nothing. */
async function isOver(
  { directories, maxBytes, maxFiles }: QuotaLimits,
  signal: AbortSignal,
): Promise<boolean> {
  const sum = { bytes: 0, files: 0 };
  const queue = [...directories];
  for (let next = queue.pop(); next !== undefined && !signal.aborted; next = queue.pop()) {
    const folder = next;
    const entries = await opendir(folder).catch((thrown: unknown) =>
      isTooLong(thrown) ? 'too deep' : undefined,
    );
    // Nobody could look into it, nor ever remove it by its name.
    if (entries === 'too deep') return true;
    if (entries === undefined) continue;
    for await (const entry of entries) {
      const place = path.join(folder, entry.name);
      const stats = await lstat(place).catch(() => undefined);
      sum.files += 1;
      sum.bytes += (stats?.blocks ?? 0) * BLOCK_BYTES;
      if (sum.files > maxFiles || sum.bytes > maxBytes) return true;
      if (entry.isDirectory()) queue.push(place);
    }
  }
  return false;
}
