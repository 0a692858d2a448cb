import http from 'node:http';
import https from 'node:https';

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

/** Answers a request that was judged already. */
export type ModelProxy = (call: ModelCall, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const LATE = {
  status: 504,
  code: 'gateway_timeout',
  reason: 'no_answer_in_time',
  isUnheard: true,
} as const;
/** Longer than the time limit of the call itself, which tells more. */
const LATE_MS = 1_000;

interface Failure {
  readonly status: 502 | 504;
  readonly code: GatewayError;
  readonly reason: string;
  /** True when the model may have answered all the same. */
  readonly isUnheard?: boolean;
}

/** Pass calls on to a model. `app` gets what it takes to do so. */
export async function modelProxy(
  app: FastifyInstance,
  model: ModelAccess,
  { deps, calls }: { readonly deps: GatewayDeps; readonly calls: CallCounter },
): Promise<ModelProxy> {
  await registerForwarding(app, deps);
  const newMask = keyMask(model.key);

  return async ({ url, query, isBilled }, request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const path = request.raw.url ?? '';
    const call = await calls.begin({ path, isBilled, requestBytes: body.length });
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
    setTimeout(() => void fail(LATE), deps.times.answerMs + LATE_MS).unref();
    return reply.from(url, {
      queryString: () => query,
      body,
      contentType: 'application/json',
      rewriteRequestHeaders: (_request, headers) => requestHeaders(headers, model),
      rewriteHeaders: () => {
        // Where the agent is gone by now, reply-from drops the answer and calls nobody.
        setImmediate(
          () => void fail({ status: 502, code: 'gateway_upstream', reason: 'hung_up', isUnheard: true }),
        );
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
            unheardMs: deps.times.answerMs,
          });
          // Nobody reads an answer to a connection that is closed, so nobody would see its end either.
          if (reply.raw.destroyed) return void passing.destroy();
          reply.raw.once('close', () => passing.destroy());
          return void reply.send(passing);
        }
        stream.on('error', () => undefined).destroy();
        void fail({ status: 502, code: 'gateway_upstream', reason: problem ?? 'answered_twice' });
      },
    });
  };
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
  { status, code, reason, isUnheard = false }: Failure,
): Promise<void> {
  await call.end({ status, reason, isError: true, usage: undefined, answerBytes: 0, isUnheard });
  await reply.code(status).send(errorBody(code, `The model could not be asked: ${reason}.`));
}

/** By the code alone: the words of an error may hold an address with credentials. */
function failureOf(error: Error): Failure {
  const isLate = 'statusCode' in error && error.statusCode === 504;
  return isLate ? LATE : { status: 502, code: 'gateway_upstream', reason: 'unreachable' };
}
