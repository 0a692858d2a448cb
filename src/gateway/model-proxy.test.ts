import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createServer } from 'node:net';

import { describe, expect, it } from 'vitest';

import {
  listen,
  REAL_KEY,
  startTestGateway,
  startUpstream,
  testFolder,
  type Answer,
} from '../../tests/support/gateway-kit.ts';
import type { ModelAccess, ModelProtocol } from '../domain/model-access.ts';

const PRICE = { input: 2, cachedInput: 1, output: 10 };
const NO_LIMITS = { requests: null, tokens: null, cost_usd: null };
const USAGE = { input_tokens: 1_000, input_tokens_details: { cached_tokens: 400 }, output_tokens: 100 };
const DONE = `data: ${JSON.stringify({ type: 'response.completed', response: { usage: USAGE } })}\n\n`;
const answersWell: Answer = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: {"a":1}\n\n${DONE}`);

function modelAt(baseUrl: string, given: Partial<ModelAccess> = {}): ModelAccess {
  return { protocol: 'openai_responses', baseUrl, key: REAL_KEY, price: undefined, ...given };
}

async function withModel(answer: Answer, given: Partial<Parameters<typeof startTestGateway>[0]> = {}) {
  const upstream = await startUpstream(answer);
  const gateway = await startTestGateway({ model: modelAt(upstream.baseUrl), ...given });
  return { upstream, gateway };
}

describe('a call', () => {
  const ROUTES: readonly (readonly [
    ModelProtocol,
    path: string,
    seen: string,
    header: string,
    value: string,
  ])[] = [
    ['openai_responses', '/v1/responses', '/base/responses', 'authorization', `Bearer ${REAL_KEY}`],
    ['openai_chat', '/v1/chat/completions', '/base/chat/completions', 'authorization', `Bearer ${REAL_KEY}`],
    ['anthropic_messages', '/v1/messages', '/base/v1/messages', 'x-api-key', REAL_KEY],
    ['anthropic_messages', '/v1/messages?beta=true', '/base/v1/messages', 'x-api-key', REAL_KEY],
    [
      'anthropic_messages',
      '/v1/messages/count_tokens',
      '/base/v1/messages/count_tokens',
      'x-api-key',
      REAL_KEY,
    ],
    [
      'gemini',
      '/v1beta/models/g-1.5:generateContent',
      '/base/v1beta/models/g-1.5:generateContent',
      'x-goog-api-key',
      REAL_KEY,
    ],
    [
      'gemini',
      '/v1beta/models/g:streamGenerateContent?alt=sse',
      '/base/v1beta/models/g:streamGenerateContent?alt=sse',
      'x-goog-api-key',
      REAL_KEY,
    ],
    [
      'gemini',
      '/v1beta/models/g:countTokens',
      '/base/v1beta/models/g:countTokens',
      'x-goog-api-key',
      REAL_KEY,
    ],
  ];

  it.each(ROUTES)(
    'of %s to %s goes to %s with the real key once',
    async (...[protocol, target, seen, header, value]) => {
      const upstream = await startUpstream(answersWell);
      const model = modelAt(`${upstream.origin}/base`, { protocol });
      const gateway = await startTestGateway({ model });
      const headers = {
        authorization: 'Bearer of-the-agent',
        'x-api-key': 'of-the-agent',
        'x-goog-api-key': 'of-the-agent',
        'proxy-authorization': 'Basic of-the-agent',
        cookie: 'of=the-agent',
        'api-key': 'of-the-agent',
        'x-unknown': 'of-the-agent',
        connection: `keep-alive, ${header}`,
        'accept-encoding': 'gzip',
        'anthropic-version': '2023-06-01',
        'user-agent': 'an-agent/1',
      };
      const answer = await gateway.ask({ path: target, headers, body: '{"a":"é"}' });
      expect([answer.status, await answer.text()]).toEqual([200, `data: {"a":1}\n\n${DONE}`]);
      expect(upstream.requests).toMatchObject([{ method: 'POST', url: seen, body: '{"a":"é"}' }]);
      const [request] = upstream.requests;
      expect(request?.headers).toMatchObject({
        [header]: value,
        host: `127.0.0.1:${upstream.port}`,
        'accept-encoding': 'identity',
        'user-agent': 'an-agent/1',
        'anthropic-version': '2023-06-01',
      });
      expect(request?.rawHeaders.filter((text) => text.includes(REAL_KEY))).toHaveLength(1);
      expect(JSON.stringify(request)).not.toContain('of-the-agent');
    },
  );

  it('needs no key where the model asks for none', async () => {
    const upstream = await startUpstream(answersWell);
    const gateway = await startTestGateway({ model: modelAt(upstream.baseUrl, { key: undefined }) });
    expect((await gateway.ask({ headers: { authorization: 'Bearer x' } })).status).toBe(200);
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is answered piece by piece', async () => {
    const { promise: isRead, resolve: goOn } = Promise.withResolvers<void>();
    const { gateway } = await withModel(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
      await isRead;
      response.end('data: second\n\n');
    });
    const { response } = await gateway.ask();
    const [first] = await once(response, 'data');
    expect(String(first)).toBe('data: first\n\n');
    goOn();
    const [second] = await once(response, 'data');
    expect(String(second)).toBe('data: second\n\n');
  });

  it.each([401, 404, 429, 500, 529])('is answered as the model does: %i', async (status) => {
    const { gateway } = await withModel((_request, response) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'retry-after': '7',
        'x-request-id': 'r1',
        'x-ratelimit-remaining-tokens': '3',
        'set-cookie': 'a=b',
        'x-echo': REAL_KEY,
        'openai-version': `of ${REAL_KEY}`,
      });
      response.end('{"error":1}');
    });
    const answer = await gateway.ask();
    expect([answer.status, await answer.text()]).toEqual([status, '{"error":1}']);
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-request-id': 'r1' });
    expect(Object.keys(answer.headers).filter((name) => /cookie|echo|version/u.test(name))).toEqual([]);
    expect(await gateway.usage()).toMatchObject({ requests: 1, upstream_errors: 1, input_tokens: 0 });
  });

  it('never brings the key back', async () => {
    const { gateway } = await withModel(({ rawHeaders }, response) => {
      const echo = JSON.stringify(rawHeaders);
      response.writeHead(400, { 'content-type': 'application/json' });
      response.write(echo.slice(0, echo.indexOf(REAL_KEY) + 9));
      response.end(echo.slice(echo.indexOf(REAL_KEY) + 9));
    });
    const body = await (await gateway.ask()).text();
    expect(body).toContain('Bearer ***REDACTED***');
    expect(body).not.toContain(REAL_KEY.slice(8, 20));
  });

  it.each<readonly [string, Answer, number, string]>([
    [
      'a redirect',
      (_, r) => void r.writeHead(307, { location: 'http://evil.test/' }).end(),
      502,
      'gateway_upstream',
    ],
    [
      'a compressed answer',
      (_, r) => void r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      502,
      'gateway_upstream',
    ],
    ['garbage', (_, r) => void r.socket?.end('garbage\r\n\r\n'), 502, 'gateway_upstream'],
    ['a reset', (_, r) => void r.socket?.resetAndDestroy(), 502, 'gateway_upstream'],
    ['silence', () => undefined, 504, 'gateway_timeout'],
  ])('that meets %s is answered', async (...[what, answer, status, code]) => {
    const times = { answerMs: what === 'silence' ? 30 : 10_000, stepMs: 10_000, idleMs: 10_000 };
    const { gateway } = await withModel(answer, { deps: { times } });
    const answered = await gateway.ask();
    expect([answered.status, JSON.parse(await answered.text())]).toMatchObject([status, { error: { code } }]);
    expect(await gateway.usage()).toMatchObject({ requests: 1, upstream_errors: 1 });
  });

  it('that finds nobody is answered', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    const gateway = await startTestGateway({ model: modelAt(`http://127.0.0.1:${port}/v1`) });
    const answer = await gateway.ask();
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('gateway_upstream')]);
  });

  it('that breaks off breaks off for the agent too, and is charged by what passed', async () => {
    const { gateway } = await withModel((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: half\n\n', () => response.socket?.resetAndDestroy());
    });
    const { text } = await gateway.ask({ body: '"12345678"' });
    await expect(text()).rejects.toThrow('aborted');
    await gateway.close();
    expect(await gateway.usage()).toMatchObject({ input_tokens: 3, output_tokens: 3, estimated_requests: 1 });
  });

  it('with a body beyond the limit is refused, and so is one sent too fast to be read', async () => {
    const { upstream, gateway } = await withModel(answersWell);
    const head = 'POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    expect(await gateway.raw(`${head}content-length: 33554433\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /u);
    expect(upstream.requests).toEqual([]);
  });
});

