import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

interface GarbageChoice {
  readonly referenced: ReadonlySet<string>;
  readonly isDryRun: boolean;
  readonly nowMs: number;
}

/** A file this young may belong to a row that is not written yet. */
const GRACE_MS = 60 * 60_000;

/** Remove the files nothing refers to, left-overs of unfinished writes among them. Returns what that was. */
export async function collectGarbage(
  root: string,
  { referenced, isDryRun, nowMs }: GarbageChoice,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const oldestKeptMs = nowMs - GRACE_MS;
  let files = 0;
  let bytes = 0;
  for (const file of await listFiles(root)) {
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || referenced.has(path.basename(file)) || found.mtimeMs > oldestKeptMs) continue;
    if (!isDryRun && !(await removeUnlessRenewed(file, oldestKeptMs))) continue;
    files += 1;
    bytes += found.size;
  }
  return { files, bytes };
}

/** Somebody may put the same bytes, which renews the file, between our look and its end; then it goes back to its place. */
async function removeUnlessRenewed(file: string, oldestKeptMs: number): Promise<boolean> {
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await rename(file, aside);
    if ((await stat(aside)).mtimeMs > oldestKeptMs) {
      await rename(aside, file);
      return false;
    }
    await rm(aside, { force: true });
    return true;
  } catch (thrown) {
    // Another collector was faster.
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
    throw thrown;
  }
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
