import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer as createTcp, type Socket } from 'node:net';
import path from 'node:path';
import { connect as connectTls, createServer as createTls, type TLSSocket } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { listen, startTestGateway, testFolder } from '../../tests/support/gateway-kit.ts';
import type { GatewayDeps } from './deps.ts';

const HOST = 'api.example.com';

async function startTlsUpstream(onClient: (socket: TLSSocket) => void) {
  const folder = await testFolder();
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${HOST} -addext subjectAltName=DNS:${HOST}`;
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createTls({ key: readFileSync(key), cert: readFileSync(cert) }, onClient);
  server.on('tlsClientError', () => undefined);
  return { port: await listen(server), ca: readFileSync(cert) };
}

interface Options {
  readonly port?: number;
  readonly addresses?: readonly string[] | Error;
  readonly deps?: Partial<GatewayDeps>;
}

/** A gateway whose names all lead to a stub on loopback, which the test says is public. */
async function startTunnelGateway({ port = 9, addresses = ['127.0.0.1'], deps = {} }: Options = {}) {
  const connected: string[] = [];
  const gateway = await startTestGateway({
    egressAllow: [HOST, '.example.org'],
    deps: {
      resolve: () => (addresses instanceof Error ? Promise.reject(addresses) : Promise.resolve(addresses)),
      isReachable: (address) => address === '127.0.0.1',
      connect: (address) => {
        connected.push(address);
        return connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      },
      ...deps,
    },
  });
  return { ...gateway, connected };
}

/** Ask for a tunnel; gives the socket and the first line of the answer. */
async function openTunnel(socketPath: string, authority: string) {
  const socket = connect(socketPath);
  socket.on('error', () => undefined);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`, 'latin1');
  const [bytes] = await once(socket, 'data');
  return { socket, line: String(bytes).split('\r\n')[0], answer: String(bytes) };
}

function secure(socket: Socket, ca: Buffer, servername = HOST): TLSSocket {
  const tls = connectTls({ socket, ca, servername });
  tls.on('error', () => undefined);
  return tls;
}

