import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';

import { printable } from '../domain/printable.ts';

/** One thing the gateway decided. */
export interface EgressDecision {
  readonly kind: 'connect' | 'model';
  readonly method: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly verdict: 'allowed' | 'denied';
  readonly reason: string;
  readonly status?: number;
  readonly bytes_up?: number;
  readonly bytes_down?: number;
  readonly duration_ms?: number;
}

/** Where decisions are written down. */
export interface EgressRecord {
  write(decision: EgressDecision): void;
  /** Say how many lines had no room, and wait until all is written. */
  close(): Promise<void>;
}

const FILE_NAME = 'egress.jsonl';
const FILE_MAX_BYTES = 4 * 1024 * 1024;
/** Asking for what is refused costs an agent nothing: it must not push out what was let through. */
const DENIED_MAX_BYTES = FILE_MAX_BYTES / 2;
const TEXT_MAX_CHARS = 256;

/** Go on with the record in a folder, which has to be there. @throws when it cannot be written */
export async function openEgressRecord(directory: string, nowMs: () => number): Promise<EgressRecord> {
  const file = path.join(directory, FILE_NAME);
  let length = (await stat(file).catch(() => undefined))?.size ?? 0;
  let dropped = 0;
  const stream = createWriteStream(file, { flags: 'a', mode: 0o640 });
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', reject);
  });
  // A full disk ends the record, not the run.
  stream.on('error', () => undefined);
  const lineOf = (entry: object) => `${JSON.stringify({ at: new Date(nowMs()).toISOString(), ...entry })}\n`;
  return {
    write(decision) {
      const line = lineOf(bounded(decision));
      const room = decision.verdict === 'denied' ? DENIED_MAX_BYTES : FILE_MAX_BYTES;
      if (length + line.length > room) {
        dropped += 1;
        return;
      }
      length += Buffer.byteLength(line);
      stream.write(line);
    },
    async close() {
      if (dropped > 0) stream.write(lineOf({ kind: 'dropped', lines: dropped }));
      stream.end();
      await finished(stream).catch(() => undefined);
    },
  };
}

function bounded(decision: EgressDecision): object {
  return Object.fromEntries(
    Object.entries(decision).map(([name, value]) => [name, typeof value === 'string' ? shown(value) : value]),
  );
}

/** Text of an agent as it may stand in a log. */
function shown(text: string): string {
  return printable(text.slice(0, TEXT_MAX_CHARS))
    .replaceAll(/[\n\t]/gu, ' ')
    .slice(0, TEXT_MAX_CHARS);
}
