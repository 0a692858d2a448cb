import { once } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import { REAL_KEY, startTestGateway, startUpstream, type Answer } from '../../tests/support/gateway-kit.ts';

const USAGE = { input_tokens: 1_000, output_tokens: 100_000 };
const DONE = `data: ${JSON.stringify({ type: 'response.completed', response: { usage: USAGE } })}\n\n`;
const SSE = { 'content-type': 'text/event-stream' };
const SHORT = { answerMs: 30, stepMs: 10_000, idleMs: 10_000 };

async function withModel(answer: Answer, given: Partial<Parameters<typeof startTestGateway>[0]> = {}) {
  const upstream = await startUpstream(answer);
  const model = {
    protocol: 'openai_responses',
    baseUrl: upstream.baseUrl,
    key: REAL_KEY,
    price: undefined,
  } as const;
  const gateway = await startTestGateway({ model, ...given });
  /** The figures, as soon as they hold what is wanted. */
  const usageWith = (figures: Readonly<Record<string, unknown>>) =>
    vi.waitFor(
      async () => {
        const usage = await gateway.usage();
        expect(usage).toMatchObject(figures);
        return usage;
      },
      { interval: 5 },
    );
  return { upstream, gateway, usageWith };
}

/** A model that answers when it is told to. */
function slowModel(answer: Answer) {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const answerLate: Answer = async (request, response) => {
    asked.resolve();
    await told.promise;
    await answer(request, response);
  };
  return { answerLate, isAsked: asked.promise, goOn: told.resolve };
}

describe('a call the agent hangs up on', () => {
  it.each<readonly [string, Answer]>([
    [
      'as one document',
      (_, r) =>
        void r
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"usage":${JSON.stringify(USAGE)}}`),
    ],
    ['as a stream', (_, r) => void r.writeHead(200, SSE).end(`data: {"a":1}\n\n${DONE}`)],
  ])('before it is answered %s is charged what the answer tells', async (_, answer) => {
    const { answerLate, isAsked, goOn } = slowModel(answer);
    const limits = { requests: null, tokens: 500_000, cost_usd: null };
    const { upstream, gateway, usageWith } = await withModel(answerLate, { limits });
    const hangUps = Array.from({ length: 5 }, () => gateway.hangUp());
    await isAsked;
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(5), { interval: 5 });
    for (const hangUp of hangUps) await hangUp();
    goOn();
    const wanted = { requests: 5, output_tokens: 500_000, estimated_requests: 0, exceeded: 'tokens' };
    expect(await usageWith(wanted)).toMatchObject(wanted);
    expect((await gateway.ask()).status).toBe(429);
  });

  it('while it is answered is read to its end', async () => {
    const hungUp = Promise.withResolvers<void>();
    const { gateway, usageWith } = await withModel(async (_request, response) => {
      response.writeHead(200, SSE).write('data: half\n\n');
      await hungUp.promise;
      response.end(DONE);
    });
    const { response } = await gateway.ask();
    await once(response, 'data');
    response.destroy();
    await once(response, 'close');
    hungUp.resolve();
    const wanted = { ...USAGE, estimated_requests: 0 };
    expect(await usageWith(wanted)).toMatchObject(wanted);
  });

  it.each([
    ['the limit it names', '{"max_output_tokens":70000,"x":"\\"max_tokens\\":80000"}', 70_000],
    ['an estimate where it names none', '{}', 32_768],
  ])('and that is never answered is charged %s', async (_, body, output) => {
    const { answerLate, isAsked } = slowModel(() => undefined);
    const { gateway, usageWith } = await withModel(answerLate, {
      deps: { times: { ...SHORT, answerMs: 300 } },
    });
    const hangUp = gateway.hangUp(body);
    await isAsked;
    await hangUp();
    const input = Math.ceil(body.length / 4);
    const wanted = { input_tokens: input, output_tokens: output, estimated_requests: 1, upstream_errors: 1 };
    expect(await usageWith(wanted)).toMatchObject(wanted);
  });

  it.each<readonly [string, Answer]>([
    ['in time', () => undefined],
    ['within bytes', (_, r) => flood(r)],
    ['but in a reset', (_, r) => void r.socket?.resetAndDestroy()],
  ])('and whose answer does not end %s is charged the worst', async (what, more) => {
    const hungUp = Promise.withResolvers<void>();
    const { promise: isOver, resolve: over } = Promise.withResolvers<void>();
    const times = { ...SHORT, answerMs: what === 'in time' ? 30 : 10_000 };
    const { gateway, usageWith } = await withModel(
      async (request, response) => {
        response.once('close', over);
        response.writeHead(200, SSE).write('data: half\n\n');
        await hungUp.promise;
        await more(request, response);
      },
      { deps: { times } },
    );
    const { response } = await gateway.ask({ body: '{"max_output_tokens":90000000}' });
    await once(response, 'data');
    response.destroy();
    // Answered after the gateway saw that the agent is gone.
    await gateway.ask({ path: '/else' });
    hungUp.resolve();
    await isOver;
    const wanted = { output_tokens: 90_000_000, estimated_requests: 1 };
    expect(await usageWith(wanted)).toMatchObject(wanted);
  });

  it('is charged the worst by a gateway that closes', async () => {
    const { answerLate, isAsked } = slowModel(() => undefined);
    const { gateway } = await withModel(answerLate);
    const hangUp = gateway.hangUp('{"max_tokens": 9000}');
    await isAsked;
    await hangUp();
    await gateway.close();
    expect(await gateway.usage()).toMatchObject({ output_tokens: 9_000, estimated_requests: 1 });
  });
});

/** Write without an end, as long as somebody reads. */
function flood(response: Parameters<Answer>[1]): void {
  const line = Buffer.alloc(1024 * 1024, `${'x'.repeat(1023)}\n`);
  const more = () => {
    while (!response.destroyed && response.write(line));
  };
  response.on('drain', more);
  more();
}
