import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { answerByGit } from './git-http-backend.ts';

// Serves the repositories of the folder it is given on loopback, at the speed of a line of so many bytes per second if that is given. Says
// its address, and, for each line it is told, the bytes it sent.
const [, , root = '.', bytesPerSecond = 'Infinity'] = process.argv;
const sockets = new Set<Socket>();
const server = createServer((request, response) => {
  sockets.add(request.socket);
  answerByGit({ root, bytesPerSecond: Number(bytesPerSecond) }, request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
process.stdout.write(`http://127.0.0.1:${address.port}\n`);
createInterface(process.stdin).on('line', () => {
  const bytes = [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  process.stdout.write(`${bytes}\n`);
});
