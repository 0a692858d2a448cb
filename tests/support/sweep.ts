import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

import { sweepIndex, type SweepIndex } from './sweep-index.ts';

/** A value that must be nowhere, and a name to tell it by. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  /** What everybody may know of it, such as `sk-proj-`: that much alone is no hit. */
  readonly publicPrefix?: string;
}

/** Where to look. */
export interface SweepRoots {
  /** Read with everything below them; links are not followed, but where they lead is searched as a text. */
  readonly directories?: readonly string[];
  readonly files?: readonly string[];
  /** By name. */
  readonly texts?: Readonly<Record<string, string | Uint8Array>>;
}

/** A canary, or as much as eight characters of it make, in some form. */
export interface SweepHit {
  readonly place: string;
  readonly canary: string;
  /** Name of the form in `TRANSFORMS`. */
  readonly form: string;
  readonly offset: number;
}

/** What was found, and how much was looked at: a sweep of nothing proves nothing. */
export interface SweepReport {
  readonly hits: readonly SweepHit[];
  readonly files: number;
  readonly bytes: number;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Search every byte, and the name of every file, for canaries: as they are and in the forms of `secret-transforms.ts` but gzip, eight
 * characters in a row or more. Nothing is unpacked. Each place tells a form of a canary once. A file that cannot be read is an error.
 *
 * A database that this process has open is to be closed first: see AGENTS.md on SQLite's locks.
 */
export async function sweep(roots: SweepRoots, canaries: readonly Canary[]): Promise<SweepReport> {
  const index = sweepIndex(canaries);
  const hits: SweepHit[] = [];
  const files: string[] = [...(roots.files ?? [])];
  let bytes = 0;
  const search = (place: string, content: Uint8Array) => {
    bytes += content.byteLength;
    hits.push(...index.search(content, 0).map((hit) => ({ place, ...hit })));
  };

  for (const [name, content] of Object.entries(roots.texts ?? {})) search(name, Buffer.from(content));
  for (const directory of roots.directories ?? []) files.push(...(await filesBelow(directory)));
  for (const file of files) {
    search(`the name of ${file}`, Buffer.from(path.basename(file)));
    const found = await lstat(file);
    if (!found.isFile()) continue;
    const seen = await searchFile(index, file);
    bytes += seen.bytes;
    hits.push(...seen.hits);
  }
  return { hits, files: files.length, bytes };
}

/** Everything in a directory that is no directory; folders themselves are named by what is in them, and by their own entry. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.map((entry) => path.join(entry.parentPath, entry.name));
}

async function searchFile(
  index: SweepIndex,
  file: string,
): Promise<{ readonly hits: readonly SweepHit[]; readonly bytes: number }> {
  const hits = new Map<string, SweepHit>();
  let bytes = 0;
  let kept = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const content = Buffer.concat([kept, Buffer.from(chunk)]);
    for (const hit of index.search(content, bytes - kept.byteLength)) {
      const key = `${hit.canary}\n${hit.form}`;
      if (!hits.has(key)) hits.set(key, { place: file, ...hit });
    }
    bytes += Buffer.from(chunk).byteLength;
    // What the next chunk may complete.
    kept = Buffer.from(content.subarray(Math.max(0, content.byteLength - index.longestBytes + 1)));
  }
  return { hits: [...hits.values()], bytes };
}
