import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { answer, countResults, call, refuse, say, stream, writeDocument } from './model-answers.ts';

/** A model call as it came. */
export interface ModelRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Which model call it is, from 1. */
  readonly number: number;
}

/** What the server does with one model call. Doing nothing leaves the caller waiting. */
export type ModelScript = (request: ModelRequest, response: ServerResponse) => void | Promise<void>;

/** A scripted server on loopback that speaks the Responses API. */
export interface ModelServer extends AsyncDisposable {
  /** The address to give an agent, up to `/v1`. */
  readonly baseUrl: string;
  /** Every request so far, those for other paths included. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

const RATE_LIMITED = {
  message: 'Rate limit reached for requests.',
  type: 'requests',
  code: 'rate_limit_exceeded',
};
const SLOW_MS = 2_000;

const writesTheDocuments: ModelScript = ({ body }, response) => writeDocument(response, body);

/** Everything a model may do, by name. `slow` takes a number of milliseconds after a colon. */
export const MODEL_SCRIPTS = {
  'writes the documents': writesTheDocuments,
  'says only': (_request, response) => answer(response, [say('There is nothing to do.')]),
  '401': (_request, response) =>
    refuse(response, 401, {
      message: 'Incorrect API key provided.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
  '429 then good': (request, response) =>
    request.number === 1 ? refuse(response, 429, RATE_LIMITED) : writesTheDocuments(request, response),
  'always 429': (_request, response) => refuse(response, 429, RATE_LIMITED),
  'insufficient quota': (_request, response) =>
    refuse(response, 429, {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  'unknown model': (_request, response) =>
    refuse(response, 404, {
      message: 'The model does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      code: 'model_not_found',
    }),
  '500': (_request, response) => void response.writeHead(500).end('oops'),
  garbage: (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('<html>%%%\n\n'),
  nothing: () => undefined,
  'nothing after the first answer': (request, response) =>
    request.number === 1 ? answer(response, [call('true')]) : undefined,
  slow: slowly(SLOW_MS),
  reset: (_request, response) => void response.socket?.resetAndDestroy(),
  'half an answer': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\n');
  },
  'fails in the answer': (_request, response) =>
    stream(response, [
      { type: 'response.created', response: { id: 'r' } },
      {
        type: 'response.failed',
        response: { id: 'r', error: { code: 'server_error', message: 'It broke' } },
      },
    ]),
} satisfies Readonly<Record<string, ModelScript>>;

/** A name of the table. */
export type ModelScriptName = keyof typeof MODEL_SCRIPTS;

/** The script of a name as people type it: `writes the documents`, `slow:500`. @throws when there is none */
export function scriptNamed(words: string): ModelScript {
  const pause = /^slow:(\d+)$/u.exec(words)?.[1];
  if (pause !== undefined) return slowly(Number(pause));
  const scripts: Readonly<Record<string, ModelScript>> = MODEL_SCRIPTS;
  const script = Object.hasOwn(scripts, words) ? scripts[words] : undefined;
  if (script === undefined)
    throw new Error(`no script is named '${words}'; there are: ${Object.keys(MODEL_SCRIPTS).join(', ')}`);
  return script;
}

/** Run this command in the working copy, then say that it is done. */
export function runsCommand(cmd: string): ModelScript {
  return ({ body }, response) => answer(response, [countResults(body) === 0 ? call(cmd) : say('Done.')]);
}

/** Start a server on a free port of 127.0.0.1. */
export async function startModelServer({
  script,
}: {
  readonly script: ModelScript | ModelScriptName;
}): Promise<ModelServer> {
  const act: ModelScript = typeof script === 'string' ? MODEL_SCRIPTS[script] : script;
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const isCall = method === 'POST' && url.endsWith('/responses');
    const body = await text(request);
    const number = requests.filter((earlier) => earlier.method === 'POST').length + 1;
    const recorded = { method, url, headers, body, number };
    requests.push(recorded);
    if (isCall) await act(recorded, response);
    else response.writeHead(404).end();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests, close, [Symbol.asyncDispose]: close };
}

function slowly(pauseMs: number): ModelScript {
  return async (request, response) => {
    await delay(pauseMs);
    await writesTheDocuments(request, response);
  };
}
