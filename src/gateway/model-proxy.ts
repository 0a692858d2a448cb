import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';

import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { ModelAccess } from '../domain/model-access.ts';
import type { CallCounter, CountedCall } from './count-calls.ts';
import type { GatewayDeps } from './deps.ts';
import { errorBody, type GatewayError } from './error-body.ts';
import { keyMask } from './mask-key.ts';
import { requestHeaders, responseHeaders } from './model-headers.ts';
import type { ModelCall } from './model-routes.ts';
import { passAnswer, unpassable } from './pass-answer.ts';
import type { BodyRoom } from './request-bodies.ts';

/** Answers a request that was judged already. */
export type ModelProxy = (
  judged: { readonly call: ModelCall; readonly room: BodyRoom },
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

const LATE = { status: 504, code: 'gateway_timeout', reason: 'no_answer_in_time' } as const;
/** No connection was made. */
const UNASKED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Longer than the time limit of the call itself, which tells more. */
const LATE_MS = 1_000;

const PIECE_BYTES = 64 * 1024;

interface Failure {
  readonly status: 502 | 504;
  readonly code: GatewayError;
  readonly reason: string;
  /** Whether the provider never got the call, so that it cannot bill it. */
  readonly isUnasked?: boolean;
}

/** Pass calls on to a model. `app` gets what it takes to do so. */
export async function modelProxy(
  app: FastifyInstance,
  model: ModelAccess,
  { deps, calls }: { readonly deps: GatewayDeps; readonly calls: CallCounter },
): Promise<ModelProxy> {
  await registerForwarding(app, deps);
  const newMask = keyMask(model.key);

  return async ({ call: { url, query, isBilled }, room }, request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const path = request.raw.url ?? '';
    const begun = calls.begin({ path, isBilled, body });
    room.releaseAfter(begun.then((made) => (typeof made === 'string' ? undefined : made.over)));
    const call = await begun;
    if (typeof call === 'string') {
      calls.deny({ method: 'POST', path, reason: `budget_exceeded_${call}`, status: 429 });
      return refuseBudget(reply, call);
    }
    let isAnswered = false;
    const fail = async (failure: Failure) => {
      if (isAnswered) return;
      isAnswered = true;
      await answerFailure(reply, call, failure);
    };
    // reply-from is silent about some calls whose agent is gone: none of them may hold its place for ever.
    const timer = setTimeout(() => void fail(LATE), deps.times.answerMs + LATE_MS).unref();
    // A timer that is left would keep the body in memory.
    void call.over.then(() => clearTimeout(timer));
    // In pieces: TLS would encrypt a body that is handed over whole at once, and hold it twice.
    request.body = Readable.from(piecesOf(body));
    return reply.from(url, {
      queryString: () => query,
      rewriteRequestHeaders: (_request, headers) => ({
        ...requestHeaders(headers, model),
        'content-length': String(body.length),
      }),
      rewriteHeaders: () => {
        // Where the agent broke its request off, reply-from drops the answer and calls nobody.
        setImmediate(() => void fail({ status: 502, code: 'gateway_upstream', reason: 'hung_up' }));
        return {};
      },
      onError: (_reply, { error }) => void fail(failureOf(error)),
      onResponse: (_request, _reply, { stream }) => {
        const problem = unpassable(stream);
        if (problem === undefined && !isAnswered) {
          isAnswered = true;
          reply.headers(responseHeaders(stream.headers, model.key));
          const passing = passAnswer(stream, call, {
            protocol: model.protocol,
            mask: newMask(),
            readOnMs: deps.times.answerMs,
          });
          return sendTo(reply, passing);
        }
        stream.on('error', () => undefined).destroy();
        void fail({ status: 502, code: 'gateway_upstream', reason: problem ?? 'answered_twice' });
      },
    });
  };
}

/** Nobody takes an answer to a connection that is closed; it is read all the same. */
function sendTo(reply: FastifyReply, passing: Readable): void {
  if (reply.raw.destroyed) return void passing.destroy();
  reply.raw.once('close', () => passing.destroy());
  void reply.send(passing);
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

async function registerForwarding(app: FastifyInstance, deps: GatewayDeps): Promise<void> {
  // No connection is kept: calls last seconds, and one sent into a connection the provider just closed would fail.
  const options = { keepAlive: false, proxyEnv: { ...deps.proxyEnv } };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  await app.register(replyFrom, {
    // Without a word about it, reply-from accepts any certificate.
    http: { agents, requestOptions: { timeout: deps.times.answerMs, rejectUnauthorized: true } },
    disableCache: true,
    destroyAgent: true,
    disableRequestLogging: true,
  });
}

function refuseBudget(reply: FastifyReply, limit: string): FastifyReply {
  const message = `The budget of this run is used up (${limit}); no further call is made.`;
  return reply.code(429).header('x-should-retry', 'false').send(errorBody('budget_exceeded', message));
}

async function answerFailure(
  reply: FastifyReply,
  call: CountedCall,
  { status, code, reason, isUnasked = false }: Failure,
): Promise<void> {
  // Without an agent that waits, or beyond our own patience, the provider may be at work still.
  const isAbandoned = !isUnasked && (reply.raw.destroyed || status === LATE.status);
  const read = isAbandoned ? 'abandoned' : 'broken_off';
  await call.end({ status, reason, isError: true, usage: undefined, answerBytes: 0, read });
  await reply.code(status).send(errorBody(code, `The model could not be asked: ${reason}.`));
}

/** By the code alone: the words of an error may hold an address with credentials. */
function failureOf(error: Error): Failure {
  const isLate = 'statusCode' in error && error.statusCode === 504;
  const { cause } = error;
  const isUnasked = cause instanceof Error && 'code' in cause && UNASKED.has(cause.code);
  return isLate ? LATE : { status: 502, code: 'gateway_upstream', reason: 'unreachable', isUnasked };
}
