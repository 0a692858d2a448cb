import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Make a directory and its missing parents; one that is there is left as it is. Returns those that were missing, innermost
 * first. Node's own `recursive` never returns where the kernel answers ENOENT below an existing directory, as it does in
 * `/proc`; this gives that error.
 */
export async function makeDirectory(directory: string, mode: number): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let step = path.resolve(directory); !(await isDirectory(step)); step = path.dirname(step))
    missing.push(step);
  for (const step of missing.toReversed()) await makeOne(step, mode);
  return missing;
}

async function makeOne(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await isDirectory(directory))) throw error;
  }
}

/** A path below a regular file is no directory and never will be; `mkdir` says so when it is tried. */
async function isDirectory(candidate: string): Promise<boolean> {
  const found = await stat(candidate).catch(() => undefined);
  return found?.isDirectory() ?? candidate === path.dirname(candidate);
}
