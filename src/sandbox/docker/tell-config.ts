import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';

import { answered } from './docker-client.ts';

const READY = '{"ready":true}';
const WORDS_MAX_CHARS = 2000;
const READY_MS = 20_000;

/** A gateway that has all it needs to begin, whatever becomes of this process. */
export interface BegunGateway {
  /** Settles when it listens. @throws an error with the gateway's own words */
  readonly listening: Promise<unknown>;
}

/**
 * Start a gateway that was made and tell it its configuration by standard input, where nobody who looks at the container sees it.
 * @throws what the daemon says
 */
export async function tellConfig(container: Docker.Container, config: string): Promise<BegunGateway> {
  const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
  const connection = await answered((abortSignal) => container.attach({ ...streams, abortSignal }));
  const said = { out: '', err: '' };
  const keep = (name: 'out' | 'err') => {
    const through = new PassThrough();
    through.on('data', (chunk: Buffer) => {
      said[name] = (said[name] + chunk.toString()).slice(-WORDS_MAX_CHARS);
    });
    return through;
  };
  const [out, err] = [keep('out'), keep('err')];
  container.modem.demuxStream(connection, out, err);
  const ready = new Promise<void>((resolve, reject) => {
    out.on('data', () => {
      if (said.out.includes(READY)) resolve();
    });
    connection.once('error', reject);
    connection.once('close', () => reject(new Error(endedTooSoon(said.err))));
    connection.once('end', () => reject(new Error(endedTooSoon(said.err))));
  });
  const letGo = () => {
    connection.removeAllListeners('close').removeAllListeners('end');
    connection.end();
  };
  // It may fail while we wait for something else.
  ready.catch(() => undefined);
  try {
    await answered((abortSignal) => container.start({ abortSignal }));
    connection.end(config);
  } catch (thrown) {
    letGo();
    throw thrown;
  }
  const listening = answered(() => ready, READY_MS).finally(letGo);
  listening.catch(() => undefined);
  return { listening };
}

function endedTooSoon(words: string): string {
  return `the gateway of the run ended before it listened: ${words.trim() || 'it said nothing'}`;
}
