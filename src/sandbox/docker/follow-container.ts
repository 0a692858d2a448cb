import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';

import { boundedText } from '../../lib/bounded-text.ts';
import { lineSplitter } from '../../lib/line-splitter.ts';
import type { SandboxObserver } from '../port.ts';

/** What a container writes, while it writes and afterwards. */
export interface ContainerOutput {
  /** Fires, with its error, when the observer fails: nobody listens to the agent any more. */
  readonly failure: AbortSignal;
  /** Read the log until the container ends or `signal` fires; what was told before is not told again. */
  follow(signal: AbortSignal): Promise<void>;
  /** Read what the daemon did not pass on yet, and tell the last line, even if it has no line break. */
  finish(): Promise<void>;
  stdout(): string;
  stderr(): string;
}

const LOG_HEAD_CHARS = 1024 * 1024;
const LOG_TAIL_CHARS = 1024 * 1024;
const LINE_MAX_CHARS = 1024 * 1024;

/** Tell an observer all a container has written and writes, and keep a bounded copy. */
export function containerOutput(container: Docker.Container, observe: SandboxObserver): ContainerOutput {
  const failure = new AbortController();
  const tell: SandboxObserver['onLine'] = (stream, line) => {
    if (failure.signal.aborted) return;
    try {
      observe.onLine(stream, line);
    } catch (thrown) {
      failure.abort(thrown);
    }
  };
  const stdout = oneStream((line) => tell('stdout', line));
  const stderr = oneStream((line) => tell('stderr', line));

  const read = async (signal: AbortSignal) => {
    const log = await container.logs({ follow: true, stdout: true, stderr: true, abortSignal: signal });
    container.modem.demuxStream(log, stdout.fromStart(), stderr.fromStart());
    // An abort ends it with an error; whatever it was, the container's state says how things are.
    await finished(log, { writable: false }).catch(() => undefined);
  };

  return {
    failure: failure.signal,
    follow: read,
    async finish() {
      await read(AbortSignal.timeout(READ_MS));
      for (const { lines } of [stdout, stderr]) lines.end();
    },
    stdout: () => stdout.kept.toString(),
    stderr: () => stderr.kept.toString(),
  };
}

/** For the rest of a log that does not grow any more. */
const READ_MS = 30_000;

function oneStream(onLine: (line: string) => void) {
  const kept = boundedText(LOG_HEAD_CHARS, LOG_TAIL_CHARS);
  const lines = lineSplitter(LINE_MAX_CHARS, (line) => {
    kept.append(`${line}\n`);
    onLine(line);
  });
  let toldBytes = 0;
  return {
    kept,
    lines,
    /** Takes a log from its beginning; bytes that were told before are passed over. */
    fromStart(): PassThrough {
      let atByte = 0;
      const through = new PassThrough();
      through.on('data', (chunk: Buffer) => {
        const fresh = chunk.subarray(Math.min(Math.max(toldBytes - atByte, 0), chunk.length));
        atByte += chunk.length;
        toldBytes += fresh.length;
        if (fresh.length > 0) lines.push(fresh);
      });
      return through;
    },
  };
}
