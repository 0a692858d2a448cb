import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  listen,
  REAL_KEY,
  startTestGateway,
  startUpstream,
  testFolder,
} from '../../tests/support/gateway-kit.ts';
import { runGateway } from './run-gateway.ts';

const modelAt = (baseUrl: string) =>
  ({ protocol: 'openai_chat', baseUrl, key: REAL_KEY, price: undefined }) as const;
const CHAT = { path: '/v1/chat/completions' };

async function startTlsModel() {
  const folder = await testFolder();
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...words.split(' '), ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const urls: string[] = [];
  const server = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    urls.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const port = await listen(server);
  return { urls, cert, folder, baseUrl: `https://localhost:${port}/v1` };
}

describe('a model behind TLS', () => {
  it('is not asked when nobody vouches for it', async () => {
    const model = await startTlsModel();
    const gateway = await startTestGateway({ model: modelAt(model.baseUrl) });
    expect((await gateway.ask(CHAT)).status).toBe(502);
    expect(model.urls).toEqual([]);
  });

  it('is asked when SSL_CERT_FILE vouches for it', async () => {
    const model = await startTlsModel();
    const before = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(before));
    const document = Buffer.from(
      JSON.stringify({
        socket_path: path.join(model.folder, 'own.sock'),
        record_directory: model.folder,
        model: { protocol: 'openai_chat', base_url: model.baseUrl, key: REAL_KEY, price: null },
        egress_allow: [],
        limits: { requests: null, tokens: null, cost_usd: null },
      }),
    );
    const opened = await runGateway({ document, networkEnv: { SSL_CERT_FILE: model.cert } });
    onTestFinished(() => opened.close());
    const gateway = await startTestGateway({ model: modelAt(model.baseUrl) });
    expect((await gateway.ask(CHAT)).status).toBe(200);
    expect(model.urls).toEqual(['/v1/chat/completions']);
  });
});

describe('a model behind an outgoing server', () => {
  it('is asked through it, unless NO_PROXY names it', async () => {
    const between = await startUpstream((_request, response) => void response.writeHead(418).end());
    const model = await startUpstream((_request, response) => void response.writeHead(200).end());
    const HTTP_PROXY = between.origin;
    const through = await startTestGateway({
      model: modelAt('http://m.test/v1'),
      deps: { proxyEnv: { HTTP_PROXY } },
    });
    expect((await through.ask(CHAT)).status).toBe(418);
    expect(between.requests.map(({ url }) => url)).toEqual(['http://m.test/v1/chat/completions']);
    const proxyEnv = { HTTP_PROXY, NO_PROXY: '127.0.0.1' };
    const direct = await startTestGateway({ model: modelAt(model.baseUrl), deps: { proxyEnv } });
    expect((await direct.ask(CHAT)).status).toBe(200);
    expect(between.requests).toHaveLength(1);
  });
});

describe('a gateway that closes', () => {
  it('cuts the call under way at once, and counts it', async () => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const model = await startUpstream(() => resolve());
    const gateway = await startTestGateway({ model: modelAt(model.baseUrl) });
    const answer = gateway.ask(CHAT).catch((error: unknown) => String(error));
    await isAsked;
    const began = performance.now();
    await gateway.close();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await answer).toMatch(/socket hang up|ECONNRESET/u);
    expect(await gateway.usage()).toMatchObject({ requests: 1, upstream_errors: 1 });
    expect(await gateway.decisions()).toMatchObject([
      { kind: 'model', verdict: 'allowed', reason: 'unreachable' },
    ]);
  });

  it('has room for sixteen calls at once, those whose agent hung up included', async () => {
    const { promise: areAsked, resolve } = Promise.withResolvers<void>();
    const model = await startUpstream(() => void (model.requests.length === 16 && resolve()));
    const gateway = await startTestGateway({ model: modelAt(model.baseUrl) });
    const agents = Array.from({ length: 16 }, () => connect(gateway.socketPath));
    for (const agent of agents) agent.write(HEAD);
    await areAsked;
    for (const agent of agents) agent.destroy();
    const { status, headers } = await gateway.ask(CHAT);
    expect([status, headers['retry-after']]).toEqual([429, '1']);
    await gateway.close();
    expect(await gateway.usage()).toMatchObject({ requests: 16, upstream_errors: 16 });
  });
});

const HEAD =
  'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
