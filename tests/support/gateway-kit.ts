import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';

import { onTestFinished } from 'vitest';

import type { GatewayConfig } from '../../src/gateway/config.ts';
import { systemDeps, type GatewayDeps } from '../../src/gateway/deps.ts';
import { startGateway } from '../../src/gateway/serve-gateway.ts';

/** The key no agent may see. */
export const REAL_KEY = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJ';

/** What a stub provider got. */
export interface UpstreamRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How a stub provider answers. */
export type Answer = (request: UpstreamRequest, response: ServerResponse) => void | Promise<void>;

/** Start a stub provider on loopback; it stops with the test. */
export async function startUpstream(answer: Answer) {
  const requests: UpstreamRequest[] = [];
  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    void text(request)
      .then((body) => {
        const { method = '', url = '', rawHeaders, headers } = request;
        const seen = { method, url, rawHeaders, headers, body };
        requests.push(seen);
        return answer(seen, response);
      })
      .catch(() => response.destroy());
  });
  const port = await listen(server);
  onTestFinished(() => server.closeAllConnections());
  return { requests, port, origin: `http://127.0.0.1:${port}`, baseUrl: `http://127.0.0.1:${port}/v1` };
}

/** Listen on a free port until the test is over. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A folder that goes with the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

type GatewayOptions = Partial<Omit<GatewayConfig, 'socketPath'>> & {
  readonly deps?: Partial<GatewayDeps>;
};

/** Start a gateway on a real socket; without a word it has a model nobody answers for, and no way out. */
export async function startTestGateway({ deps = {}, ...given }: GatewayOptions) {
  const folder = given.recordDirectory ?? (await testFolder());
  const socketPath = path.join(folder, 'gateway.sock');
  const config: GatewayConfig = {
    model: undefined,
    egressAllow: [],
    limits: { requests: null, tokens: null, cost_usd: null },
    recordDirectory: folder,
    proxyEnv: {},
    ...given,
    socketPath,
  };
  const gateway = await startGateway(config, { ...systemDeps({}), ...deps });
  onTestFinished(() => gateway.close());
  const read = (name: string) => readFile(path.join(folder, name), 'utf8');
  return {
    ...gateway,
    folder,
    socketPath,
    ask: (options: Ask = {}) => ask(socketPath, options),
    hangUp: (body?: string) => hangUp(socketPath, body),
    raw: (bytes: string) => raw(socketPath, bytes),
    /** Of this moment: the file is complete before an answer ends. */
    usage: async (): Promise<Record<string, unknown>> => JSON.parse(await read('usage.json')),
    /** Closes the gateway first, so that all is written. */
    decisions: async (): Promise<readonly Record<string, unknown>[]> => {
      await gateway.close();
      const lines = (await read('egress.jsonl')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line));
    },
  };
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Send one request, and give the answer as soon as its head is there. */
async function ask(socketPath: string, { method = 'POST', path: target, headers, body = '{}' }: Ask) {
  const request = http.request({
    socketPath,
    method,
    path: target ?? '/v1/responses',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once('response', resolve).on('error', reject).end(body);
  const response = await promise;
  const whole = async () => (await buffer(response)).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, response, request, text: whole };
}

/** Send a whole request at once; what is given back hangs up on it. */
function hangUp(socketPath: string, body = '{}'): () => Promise<void> {
  const socket = connect(socketPath);
  const head = 'POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-type: application/json';
  socket.on('error', () => undefined).write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  return async () => {
    socket.destroy();
    await once(socket, 'close');
  };
}

/** Send bytes as they are, and give all that comes back. */
async function raw(socketPath: string, bytes: string): Promise<string> {
  const socket = connect(socketPath);
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => socket.end());
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}
