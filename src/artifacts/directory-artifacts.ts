import { createHash } from 'node:crypto';
import { readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../domain/app-error.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Artifacts } from './port.ts';
import { writeDurably } from './write-durably.ts';

/** Up to this size a file is compared before it is trusted; a bigger one is judged by its size. */
const COMPARED_MAX_BYTES = 8 * 1024 * 1024;
/** What a preflight writes; garbage collection takes it away. */
const PROBE = new TextEncoder().encode('preflight\n');
const HASH = /^[0-9a-f]{64}$/u;

/** Evidence in a directory: `sha256/ab/abcd…`, written aside and renamed, read-only once there. */
export function directoryArtifacts(options: {
  readonly directory: string;
  readonly nowMs: () => number;
}): Artifacts {
  const { directory, nowMs } = options;
  const root = path.join(directory, 'sha256');
  const locate = (sha256: string) => {
    if (!HASH.test(sha256)) throw new Error(`not a sha256 in lower-case hex: ${sha256}`);
    return path.join(root, sha256.slice(0, 2), sha256);
  };

  const put = async (bytes: Uint8Array) => {
    try {
      return await keep(bytes);
    } catch (cause) {
      throw appError('home_not_writable', { directory, problem: describeThrown(cause) }, cause);
    }
  };
  const keep = async (bytes: Uint8Array) => {
    const sha256 = hashOf(bytes);
    const file = locate(sha256);
    // Renewing its time comes last: only then does garbage collection leave the file alone until its row is written.
    const now = new Date(nowMs());
    const isKept = (await isIntact(file, bytes)) && (await touch(file, now));
    if (!isKept) await writeDurably(file, bytes, now);
    return { sha256, sizeBytes: bytes.byteLength };
  };

  return {
    locate,
    put,
    async preflight() {
      await put(PROBE);
      return directory;
    },
    async get(sha256) {
      if (!HASH.test(sha256)) return undefined;
      const bytes = await readFile(locate(sha256)).catch(() => undefined);
      return bytes !== undefined && hashOf(bytes) === sha256 ? bytes : undefined;
    },
    collectGarbage: (choice) => collectGarbage(root, { ...choice, nowMs: nowMs() }),
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** False also when the file was damaged: then the bytes are written again. */
async function isIntact(file: string, bytes: Uint8Array): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.size !== bytes.byteLength) return false;
  if (found.size > COMPARED_MAX_BYTES) return true;
  const kept = await readFile(file).catch(() => undefined);
  return kept?.equals(bytes) ?? false;
}

async function touch(file: string, now: Date): Promise<boolean> {
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}
