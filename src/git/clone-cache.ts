import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { isIntact, listPacks, sharePack, type ObjectFormat, type Pack } from './pack-files.ts';

/**
 * What clones of one repository brought, for the next clone to begin with. No git ever runs in it, so nothing locks it or leaves it half
 * written; whatever happens to it costs time, never a result.
 */
export interface CloneCache {
  /** What there is to begin with. A cache that is of no use or too large is dropped. */
  readonly look: () => Promise<Seed | undefined>;
  /** Whether the packs of a seed are as they were written. */
  readonly isIntact: (seed: Seed) => Promise<boolean>;
  /** Put the packs of a seed into a git directory. False when one of them cannot be put there. */
  readonly plant: (seed: Seed, gitDirectory: string) => Promise<boolean>;
  /** Take over what a git directory has for a tip. What cannot be kept is not. */
  readonly keep: (gitDirectory: string, tip: string) => Promise<void>;
  readonly drop: () => Promise<void>;
}

/** Packs, and the commits whose objects they hold. */
export interface Seed {
  readonly format: ObjectFormat;
  readonly packs: readonly Pack[];
  readonly tips: readonly string[];
}

/** More than this slows git down; the next clone then begins anew. */
const MAX_PACKS = 24;
/** Its time says when the cache was last used. */
export const USED_FILE = 'used';
const TIPS: Readonly<Record<ObjectFormat, RegExp>> = { sha1: /^[0-9a-f]{40}$/u, sha256: /^[0-9a-f]{64}$/u };
const PRIVATE = { recursive: true, mode: 0o700 };

/** The cache of a repository's clones, if it is one of those that have one: those that are reached by HTTP. */
export function cloneCache(cacheDirectory: string | undefined, repository: string): CloneCache | undefined {
  if (cacheDirectory === undefined || !/^https?:/u.test(repository)) return undefined;
  const key = createHash('sha256').update(repository.toLowerCase()).digest('hex').slice(0, 32);
  const directory = path.join(cacheDirectory, key);
  const tipsDirectory = path.join(directory, 'tips');
  return {
    drop: () => dropCache(directory),
    async look() {
      const packs = await listPacks(directory);
      const format = packs[0]?.format;
      // Tips whose packs are gone would spoil it for those to come.
      if (format === undefined || packs.length > MAX_PACKS || packs.some((pack) => pack.format !== format)) {
        await dropCache(directory);
        return undefined;
      }
      const names = await readdir(tipsDirectory).catch((): string[] => []);
      return { format, packs, tips: names.filter((name) => TIPS[format].test(name)) };
    },
    isIntact: ({ packs }) => areIntact(packs, directory),
    async plant({ packs }, gitDirectory) {
      try {
        for (const pack of packs) await sharePack(pack, directory, packsOf(gitDirectory));
        return true;
      } catch {
        return false;
      }
    },
    async keep(gitDirectory, tip) {
      try {
        await mkdir(tipsDirectory, PRIVATE);
        await writeFile(path.join(directory, USED_FILE), '');
        const known = new Set((await listPacks(directory)).map(({ name }) => name));
        for (const pack of await listPacks(packsOf(gitDirectory)))
          if (!known.has(pack.name)) await sharePack(pack, packsOf(gitDirectory), directory);
        // Last: where it is, its objects are.
        await writeFile(path.join(tipsDirectory, tip), '');
      } catch {
        // The disk is full, or somebody dropped the cache just now. The clone is done.
      }
    },
  };
}

/** Remove a cache in one step, so that nobody finds half of it. */
export async function dropCache(directory: string): Promise<void> {
  const gone = `${directory}.gone-${randomUUID()}`;
  await rename(directory, gone).catch(() => undefined);
  await rm(gone, { recursive: true, force: true }).catch(() => undefined);
}

async function areIntact(packs: readonly Pack[], directory: string): Promise<boolean> {
  try {
    const answers = await Promise.all(packs.map((pack) => isIntact(pack, directory)));
    return answers.every(Boolean);
  } catch {
    return false;
  }
}

function packsOf(gitDirectory: string): string {
  return path.join(gitDirectory, 'objects', 'pack');
}