describe('a tunnel', () => {
  it('leads to a host of the list, both ways and to both ends', async () => {
    const upstream = await startTlsUpstream((socket) => socket.pipe(socket));
    const gateway = await startTunnelGateway(upstream);
    const { socket, line } = await openTunnel(gateway.socketPath, 'API.example.com.:443');
    expect(line).toBe('HTTP/1.1 200 Connection Established');
    const tls = secure(socket, upstream.ca);
    tls.end('hello there');
    const [bytes] = await once(tls, 'data');
    expect(String(bytes)).toBe('hello there');
    await once(tls, 'close');
    expect(gateway.connected).toEqual(['127.0.0.1']);
    expect(await gateway.decisions()).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
        kind: 'connect',
        method: 'CONNECT',
        host: 'API.example.com.',
        port: 443,
        verdict: 'allowed',
        reason: 'listed',
        status: 200,
        bytes_up: expect.any(Number),
        bytes_down: expect.any(Number),
        duration_ms: expect.any(Number),
      },
    ]);
  });

  it.each([
    ['evil.test:443', '403', 'not_in_list'],
    [`${HOST}:80`, '403', 'port_not_allowed'],
    ['127.0.0.1:443', '403', 'ip_literal'],
    ['[::1]:443', '403', 'ip_literal'],
    ['0x7f.1:443', '403', 'ip_literal'],
    [`user@${HOST}:443`, '4', undefined],
  ])('is refused to %s', async (authority, status, reason) => {
    const gateway = await startTunnelGateway();
    const { line, answer } = await openTunnel(gateway.socketPath, authority);
    expect(line).toMatch(new RegExp(`^HTTP/1.1 ${status}`, 'u'));
    expect(gateway.connected).toEqual([]);
    if (reason === undefined) return;
    expect(answer).toContain('gateway_denied');
    expect(await gateway.decisions()).toMatchObject([{ verdict: 'denied', reason }]);
  });

  it.each([
    ['a private address', ['10.0.0.1'], '403', 'private_address'],
    ['one private address among others', ['127.0.0.1', '::1'], '403', 'private_address'],
    ['nothing', [], '502', 'name_not_found'],
    ['an error', new Error('ENOTFOUND'), '502', 'name_not_found'],
  ] as const)('is refused to a name that leads to %s', async (...[, addresses, status, reason]) => {
    const gateway = await startTunnelGateway({ addresses });
    const { line } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    expect(line).toMatch(new RegExp(`^HTTP/1.1 ${status}`, 'u'));
    expect(gateway.connected).toEqual([]);
    expect(await gateway.decisions()).toMatchObject([{ verdict: 'denied', reason, status: Number(status) }]);
  });

  it('is refused to every private address where nobody says otherwise', async () => {
    const gateway = await startTestGateway({
      egressAllow: [HOST],
      deps: { resolve: () => Promise.resolve(['127.0.0.1']) },
    });
    expect((await openTunnel(gateway.socketPath, `${HOST}:443`)).line).toContain('403');
  });

  it('resolves a name once, and connects to what was judged', async () => {
    const upstream = await startTlsUpstream((socket) => socket.end('hi'));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    const resolve = () => Promise.resolve(answers[asked++] ?? []);
    const gateway = await startTunnelGateway({ port: upstream.port, deps: { resolve } });
    const { socket } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    const [bytes] = await once(secure(socket, upstream.ca), 'data');
    expect([String(bytes), asked, gateway.connected]).toEqual(['hi', 1, ['127.0.0.1']]);
  });

  it.each([
    ['another name', (socket: Socket) => void secure(socket, Buffer.alloc(0), 'evil.test')],
    ['no name', (socket: Socket) => void secure(socket, Buffer.alloc(0), '')],
    ['no TLS', (socket: Socket) => void socket.write('GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n')],
    ['nothing in time', () => undefined],
    ['goodbye', (socket: Socket) => void socket.end()],
  ])('ends before it leads anywhere when the client says %s', async (_what, say) => {
    const times = { answerMs: 1_000, stepMs: 100, idleMs: 1_000 };
    const gateway = await startTunnelGateway({ deps: { times } });
    const { socket } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    const isOver = once(socket, 'close');
    say(socket);
    socket.resume();
    await isOver;
    expect(gateway.connected).toEqual([]);
    expect(await gateway.decisions()).toMatchObject([{ verdict: 'denied', reason: 'sni_mismatch' }]);
  });

  it.each([
    ['nobody listens', undefined],
    ['the other side resets', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy())],
    ['the other side says nothing', () => undefined],
  ])('ends when %s', async (what, onClient) => {
    const server = createTcp(onClient);
    const port = await listen(server);
    if (onClient === undefined) server.close();
    const times = { answerMs: 1_000, stepMs: 1_000, idleMs: 50 };
    const gateway = await startTunnelGateway({ port, deps: { times } });
    const { socket } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    const isOver = once(socket, 'close');
    secure(socket, Buffer.alloc(0));
    await isOver;
    expect(await gateway.decisions()).toMatchObject([
      { reason: what === 'nobody listens' ? 'unreachable' : 'listed' },
    ]);
  });

  it('tries the next address, IPv4 first', async () => {
    const gateway = await startTunnelGateway({
      addresses: ['::5', '::6', '127.0.0.1'],
      deps: { isReachable: () => true },
    });
    const server = createTcp();
    await listen(server);
    const { socket } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    const isOver = once(socket, 'close');
    secure(socket, Buffer.alloc(0));
    await isOver;
    expect(gateway.connected).toEqual(['127.0.0.1', '::5', '::6']);
  });

  it('is one of 64 at most', async () => {
    const { promise, resolve: goOn } = Promise.withResolvers<readonly string[]>();
    const { promise: areWaiting, resolve: lastWaits } = Promise.withResolvers<void>();
    let waiting = 0;
    const resolve = () => {
      waiting += 1;
      if (waiting === 64) lastWaits();
      return promise;
    };
    const gateway = await startTunnelGateway({ deps: { resolve } });
    const opened = Array.from({ length: 64 }, () => openTunnel(gateway.socketPath, `${HOST}:443`));
    await areWaiting;
    expect((await openTunnel(gateway.socketPath, `${HOST}:443`)).line).toContain('503');
    goOn([]);
    expect(new Set((await Promise.all(opened)).map(({ line }) => line))).toEqual(
      new Set(['HTTP/1.1 502 Bad Gateway']),
    );
  });

  it('is cut when the gateway closes', async () => {
    const upstream = await startTlsUpstream((socket) => socket.write('hi'));
    const gateway = await startTunnelGateway(upstream);
    const { socket } = await openTunnel(gateway.socketPath, `${HOST}:443`);
    await once(secure(socket, upstream.ca), 'data');
    const isOver = once(socket, 'close');
    await gateway.close();
    await isOver;
    expect(socket.destroyed).toBe(true);
  });
});
