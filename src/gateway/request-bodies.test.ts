import { Readable } from 'node:stream';
import { connect } from 'node:net';
import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { REAL_KEY, startTestGateway, startUpstream } from '../../tests/support/gateway-kit.ts';
import { BodyRefusal, byteBudget, requestBodies, type BodyRoom } from './request-bodies.ts';

const MB = 1024 * 1024;
const HEAD = 'POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

function room(given: BodyRoom | BodyRefusal): BodyRoom {
  if (given instanceof BodyRefusal) throw given;
  return given;
}

const refused = (reason: string) => expect.objectContaining({ reason });

describe('room for a body', () => {
  it('is given by its length while there is any', () => {
    const roomFor = requestBodies(byteBudget(40 * MB));
    expect(roomFor(String(32 * MB + 1))).toMatchObject({ reason: 'body_too_large', status: 413 });
    const first = room(roomFor(String(32 * MB)));
    expect(roomFor(String(9 * MB))).toMatchObject({ reason: 'too_many_bytes', status: 503 });
    const second = room(roomFor(String(8 * MB)));
    first.release();
    first.release();
    second.release();
    const third = room(roomFor(String(32 * MB)));
    expect(roomFor(String(9 * MB))).toBeInstanceOf(BodyRefusal);
    third.release();
  });

  it('is kept until the call is over, whoever releases it before', async () => {
    const roomFor = requestBodies(byteBudget(10));
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const first = room(roomFor('10'));
    first.releaseAfter(over);
    first.release();
    expect(roomFor('1')).toBeInstanceOf(BodyRefusal);
    resolve();
    await over;
    expect(room(roomFor('10'))).toBeDefined();
  });

  it('grows for a body that names no length, and counts what it grew from', async () => {
    const budget = byteBudget(MB);
    const growing = room(requestBodies(budget)(undefined));
    const pieces = Array.from({ length: 100_000 }, (_, index) => Buffer.from([index % 251]));
    const body = await growing.read(Readable.from(pieces));
    expect(body.equals(Buffer.concat(pieces))).toBe(true);
    // 64 kB, doubled until 100 kB fit.
    expect([budget.take((7 * MB) / 8 + 1), budget.take((7 * MB) / 8)]).toEqual([false, true]);
    growing.release();
    expect(budget.take(MB / 8)).toBe(true);
  });

  it('ends for a body that names no length', async () => {
    const zeros = Buffer.alloc(MB);
    const endless = (count: number) => Readable.from(Array.from({ length: count }, () => zeros));
    const small = room(requestBodies(byteBudget(4 * MB))(undefined));
    await expect(small.read(endless(5))).rejects.toEqual(refused('too_many_bytes'));
    const large = room(requestBodies(byteBudget(99 * MB))(undefined));
    await expect(large.read(endless(33))).rejects.toEqual(refused('body_too_large'));
  });
});

describe('a gateway', () => {
  it('holds no more bodies at once than fit, and takes others afterwards', async () => {
    const { promise: isTold, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: areAsked, resolve: asked } = Promise.withResolvers<void>();
    const upstream = await startUpstream(async (_request, response) => {
      if (upstream.requests.length === 2) asked();
      await isTold;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
    });
    const body = Buffer.alloc(30 * MB, ' ');
    const first = [gateway.ask({ body }), gateway.ask({ body: body.subarray(0, 18 * MB) })];
    await areAsked;
    const more = Array.from({ length: 14 }, () => gateway.raw(`${HEAD}content-length: ${31 * MB}\r\n\r\n`));
    for (const answer of await Promise.all(more))
      expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nretry-after: 1\r\n[\s\S]*"code":"gateway_busy"/u);
    const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    expect(await gateway.raw(chunked)).toMatch(/^HTTP\/1\.1 503 /u);
    goOn();
    for (const answer of await Promise.all(first)) expect(await answer.text()).toBe('{}');
    expect((await gateway.ask({ body })).status).toBe(200);
    expect(upstream.requests.map((request) => request.body.length)).toEqual(
      expect.arrayContaining([30 * MB, 18 * MB, 30 * MB]),
    );
  });

  it('gets room back from an agent that breaks its request off', async () => {
    const upstream = await startUpstream((_request, response) => void response.writeHead(200).end());
    const gateway = await startTestGateway({
      model: { protocol: 'openai_responses', baseUrl: upstream.baseUrl, key: REAL_KEY, price: undefined },
    });
    for (const length of [1, 2, 3]) {
      const agent = connect(gateway.socketPath);
      agent.write(`${HEAD}content-length: ${31 * MB}\r\n\r\n${' '.repeat(length)}`);
      await once(agent, 'connect');
      agent.destroy();
      await once(agent, 'close');
    }
    await gateway.ask({ path: '/else' });
    expect((await gateway.ask({ body: Buffer.alloc(31 * MB, ' ') })).status).toBe(200);
  });
});
