import { createHash } from 'node:crypto';

/** sha256 over texts in order, lower-case hex. Each counts with its length, so that no two lists look alike. */
export function digestParts(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\n`).update(part);
  return hash.digest('hex');
}
