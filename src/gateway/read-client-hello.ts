import type { Duplex } from 'node:stream';

import { CLIENT_HELLO_MAX_BYTES, readSni, type SniReading } from './read-sni.ts';

/** What a client said first, and which host it names in it. */
export interface ClientHello {
  readonly bytes: Buffer;
  readonly sni: SniReading;
}

/**
 * Wait for a client's first message, in pieces of any size, `head` being those that came with its request. Ends as `incomplete` when the
 * client falls silent, hangs up, or says more than any client would. Leaves the client paused.
 */
export async function readClientHello(client: Duplex, head: Buffer, waitMs: number): Promise<ClientHello> {
  const chunks = [head];
  const look = (): ClientHello => {
    const bytes = Buffer.concat(chunks);
    return { bytes, sni: readSni(bytes) };
  };
  const first = look();
  if (first.sni.kind !== 'incomplete') return first;
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      client.off('data', onData).off('end', finish).off('close', finish);
      client.pause();
      resolve(look());
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      const { bytes, sni } = look();
      if (sni.kind !== 'incomplete' || bytes.length > CLIENT_HELLO_MAX_BYTES) finish();
    };
    const timer = setTimeout(finish, waitMs);
    client.on('data', onData).once('end', finish).once('close', finish);
  });
}
