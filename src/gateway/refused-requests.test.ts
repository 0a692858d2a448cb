import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it } from 'vitest';

import { REAL_KEY, startTestGateway, startUpstream, type Answer } from '../../tests/support/gateway-kit.ts';

const BODY = '{}';
const HOST = 'host: 127.0.0.1:8642';
const JSON_TYPE = 'content-type: application/json';
const answersWell: Answer = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');

interface Parts {
  readonly line?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A request as bytes: a good one but for what is named. */
function bytesOf({ line = 'POST /v1/responses HTTP/1.1', lines = [], body = BODY }: Parts): string {
  const named = new Set(lines.map((each) => each.split(':')[0]?.toLowerCase()));
  const standard = [HOST, JSON_TYPE, `content-length: ${body.length}`, 'connection: close'].filter(
    (each) => !named.has(each.split(':')[0]),
  );
  return `${[line, ...standard, ...lines].join('\r\n')}\r\n\r\n${body}`;
}

const at = (target: string, method = 'POST'): Parts => ({ line: `${method} ${target} HTTP/1.1` });
const withLines = (...lines: readonly string[]): Parts => ({ lines });

const REFUSED: readonly (readonly [what: string, parts: Parts])[] = [
  ['another method: GET', at('/v1/responses', 'GET')],
  ['another method: HEAD', at('/v1/responses', 'HEAD')],
  ['another method: PUT', at('/v1/responses', 'PUT')],
  ['another method: DELETE', at('/v1/responses', 'DELETE')],
  ['another method: PATCH', at('/v1/responses', 'PATCH')],
  ['another method: OPTIONS', at('/v1/responses', 'OPTIONS')],
  ['another method: TRACE', at('/v1/responses', 'TRACE')],
  ['another method: PROPFIND', at('/v1/responses', 'PROPFIND')],
  ['another method: QUERY', at('/v1/responses', 'QUERY')],
  ['HTTP/1.0', { line: 'POST /v1/responses HTTP/1.0' }],
  ['a method nobody knows', at('/v1/responses', 'FETCH')],
  ['a method in lower case', at('/v1/responses', 'post')],
  ['the list of models', at('/v1/models', 'GET')],
  ['files', at('/v1/files')],
  ['fine tuning', at('/v1/fine_tuning/jobs')],
  ['one answer', at('/v1/responses/resp_1', 'GET')],
  ['cancelling an answer', at('/v1/responses/resp_1/cancel')],
  ['a path of another format', at('/v1/chat/completions')],
  ['the root', at('/')],
  ['a path below', at('/v1/responses/x')],
  ['a slash at the end', at('/v1/responses/')],
  ['a prefix of it', at('/v1/response')],
  ['without the version', at('/responses')],
  ['upper case', at('/V1/Responses')],
  ['a doubled slash', at('//v1/responses')],
  ['a doubled slash within', at('/v1//responses')],
  ['a step up', at('/v1/x/../responses')],
  ['a step up at the end', at('/v1/responses/../files')],
  ['a step up, encoded', at('/v1/%2e%2e/v1/responses')],
  ['a step nowhere', at('/v1/./responses')],
  ['an encoded dot', at('/v1/%2e/responses')],
  ['an encoded slash', at('/v1%2fresponses')],
  ['an encoded letter', at('/v1/%72esponses')],
  ['a backslash', at('/v1\\responses')],
  ['a broken escape', at('/v1/%zz')],
  ['a semicolon', at('/v1/responses;x=1')],
  ['a NUL, encoded', at('/v1/responses%00')],
  ['a byte beyond ASCII', at('/v1/responses\u00ff')],
  ['a query', at('/v1/responses?api-version=1')],
  ['an empty query', at('/v1/responses?')],
  ['a query that names a key', at('/v1/responses?key=x')],
  ['a query of another format', at('/v1/responses?alt=sse')],
  ['a fragment', at('/v1/responses#x')],
  ['an absolute address', at('http://api.openai.com/v1/responses')],
  ['an absolute address of ours', at('http://127.0.0.1:8642/v1/responses')],
  ['an absolute address of the machine', at('http://169.254.169.254/latest/meta-data/', 'GET')],
  ['an absolute address with TLS', at('https://api.openai.com/v1/responses')],
  ['an authority', at('api.openai.com:443')],
  ['an asterisk', at('*', 'OPTIONS')],
  ['no target', { line: 'POST  HTTP/1.1' }],
  ['a blank in the target', at('/v1/responses /x')],
  ['HTTP/0.9', { line: 'POST /v1/responses' }],
  ['HTTP/2', { line: 'PRI * HTTP/2.0' }],
  ['HTTP/9', { line: 'POST /v1/responses HTTP/9.9' }],
  ['another method by a header', withLines('x-http-method-override: DELETE')],
  ['another method by another header', withLines('x-http-method: GET')],
  ['another method by a third header', withLines('x-method-override: GET')],
  ['another path by a header', withLines('x-original-url: /v1/files')],
  ['another path by another header', withLines('x-rewrite-url: /v1/files')],
  ['an upgrade to a web socket', withLines('connection: upgrade', 'upgrade: websocket')],
  ['an upgrade to HTTP/2', withLines('connection: upgrade', 'upgrade: h2c')],
  ['a compressed body', withLines('content-encoding: gzip')],
  ['a form', withLines('content-type: multipart/form-data; boundary=x')],
  ['a text', withLines('content-type: text/plain')],
  ['no type', withLines('content-type: ')],
  ['both lengths', { lines: ['content-length: 2', 'transfer-encoding: chunked'], body: '0\r\n\r\n' }],
  [
    'both lengths, the other way round',
    { lines: ['transfer-encoding: chunked', 'content-length: 5'], body: '0\r\n\r\n' },
  ],
  ['two lengths', { lines: ['content-length: 2', 'content-length: 3'] }],
  ['two lengths in one', withLines('content-length: 2, 2')],
  ['a length with a sign', withLines('content-length: +2')],
  ['a length in hex', withLines('content-length: 0x2')],
  ['a length below zero', withLines('content-length: -1')],
  ['chunks by another name', { lines: ['transfer-encoding: xchunked'], body: '0\r\n\r\n' }],
  ['chunks after all', { lines: ['transfer-encoding: chunked, identity'], body: '0\r\n\r\n' }],
  ['chunks with a blank in the name', { lines: ['transfer-encoding : chunked'], body: '0\r\n\r\n' }],
  [
    'a broken chunk',
    { lines: ['transfer-encoding: chunked', 'content-length-x: 1'], body: 'zz\r\n{}\r\n0\r\n\r\n' },
  ],
  [
    'chunks with a trailer',
    { lines: ['transfer-encoding: chunked', 'trailer: x'], body: '2\r\n{}\r\n0\r\nx: y\r\n\r\n' },
  ],
  ['a folded header', withLines('x-a: b\r\n c: d')],
  ['a header without a name', withLines(': x')],
  ['a header with a blank in its name', withLines('x y: z')],
  ['a line feed alone', { line: 'POST /v1/responses HTTP/1.1\nx: y' }],
  ['a NUL in a header', withLines('x-a: \0')],
  ['a header too long', withLines(`x-a: ${'a'.repeat(20_000)}`)],
  ['too many bytes before any header', { line: `POST /${'a'.repeat(20_000)} HTTP/1.1` }],
  ['no host', withLines('host-x: y')],
];

/** Node's own refusals, ours, and a connection that is cut. */
const REFUSAL =
  /^(?:HTTP\/1\.1 (?:400|413|414|431|505) |HTTP\/1\.1 403 [\s\S]*(?:"code":"gateway_denied"|\r\n\r\n$)|$)/u;

describe('a request that is refused', () => {
  it('never reaches the model, whatever it is, and harms nobody', async () => {
    const upstream = await startUpstream(answersWell);
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
    });
    const passed: string[] = [];
    for (const [what, parts] of REFUSED) {
      const bytes = what === 'no host' ? bytesOf(parts).replace(`${HOST}\r\n`, '') : bytesOf(parts);
      const answer = await gateway.raw(bytes);
      if (!REFUSAL.test(answer)) passed.push(`${what}: ${answer}`);
    }
    expect(passed).toEqual([]);
    expect(upstream.requests).toEqual([]);
    expect(REFUSED.length).toBeGreaterThan(80);
    expect((await gateway.ask()).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    expect(await gateway.usage()).toMatchObject({ requests: 1 });
  });

  it('is the second of two in one go, while the first is answered', async () => {
    const upstream = await startUpstream(answersWell);
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
    });
    const first = bytesOf({ lines: ['connection: keep-alive'] });
    const answer = await gateway.raw(first + bytesOf({}));
    expect(answer.match(/HTTP\/1\.1 \d+/gu)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
    expect(upstream.requests).toHaveLength(1);
    const reasons = (await gateway.decisions()).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['answered', 'pipelined']));
  });

  it('is a tunnel asked for while a call is answered', async () => {
    const upstream = await startUpstream(answersWell);
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
      egressAllow: ['example.com'],
    });
    const first = bytesOf({ lines: ['connection: keep-alive'] });
    for (const host of ['example.com', 'evil.test'])
      expect(await gateway.raw(`${first}CONNECT ${host}:443 HTTP/1.1\r\nhost: x\r\n\r\n`)).not.toContain(
        'Established',
      );
    expect((await gateway.ask()).status).toBe(200);
    const reasons = (await gateway.decisions()).map(
      ({ method, reason }) => `${String(method)} ${String(reason)}`,
    );
    expect(reasons.filter((each) => each === 'CONNECT pipelined')).toHaveLength(2);
  });

  it('is any, where there is no model', async () => {
    const gateway = await startTestGateway({});
    expect((await gateway.ask()).status).toBe(403);
    expect(await gateway.decisions()).toMatchObject([
      { verdict: 'denied', reason: 'no_model', path: '/v1/responses' },
    ]);
  });
});

describe('a client that misbehaves', () => {
  it('leaves a gateway that works', async () => {
    const upstream = await startUpstream(answersWell);
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
    });
    const whole = bytesOf({ body: 'x'.repeat(100) });
    for (const bytes of [
      '',
      '\r\n\r\n\r\n',
      '\0'.repeat(999),
      '\u0016\u0003\u0001',
      whole.slice(0, 20),
      whole.slice(0, -9),
      whole,
    ]) {
      const socket = connect(gateway.socketPath);
      await once(socket, 'connect');
      await new Promise<void>((done) => {
        socket.write(bytes, 'latin1', () => done());
      });
      socket.destroy();
    }
    expect(await (await gateway.ask()).text()).toBe('{"ok":true}');
  });
});
