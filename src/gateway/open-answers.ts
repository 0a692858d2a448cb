import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Which connections still wait for an answer. */
export interface OpenAnswers {
  /** Whether one is owed on a connection, but for the one named. */
  isOwed(connection: Duplex, except?: ServerResponse): boolean;
}

/** Watch a server, from before it serves anything. */
export function openAnswers(server: Server): OpenAnswers {
  const open = new Set<ServerResponse>();
  server.prependListener('request', (_request, response: ServerResponse) => {
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return {
    isOwed: (connection, except) =>
      [...open].some((response) => response !== except && response.req.socket === connection),
  };
}
