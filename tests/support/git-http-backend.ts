import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** No configuration of the machine. */
const BACKEND_ENV = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** What is served, and how fast. */
export interface BackendPlan {
  readonly root: string;
  /** An answer is sent when its last byte would arrive by a line of that speed; at once when absent. */
  readonly bytesPerSecond?: number;
}

/** Hand a request for a repository below a folder to `git http-backend`, which speaks CGI: a head in the environment, a body on standard input. */
export function answerByGit(
  { root, bytesPerSecond = Infinity }: BackendPlan,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...BACKEND_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      REMOTE_USER: 'somebody',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.once('close', () => child.kill());
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.once('close', () => {
    const output = Buffer.concat(chunks);
    if (bytesPerSecond === Infinity) sendCgi(response, output);
    else setTimeout(sendCgi, (output.byteLength / bytesPerSecond) * 1_000, response, output);
  });
}

function sendCgi(response: ServerResponse, output: Buffer): void {
  const headEnd = output.indexOf('\r\n\r\n');
  const head = output.subarray(0, Math.max(headEnd, 0)).toString('latin1').split('\r\n');
  const headers = head.map((line) => line.split(/: */u, 2));
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? (headEnd === -1 ? '500' : '200');
  for (const [name = '', value = ''] of headers)
    if (name !== '' && name !== 'Status') response.setHeader(name, value);
  response.writeHead(Number.parseInt(status, 10)).end(output.subarray(headEnd + 4));
}
