import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { createRedactor } from '../src/domain/redaction/create-redactor.ts';
import { TOKEN_KINDS } from '../tests/support/secret-transforms.ts';

/** In bytes; megabytes of the SI. */
export const MEGABYTE = 1_000_000;
/** As much as a pipe holds. */
export const PIECE_BYTES = 64 * 1024;

const FILE_MAX_BYTES = 128 * 1024;

const ROOT = path.resolve(import.meta.dirname, '..');
const TEXT_FILE = /\.(?:[cm]?[jt]sx?|json|md|css|html|ya?ml|txt|map)$/u;

/** Text files of this project and its dependencies, in the order of their names, up to about `atMost` bytes; no one of them is most of it. */
export function readCorpus(atMost: number): { readonly bytes: Buffer; readonly files: number } {
  const names = readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT_FILE.test(entry.name) && !entry.parentPath.includes('/.git'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const contents: Buffer[] = [];
  let total = 0;
  for (const name of names) {
    if (total >= atMost) break;
    const content = readFileSync(name).subarray(0, FILE_MAX_BYTES);
    contents.push(content);
    total += content.length;
  }
  return { bytes: Buffer.concat(contents), files: contents.length };
}

/** MB for each second of processor time, which others on the machine do not take away. */
export interface Speed {
  readonly best: number;
  readonly median: number;
}

/** How fast a redactor with so many secrets passes `bytes` on in pieces. The first two of nine rounds warm up. */
export function measureSpeed(bytes: Buffer, secrets: number): Speed {
  const redactor = createRedactor(manySecrets(secrets));
  const speeds = Array.from({ length: 9 }, () => {
    const stream = redactor.stream();
    const before = process.cpuUsage();
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) stream.write(bytes.subarray(at, at + PIECE_BYTES));
    stream.end();
    const { user, system } = process.cpuUsage(before);
    return bytes.length / (user + system);
  });
  const sorted = speeds.slice(2).toSorted((one, other) => one - other);
  return { best: sorted.at(-1) ?? 0, median: sorted[3] ?? 0 };
}

/** Of every kind in turn. */
function manySecrets(count: number): readonly string[] {
  const rounds = Math.ceil(count / TOKEN_KINDS.length);
  return Array.from({ length: rounds }, () => TOKEN_KINDS.map(({ make }) => make()))
    .flat()
    .slice(0, count);
}