describe('the budget', () => {
  const usd = (cost: number) => ({ ...NO_LIMITS, cost_usd: cost });
  // One call: 600 * 2 + 400 * 1 + 100 * 10 millionths of a dollar.
  it.each([
    ['requests', { ...NO_LIMITS, requests: 2 }],
    ['tokens', { ...NO_LIMITS, tokens: 2_200 }],
    ['cost_usd', usd(0.0052)],
  ] as const)('of %s ends calls, also after a restart', async (exceeded, limits) => {
    const upstream = await startUpstream(answersWell);
    const model = modelAt(upstream.baseUrl, { price: PRICE });
    const folder = await testFolder();
    const start = () => startTestGateway({ model, limits, recordDirectory: folder });
    const first = await start();
    await (await first.ask()).text();
    await (await first.ask()).text();
    await first.close();
    const second = await start();
    const refused = await second.ask();
    expect([refused.status, refused.headers['x-should-retry']]).toEqual([429, 'false']);
    expect(JSON.parse(await refused.text())).toMatchObject({ error: { code: 'budget_exceeded' } });
    expect(upstream.requests).toHaveLength(2);
    expect(await second.usage()).toEqual({
      requests: 2,
      input_tokens: 2_000,
      cached_input_tokens: 800,
      output_tokens: 200,
      cost_usd: expect.closeTo(0.0052),
      exceeded,
      upstream_errors: 0,
      estimated_requests: 0,
    });
    expect((await second.decisions()).map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['allowed', 'answered'],
      ['allowed', 'answered'],
      ['denied', `budget_exceeded_${exceeded}`],
    ]);
  });

  it('of requests holds for calls at once', async () => {
    const { upstream, gateway } = await withModel(answersWell, { limits: { ...NO_LIMITS, requests: 3 } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.ask()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(upstream.requests).toHaveLength(3);
  });

  it('is not given twice when its file cannot be understood', async () => {
    const folder = await testFolder();
    await writeFile(path.join(folder, 'usage.json'), '');
    await expect(startTestGateway({ recordDirectory: folder })).rejects.toThrow('JSON');
  });

  it('is written down without the key', async () => {
    const { gateway } = await withModel(answersWell);
    await (await gateway.ask()).text();
    await gateway.ask({ path: '/else' });
    await gateway.close();
    for (const name of ['usage.json', 'egress.jsonl'])
      expect(await readFile(path.join(gateway.folder, name), 'utf8')).not.toContain(REAL_KEY.slice(8));
  });
});
