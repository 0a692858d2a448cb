import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { boundedText } from '../../lib/bounded-text.ts';
import { lineSplitter } from '../../lib/line-splitter.ts';
import type { SandboxObserver } from '../port.ts';
import type { AgentProcess } from './start-agent.ts';

/** What an agent writes, while it writes and afterwards. */
export interface CollectedOutput {
  /** Fires, with its error, when the observer fails: nobody listens to the agent any more. */
  readonly failure: AbortSignal;
  /** Read what is still in the pipes, then let go of them. */
  finished(): Promise<void>;
  stdout(): string;
  stderr(): string;
}

const LOG_HEAD_CHARS = 1024 * 1024;
const LOG_TAIL_CHARS = 1024 * 1024;
const LINE_MAX_CHARS = 1024 * 1024;
/** The pipes are given up after this many looks without news; counted, since a busy worker must still get to read. */
const QUIET_LOOKS = 25;
const LOOKS = 500;
const LOOK_MS = 20;

/** Split both streams into lines, tell the observer, and keep a bounded copy. */
export function collectOutput(child: AgentProcess, observe: SandboxObserver): CollectedOutput {
  const failure = new AbortController();
  const tell: SandboxObserver['onLine'] = (stream, line) => {
    if (failure.signal.aborted) return;
    try {
      observe.onLine(stream, line);
    } catch (thrown) {
      failure.abort(thrown);
    }
  };
  const collect = (name: 'stdout' | 'stderr') => {
    const kept = boundedText(LOG_HEAD_CHARS, LOG_TAIL_CHARS);
    const lines = lineSplitter(LINE_MAX_CHARS, (line) => {
      kept.append(`${line}\n`);
      tell(name, line);
    });
    child[name].on('data', (chunk: Buffer) => lines.push(chunk));
    return { kept, end: () => lines.end() };
  };
  const streams = { stdout: collect('stdout'), stderr: collect('stderr') };
  const closed = once(child, 'close');
  return {
    failure: failure.signal,
    stdout: () => streams.stdout.kept.toString(),
    stderr: () => streams.stderr.kept.toString(),
    async finished() {
      await untilQuiet(child, closed);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      streams.stdout.end();
      streams.stderr.end();
    },
  };
}

/** Something that escaped may hold the pipes for ever; what it writes later is not waited for. */
async function untilQuiet(child: AgentProcess, closed: Promise<unknown>): Promise<void> {
  const seen = { isClosed: false, bytes: 0 };
  const close = closed.finally(() => {
    seen.isClosed = true;
  });
  const bytesRead = () => readSoFar(child.stdout) + readSoFar(child.stderr);
  for (let look = 0, quiet = 0; look < LOOKS && quiet < QUIET_LOOKS && !seen.isClosed; look += 1) {
    await Promise.race([close, delay(LOOK_MS)]);
    quiet = bytesRead() === seen.bytes ? quiet + 1 : 0;
    seen.bytes = bytesRead();
  }
}

function readSoFar(stream: AgentProcess['stdout']): number {
  return 'bytesRead' in stream && typeof stream.bytesRead === 'number' ? stream.bytesRead : 0;
}
