import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { portOf } from '../../support/port-of.ts';

/** A model on loopback that answers whatever it is asked, with the headers it got: the worst an agent could hope for. */
export interface StubModel extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** `METHOD path`, with the credential it came with. */
  readonly asked: readonly { readonly what: string; readonly authorization: string }[];
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await text(request);
  const usage = { input_tokens: 10, output_tokens: 5 };
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-echo': JSON.stringify(request.headers),
  });
  response.end(JSON.stringify({ echo: request.headers, usage }));
}

/** Start one on a free port. */
export async function startStubModel(): Promise<StubModel> {
  const asked: { what: string; authorization: string }[] = [];
  const server = createServer((request, response) => {
    asked.push({
      what: `${request.method} ${request.url}`,
      authorization: request.headers.authorization ?? '',
    });
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('connect', (request, socket) => {
    asked.push({ what: `CONNECT ${request.url}`, authorization: '' });
    socket.end('HTTP/1.1 200 OK\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
