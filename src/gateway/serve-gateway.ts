import { chmod, lstat, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { createBudget } from './budget.ts';
import type { GatewayConfig } from './config.ts';
import { callCounter, type CallCounter } from './count-calls.ts';
import type { GatewayDeps } from './deps.ts';
import { openEgressRecord } from './egress-record.ts';
import { errorBody } from './error-body.ts';
import { modelProxy } from './model-proxy.ts';
import { judgeModelRequest, type ModelCall } from './model-routes.ts';
import { openAnswers, type OpenAnswers } from './open-answers.ts';
import { openTunnels } from './open-tunnels.ts';
import { readFigures, usageFile } from './usage-file.ts';

/** A gateway that listens. */
export interface Gateway {
  /** Stop at once: whatever is under way breaks off, is counted and written down. */
  close(): Promise<void>;
}

const BODY_MAX_BYTES = 32 * 1024 * 1024;
/** Bodies are read whole before a call is made. A gateway's container has 256 MiB. */
const BODIES_MAX_BYTES = 32 * 1024 * 1024;
const CALLS_AT_ONCE = 16;
const CONNECTIONS_MAX = 256;
/** For sending a whole request. */
const REQUEST_MS = 60_000;
/** The agent is another user, and the socket's folder decides who gets near it. */
const SOCKET_MODE = 0o666;

/** Start a gateway. @throws when the socket or the records cannot be made */
export async function startGateway(config: GatewayConfig, deps: GatewayDeps): Promise<Gateway> {
  const { model, limits, recordDirectory, socketPath } = config;
  const before = await readFigures(recordDirectory);
  const record = await openEgressRecord(recordDirectory, deps.nowMs);
  const budget = createBudget(limits, { price: model?.price, before });
  const file = usageFile(recordDirectory, () => budget.figures());
  const calls = callCounter({ budget, file, record, nowMs: deps.nowMs });
  const tunnels = openTunnels({ allowed: config.egressAllow, deps, record });

  const app = bareServer(calls);
  const answers = openAnswers(app.server);
  const judged = judgeRequests(app, { model, calls, answers });
  if (model !== undefined) {
    const proxy = await modelProxy(app, model, { deps, calls });
    app.post('/*', (request, reply) => proxy(callOf(judged, request), request, reply));
  }
  app.server.on('connect', (request, client, head) => {
    // The answer that is owed would go into the tunnel.
    if (!answers.isOwed(client)) return void tunnels.serve(request, client, head);
    calls.deny({ method: 'CONNECT', path: request.url ?? '', reason: 'pipelined' });
    client.on('error', () => undefined).destroy();
  });
  await file.save();
  await removeStale(socketPath);
  await app.listen({ path: socketPath });
  await chmod(socketPath, SOCKET_MODE);
  return {
    async close() {
      await tunnels.close();
      await app.close();
      await calls.close();
      await file.save();
      await record.close();
      await rm(socketPath, { force: true });
    },
  };
}

/** A server that answers nothing yet, whatever it is asked, and keeps to bounds. */
function bareServer(calls: CallCounter): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, request, reply) => {
      deny(reply, { calls, request, reason: 'form_not_allowed' });
    },
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.server.on('clientError', () => calls.deny({ method: '', path: '', reason: 'malformed', status: 400 }));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request, reply) => {
    deny(reply, { calls, request, reason: 'path_not_allowed' });
  });
  app.setErrorHandler((error, request, reply) => {
    const isTooLarge = error instanceof Error && 'statusCode' in error && error.statusCode === 413;
    const [reason, status] = isTooLarge ? (['body_too_large', 413] as const) : (['malformed', 400] as const);
    deny(reply, { calls, request, reason, status });
  });
  return app;
}

/** Judge each request before its body is read. Gives what was found out about those that may go on. */
function judgeRequests(
  app: FastifyInstance,
  {
    model,
    calls,
    answers,
  }: Pick<GatewayConfig, 'model'> & {
    readonly calls: CallCounter;
    readonly answers: OpenAnswers;
  },
): WeakMap<FastifyRequest, ModelCall> {
  const judged = new WeakMap<FastifyRequest, ModelCall>();
  const busy = new Map<Socket, number>();
  app.addHook('onRequest', async (request, reply) => {
    const { socket, httpVersion, method = '', url = '', headers } = request.raw;
    // A second request before the answer to the first: nobody needs it, and it is how requests are smuggled.
    if (answers.isOwed(socket, reply.raw)) return deny(reply, { calls, request, reason: 'pipelined' });
    const verdict = judgeModelRequest({ httpVersion, method, url, headers }, model);
    if (typeof verdict === 'string') return deny(reply, { calls, request, reason: verdict });
    // A call whose agent hung up goes on at the model, and counts here until it ends.
    const length = Number(headers['content-length'] ?? BODY_MAX_BYTES);
    if (isFull([...busy.values()], calls.openCalls(), length)) {
      reply.header('retry-after', '1');
      return deny(reply, { calls, request, reason: 'too_many_calls', status: 429 });
    }
    busy.set(socket, length);
    reply.raw.once('close', () => busy.delete(socket));
    judged.set(request, verdict);
  });
  return judged;
}

/** One body may be as large as it is allowed to be; several at once together only as large. In chunks, it counts as the largest. */
function isFull(
  busy: readonly number[],
  open: ReturnType<CallCounter['openCalls']>,
  length: number,
): boolean {
  if (Math.max(busy.length, open.count) >= CALLS_AT_ONCE) return true;
  const bytes = Math.max(
    busy.reduce((sum, each) => sum + each, 0),
    open.bytes,
  );
  return bytes > 0 && bytes + length > BODIES_MAX_BYTES;
}

function callOf(judged: WeakMap<FastifyRequest, ModelCall>, request: FastifyRequest): ModelCall {
  const call = judged.get(request);
  if (call === undefined) throw new Error('a request was not judged');
  return call;
}

function deny(
  reply: FastifyReply,
  {
    calls,
    request,
    reason,
    status = 403,
  }: {
    readonly calls: CallCounter;
    readonly request: FastifyRequest;
    readonly reason: string;
    readonly status?: number;
  },
): FastifyReply {
  const { method = '', url = '' } = request.raw;
  calls.deny({ method, path: url, reason, status });
  const code = status === 429 ? 'gateway_busy' : 'gateway_denied';
  return reply
    .code(status)
    .header('connection', 'close')
    .send(errorBody(code, `The gateway passes no such request on: ${reason}.`));
}

/** What a gateway that was killed left; anything else in its place is not ours to remove. */
async function removeStale(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => undefined);
  if (found?.isSocket() === true) await rm(socketPath);
}
