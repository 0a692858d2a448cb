/** What the first message of a TLS client says about the host it wants. */
export type SniReading =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'name'; readonly name: string };

/** Largest first message looked at, in bytes; real ones have two thousand at most. */
export const CLIENT_HELLO_MAX_BYTES = 16_384;

const RECORD = { handshake: 22, headerBytes: 5, maxBytes: 16_384 };
const HANDSHAKE = { clientHello: 1, headerBytes: 4 };
const VERSION_AND_RANDOM_BYTES = 34;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const INVALID = { kind: 'invalid' } as const;
const INCOMPLETE = { kind: 'incomplete' } as const;

/**
 * Read the server name out of the bytes a client sent so far (RFC 8446, RFC 6066). Anything a server could understand otherwise than
 * we do is `invalid`: two names, lengths that do not add up.
 */
export function readSni(bytes: Uint8Array): SniReading {
  const handshake = joinRecords(bytes);
  if (handshake === undefined) return INVALID;
  if (handshake.length >= 1 && handshake[0] !== HANDSHAKE.clientHello) return INVALID;
  if (handshake.length < HANDSHAKE.headerBytes) return INCOMPLETE;
  const length = bigEndian(handshake.subarray(1, HANDSHAKE.headerBytes));
  if (length > CLIENT_HELLO_MAX_BYTES) return INVALID;
  const hello = handshake.subarray(HANDSHAKE.headerBytes, HANDSHAKE.headerBytes + length);
  if (hello.length < length) return bytes.length >= CLIENT_HELLO_MAX_BYTES ? INVALID : INCOMPLETE;
  try {
    return readHello(hello);
  } catch (thrown) {
    if (thrown instanceof RangeError) return INVALID;
    throw thrown;
  }
}

/** What the records hold so far, one after the other; `undefined` when one is no handshake. */
function joinRecords(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== RECORD.handshake) return undefined;
    const header = bytes.subarray(at, at + RECORD.headerBytes);
    if (header.length > 1 && header[1] !== 3) return undefined;
    if (header.length < RECORD.headerBytes) break;
    const length = bigEndian(header.subarray(3));
    if (length === 0 || length > RECORD.maxBytes) return undefined;
    const begin = at + RECORD.headerBytes;
    parts.push(bytes.subarray(begin, begin + length));
    at = begin + length;
  }
  return Buffer.concat(parts);
}

function readHello(hello: Uint8Array): SniReading {
  const reader = byteReader(hello);
  reader.take(VERSION_AND_RANDOM_BYTES);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  if (reader.isAtEnd()) return { kind: 'none' };
  const extensions = byteReader(reader.vector(2));
  reader.expectEnd();
  const names: string[] = [];
  while (!extensions.isAtEnd()) {
    const type = bigEndian(extensions.take(2));
    const body = extensions.vector(2);
    if (type === SERVER_NAME) names.push(readServerName(body));
  }
  const [name] = names;
  if (name === undefined) return { kind: 'none' };
  return names.length === 1 ? { kind: 'name', name: name.toLowerCase() } : INVALID;
}

/** @throws RangeError when there is not exactly one name */
function readServerName(body: Uint8Array): string {
  const outer = byteReader(body);
  const list = byteReader(outer.vector(2));
  outer.expectEnd();
  const type = bigEndian(list.take(1));
  const name = list.vector(2);
  list.expectEnd();
  if (type !== HOST_NAME || name.length === 0) throw new RangeError('no host name');
  return Buffer.from(name).toString('latin1');
}

/** Takes bytes one part after the other. @throws RangeError past the end */
function byteReader(bytes: Uint8Array) {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('past the end');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    take,
    /** Bytes with their length before them. */
    vector: (lengthBytes: number) => take(bigEndian(take(lengthBytes))),
    isAtEnd: () => at === bytes.length,
    expectEnd() {
      if (at !== bytes.length) throw new RangeError('bytes left over');
    },
  };
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
