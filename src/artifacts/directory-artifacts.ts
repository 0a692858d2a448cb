import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

import type { Artifacts } from './port.ts';

/** A file this young may belong to a row that is not written yet. */
const GRACE_MS = 60 * 60_000;
const HASH = /^[0-9a-f]{64}$/u;

/** Evidence in a directory: `sha256/ab/abcd…`, written aside and renamed, read-only once there. */
export function directoryArtifacts(options: {
  readonly directory: string;
  readonly nowMs: () => number;
}): Artifacts {
  const { directory, nowMs } = options;
  const locate = (sha256: string) => path.join(directory, 'sha256', sha256.slice(0, 2), sha256);

  return {
    locate,
    async put(bytes) {
      const sha256 = hashOf(bytes);
      const file = locate(sha256);
      const isKept = await touch(file, nowMs());
      if (!isKept) await writeDurably(file, bytes);
      return { sha256, sizeBytes: bytes.byteLength };
    },
    async get(sha256) {
      if (!HASH.test(sha256)) return undefined;
      const bytes = await readFile(locate(sha256)).catch(() => undefined);
      return bytes !== undefined && hashOf(bytes) === sha256 ? bytes : undefined;
    },
    async collectGarbage({ referenced, isDryRun }) {
      const candidates = await listFiles(path.join(directory, 'sha256'));
      let files = 0;
      let bytes = 0;
      for (const file of candidates) {
        const found = await stat(file).catch(() => undefined);
        if (found === undefined || referenced.has(path.basename(file)) || found.mtimeMs > nowMs() - GRACE_MS)
          continue;
        files += 1;
        bytes += found.size;
        if (!isDryRun) await rm(file, { force: true });
      }
      return { files, bytes };
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** True when the file is there; its time is renewed, so that garbage collection leaves it alone until its row is written. */
async function touch(file: string, nowMs: number): Promise<boolean> {
  const now = new Date(nowMs);
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}

/** Two writers of the same content both succeed: the rename of equal bytes over equal bytes changes nothing. */
async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o750 });
  const aside = `${file}.${randomUUID()}.part`;
  const handle = await open(aside, 'wx', 0o640);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(aside, 0o440);
  await rename(aside, file);
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
