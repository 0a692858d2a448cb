import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';

import { portOf } from '../../support/port-of.ts';

/** Listeners of the host that nobody should ever reach; each contact is kept. */
export interface Sinks extends AsyncDisposable {
  readonly hits: string[];
  readonly tcp: number;
  readonly udp: number;
  readonly dns: number;
  readonly abstractSocket: string;
  /** A TLS server that may be reached, by those who may. */
  readonly tls: number;
  readonly tlsHits: string[];
}

/** Open them on every address of the machine; `folder` is for the certificate. */
export async function openSinks(folder: string, nonce: string): Promise<Sinks> {
  const hits: string[] = [];
  const tlsHits: string[] = [];
  const sockets = new Set<Socket>();
  const answer = (name: string, kept: string[]) => (socket: Socket) => {
    sockets.add(socket);
    kept.push(name);
    socket.on('error', () => undefined);
    socket.once('data', (chunk: Buffer) => {
      kept.push(`${name}: ${chunk.toString('latin1').slice(0, 60)}`);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsink');
    });
  };
  const plain = createServer(answer('tcp', hits));
  const abstract = createServer(answer('abstract socket', hits));
  const secure = tls.createServer(await certificate(folder), answer('tls', tlsHits));
  const datagrams = ['udp', 'dns'].map((name) => {
    const socket = createSocket('udp4');
    socket.on('message', (message, { address, port }) => {
      hits.push(name);
      socket.send(message, port, address);
    });
    return socket;
  });
  const abstractSocket = `attack-${nonce}`;
  const [tcp, tlsPort] = [await listen(plain), await listen(secure)];
  abstract.listen(`\0${abstractSocket}`);
  const ports = await Promise.all(
    datagrams.map(async (socket) => {
      socket.bind(0, '0.0.0.0');
      await once(socket, 'listening');
      return socket.address().port;
    }),
  );
  return {
    hits,
    tlsHits,
    tcp,
    tls: tlsPort,
    udp: ports[0] ?? 0,
    dns: ports[1] ?? 0,
    abstractSocket,
    [Symbol.asyncDispose]() {
      for (const server of [plain, abstract, secure]) server.close();
      for (const socket of datagrams) socket.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return portOf(server);
}

async function certificate(folder: string): Promise<{ readonly key: string; readonly cert: string }> {
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=allowed.test', '-days', '2', '-nodes'];
  const files = ['-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    ...subject,
    ...files,
  ]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
