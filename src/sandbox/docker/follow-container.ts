import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';

import { boundedText } from '../../lib/bounded-text.ts';
import { lineSplitter } from '../../lib/line-splitter.ts';
import type { SandboxObserver } from '../port.ts';
import { answered } from './docker-client.ts';

/** What a container writes, while it writes and afterwards. */
export interface ContainerOutput {
  /** Fires, with its error, when the observer fails: nobody listens to the agent any more. */
  readonly failure: AbortSignal;
  /** Fires when it wrote more than is kept. */
  readonly flooded: AbortSignal;
  /** Read the log until the container ends or `signal` fires; what was told before is not told again. */
  follow(signal: AbortSignal): Promise<void>;
  /** Read once more what the daemon keeps, since it passes on last words without a line break only sometimes, and tell them. */
  finish(): Promise<void>;
  stdout(): string;
  stderr(): string;
}

const LOG_HEAD_CHARS = 1024 * 1024;
const LOG_TAIL_CHARS = 1024 * 1024;
const LINE_MAX_CHARS = 1024 * 1024;
/**
 * Below what the daemon keeps (see `containerSpec`) even when each byte has to be written as an escape of six, so that a log is always
 * there from its beginning.
 */
const OUTPUT_MAX_BYTES = 240 * 1024 * 1024;
/** A sixth of what the daemon writes beside each line, and some more. */
const LINE_COST_BYTES = 32;
/** For a log that does not grow any more. */
const READ_MS = 60_000;

/** Tell an observer all a container has written and writes, and keep a bounded copy. */
export function containerOutput(container: Docker.Container, observe: SandboxObserver): ContainerOutput {
  const [failure, flooded] = [new AbortController(), new AbortController()];
  let costBytes = 0;
  // By what is written and not by what is told: a line that never ends is told once, and cut.
  const count = (bytes: number) => {
    costBytes += bytes;
    if (costBytes > OUTPUT_MAX_BYTES) flooded.abort();
  };
  const tell: SandboxObserver['onLine'] = (stream, line) => {
    count(LINE_COST_BYTES);
    if (failure.signal.aborted) return;
    try {
      observe.onLine(stream, line);
    } catch (thrown) {
      failure.abort(thrown);
    }
  };
  const stdout = oneStream((line) => tell('stdout', line), count);
  const stderr = oneStream((line) => tell('stderr', line), count);
  const read = async (signal: AbortSignal) => {
    // Of one that has ended, following ends at once.
    const options = { follow: true, stdout: true, stderr: true } as const;
    const log = await answered((late) =>
      container.logs({ ...options, abortSignal: AbortSignal.any([signal, late]) }),
    );
    container.modem.demuxStream(log, stdout.fromStart(), stderr.fromStart());
    // An abort ends it with an error; whatever it was, the container's state says how things are.
    await finished(log, { writable: false }).catch(() => undefined);
  };
  return {
    failure: failure.signal,
    flooded: flooded.signal,
    follow: read,
    async finish() {
      // One that was removed keeps nothing.
      if (!flooded.signal.aborted) await read(AbortSignal.timeout(READ_MS)).catch(() => undefined);
      for (const { lines } of [stdout, stderr]) lines.end();
    },
    stdout: () => stdout.kept.toString(),
    stderr: () => stderr.kept.toString(),
  };
}

function oneStream(onLine: (line: string) => void, count: (bytes: number) => void) {
  const kept = boundedText(LOG_HEAD_CHARS, LOG_TAIL_CHARS);
  const lines = lineSplitter(LINE_MAX_CHARS, (line) => {
    kept.append(`${line}\n`);
    onLine(line);
  });
  let toldBytes = 0;
  return {
    kept,
    lines,
    /**
     * Takes a log from its beginning; bytes that were told before are passed over. What is written to it is told at once: when the
     * log has ended, nothing of it is still on its way.
     */
    fromStart(): Writable {
      let atByte = 0;
      return new Writable({
        write(chunk: Buffer, _encoding, done) {
          const fresh = chunk.subarray(Math.min(Math.max(toldBytes - atByte, 0), chunk.length));
          atByte += chunk.length;
          toldBytes += fresh.length;
          count(fresh.length);
          if (fresh.length > 0) lines.push(fresh);
          done();
        },
      });
    },
  };
}
