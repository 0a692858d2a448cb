import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CLIENT_HELLO_MAX_BYTES, readSni } from './read-sni.ts';

const u8 = (value: number) => Buffer.from([value]);
const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 255, value & 255]);
const vector = (size: typeof u8, bytes: Buffer) => Buffer.concat([size(bytes.length), bytes]);
const extension = (type: number, body: Buffer) => Buffer.concat([u16(type), vector(u16, body)]);
const hostName = (name: string) => Buffer.concat([u8(0), vector(u16, Buffer.from(name, 'latin1'))]);
const serverName = (...names: readonly string[]) =>
  extension(0, vector(u16, Buffer.concat(names.map(hostName))));
const other = extension(0xff01, u8(0));

function handshake(extensions: Buffer | undefined, type = 1): Buffer {
  const parts = [
    u16(0x0303),
    Buffer.alloc(32),
    vector(u8, Buffer.alloc(32)),
    vector(u16, u16(0x1301)),
    vector(u8, u8(0)),
  ];
  const body = Buffer.concat(extensions === undefined ? parts : [...parts, vector(u16, extensions)]);
  return Buffer.concat([u8(type), vector(u24, body)]);
}

const record = (body: Buffer, type = 22) => Buffer.concat([u8(type), u16(0x0301), vector(u16, body)]);
const hello = (...extensions: readonly Buffer[]) => record(handshake(Buffer.concat(extensions)));
const GOOD = hello(other, serverName('Example.com'), other);
const NAMED = { kind: 'name', name: 'example.com' };

/** What Node's own TLS says first. */
async function realHello(servername: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const wire = new Duplex({ read: () => undefined, write: (chunk: Buffer) => resolve(chunk) });
  const socket = connectTls({ socket: wire, servername, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  const bytes = await promise;
  socket.destroy();
  return bytes;
}

describe('the name in a first message', () => {
  it('is read from a real one', async () => {
    expect(readSni(await realHello('api.example.com'))).toEqual({ kind: 'name', name: 'api.example.com' });
    expect(readSni(await realHello(''))).toEqual({ kind: 'none' });
  });

  it('is read once all of it is there, in pieces or in many records', () => {
    expect(readSni(GOOD)).toEqual(NAMED);
    expect(readSni(Buffer.concat([GOOD, Buffer.from('more')]))).toEqual({ kind: 'invalid' });
    for (let length = 0; length < GOOD.length; length += 1)
      expect(readSni(GOOD.subarray(0, length))).toEqual({ kind: 'incomplete' });
    const whole = handshake(serverName('example.com'));
    const bytes = [...whole].map((byte) => record(u8(byte)));
    expect(readSni(Buffer.concat(bytes))).toEqual(NAMED);
    expect(readSni(Buffer.concat(bytes.slice(0, -1)))).toEqual({ kind: 'incomplete' });
  });

  it.each([
    ['two names', hello(serverName('example.com', 'evil.test')), 'invalid'],
    ['two extensions', hello(serverName('example.com'), serverName('evil.test')), 'invalid'],
    ['an empty name', hello(serverName('')), 'invalid'],
    ['an empty list', hello(extension(0, u16(0))), 'invalid'],
    ['an empty extension', hello(extension(0, Buffer.alloc(0))), 'invalid'],
    [
      'a name of another type',
      hello(extension(0, vector(u16, Buffer.concat([u8(1), vector(u16, Buffer.from('a'))])))),
      'invalid',
    ],
    [
      'bytes after the list',
      hello(extension(0, Buffer.concat([vector(u16, hostName('a')), u8(0)]))),
      'invalid',
    ],
    ['no such extension', hello(other), 'none'],
    ['no extensions', record(handshake(undefined)), 'none'],
    [
      'bytes after the extensions',
      record(Buffer.concat([u8(1), vector(u24, Buffer.concat([handshake(other).subarray(4), u8(9)]))])),
      'invalid',
    ],
    ['another handshake', record(handshake(serverName('example.com'), 2)), 'invalid'],
    ['another record', record(handshake(serverName('example.com')), 23), 'invalid'],
    ['an empty record', record(Buffer.alloc(0)), 'invalid'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'invalid'],
    ['SSH', Buffer.from('SSH-2.0-x\r\n'), 'invalid'],
    ['a message too long', record(Buffer.concat([u8(1), u24(CLIENT_HELLO_MAX_BYTES + 1)])), 'invalid'],
    ['a record too long', Buffer.from([22, 3, 1, 0xff, 0xff, 1]), 'invalid'],
  ])('is not read from %s', (_what, bytes, kind) => {
    expect(readSni(bytes)).toEqual({ kind });
  });

  it('never throws, whatever comes', () => {
    const changed = fc.tuple(fc.nat(GOOD.length - 1), fc.nat(255)).map(([at, value]) => {
      const bytes = Buffer.from(GOOD);
      bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        expect(['incomplete', 'none', 'invalid', 'name']).toContain(readSni(bytes).kind);
      }),
      { numRuns: 5_000 },
    );
  });
});
