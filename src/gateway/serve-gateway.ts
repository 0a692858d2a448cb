import { chmod, lstat, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

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
import { BodyRefusal, requestBodies, type BodyRoom } from './request-bodies.ts';
import { readFigures, usageFile } from './usage-file.ts';

/** A gateway that listens. */
export interface Gateway {
  /** Stop at once: whatever is under way breaks off, is counted and written down. */
  close(): Promise<void>;
}

const CALLS_AT_ONCE = 16;
const CONNECTIONS_MAX = 256;
/** For sending a whole request. */
const REQUEST_MS = 60_000;
/** The agent is another user, and the socket's folder decides who gets near it. */
const SOCKET_MODE = 0o666;

/** A request that may go on, and the room for its body. */
interface Judged {
  readonly call: ModelCall;
  readonly room: BodyRoom;
}

type JudgedRequests = WeakMap<FastifyRequest, Judged>;

/** Start a gateway. @throws when the socket or the records cannot be made */
export async function startGateway(config: GatewayConfig, deps: GatewayDeps): Promise<Gateway> {
  const { model, limits, recordDirectory, socketPath } = config;
  const before = await readFigures(recordDirectory);
  const record = await openEgressRecord(recordDirectory, deps.nowMs);
  const budget = createBudget(limits, { price: model?.price, before });
  const file = usageFile(recordDirectory, () => budget.figures());
  const calls = callCounter({ budget, file, record, nowMs: deps.nowMs });
  const tunnels = openTunnels({ allowed: config.egressAllow, deps, record });

  const judged: JudgedRequests = new WeakMap();
  const app = bareServer(calls, judged);
  const answers = openAnswers(app.server);
  judgeRequests(app, { model, calls, answers, judged });
  if (model !== undefined) {
    const proxy = await modelProxy(app, model, { deps, calls });
    app.post('/*', (request, reply) => proxy(judgedOf(judged, request), request, reply));
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
      calls.willClose();
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
function bareServer(calls: CallCounter, judged: JudgedRequests): FastifyInstance {
  const app = fastify({
    logger: false,
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
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) =>
    judgedOf(judged, request).room.read(payload),
  );
  app.setNotFoundHandler((request, reply) => {
    deny(reply, { calls, request, reason: 'path_not_allowed' });
  });
  app.setErrorHandler((error, request, reply) => {
    const why = error instanceof BodyRefusal ? error : { reason: 'malformed', status: 400 };
    deny(reply, { calls, request, reason: why.reason, status: why.status });
  });
  return app;
}

/** Judge each request before its body is read, and remember those that may go on. */
function judgeRequests(
  app: FastifyInstance,
  {
    model,
    calls,
    answers,
    judged,
  }: Pick<GatewayConfig, 'model'> & {
    readonly calls: CallCounter;
    readonly answers: OpenAnswers;
    readonly judged: JudgedRequests;
  },
): void {
  const roomFor = requestBodies();
  const busy = new Set<Socket>();
  app.addHook('onRequest', async (request, reply) => {
    const { socket, httpVersion, method = '', url = '', headers } = request.raw;
    // A second request before the answer to the first: nobody needs it, and it is how requests are smuggled.
    if (answers.isOwed(socket, reply.raw)) return deny(reply, { calls, request, reason: 'pipelined' });
    const verdict = judgeModelRequest({ httpVersion, method, url, headers }, model);
    if (typeof verdict === 'string') return deny(reply, { calls, request, reason: verdict });
    // A call whose agent hung up goes on at the model, and counts here until it ends.
    if (Math.max(busy.size, calls.openCalls()) >= CALLS_AT_ONCE)
      return deny(reply, { calls, request, reason: 'too_many_calls', status: 429 });
    const room = roomFor(headers['content-length']);
    if (room instanceof BodyRefusal)
      return deny(reply, { calls, request, reason: room.reason, status: room.status });
    busy.add(socket);
    reply.raw.once('close', () => {
      busy.delete(socket);
      room.release();
    });
    judged.set(request, { call: verdict, room });
  });
}

function judgedOf(judged: JudgedRequests, request: FastifyRequest): Judged {
  const found = judged.get(request);
  if (found === undefined) throw new Error('a request was not judged');
  return found;
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
  const isBusy = status === 429 || status === 503;
  const code = isBusy ? 'gateway_busy' : 'gateway_denied';
  if (isBusy) reply.header('retry-after', '1');
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
