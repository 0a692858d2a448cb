import { open, type FileHandle } from 'node:fs/promises';

import { boundedText } from '../../lib/bounded-text.ts';
import { lineSplitter } from '../../lib/line-splitter.ts';
import type { SandboxObserver } from '../port.ts';
import type { Spool } from './spool.ts';

/** What an agent writes, while it writes and afterwards. */
export interface FollowedOutput extends AsyncDisposable {
  /** Fires, with its error, when the observer fails: nobody listens to the agent any more. */
  readonly failure: AbortSignal;
  /** Read what is there by now. */
  readOn(): Promise<void>;
  /** Read to the end and tell the last line, even if it has no line break. */
  finish(): Promise<void>;
  stdout(): string;
  stderr(): string;
}

const LOG_HEAD_CHARS = 1024 * 1024;
const LOG_TAIL_CHARS = 1024 * 1024;
const LINE_MAX_CHARS = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Read both streams of a spool from their beginning, split them into lines, tell the observer, and keep a bounded copy. */
export async function followOutput(spool: Spool, observe: SandboxObserver): Promise<FollowedOutput> {
  const failure = new AbortController();
  const tell: SandboxObserver['onLine'] = (stream, line) => {
    if (failure.signal.aborted) return;
    try {
      observe.onLine(stream, line);
    } catch (thrown) {
      failure.abort(thrown);
    }
  };
  const follow = async (name: 'stdout' | 'stderr') => {
    const kept = boundedText(LOG_HEAD_CHARS, LOG_TAIL_CHARS);
    const lines = lineSplitter(LINE_MAX_CHARS, (line) => {
      kept.append(`${line}\n`);
      tell(name, line);
    });
    const file = await open(spool[name]);
    return { file, lines, kept, chunk: Buffer.alloc(CHUNK_BYTES) };
  };
  const stdout = await follow('stdout');
  const stderr = await follow('stderr');
  const readOn = async () => {
    for (const { file, lines, chunk } of [stdout, stderr])
      await readAll(file, chunk, (piece) => lines.push(piece));
  };
  return {
    failure: failure.signal,
    readOn,
    async finish() {
      await readOn();
      for (const { lines } of [stdout, stderr]) lines.end();
    },
    stdout: () => stdout.kept.toString(),
    stderr: () => stderr.kept.toString(),
    async [Symbol.asyncDispose]() {
      await Promise.all([stdout.file.close(), stderr.file.close()]);
    },
  };
}

/** From where the last call stopped to the end there is now. */
async function readAll(file: FileHandle, chunk: Buffer, onPiece: (piece: Uint8Array) => void): Promise<void> {
  for (;;) {
    const { bytesRead } = await file.read(chunk);
    if (bytesRead === 0) return;
    onPiece(chunk.subarray(0, bytesRead));
  }
}
