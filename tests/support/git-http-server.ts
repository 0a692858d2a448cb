import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { GIT_TEST_ENV, makeRepository, temporaryDirectory, type RepositoryPlan } from './git-repository.ts';

/** How the server behaves; a plain open one when all is absent. */
export interface HttpServerPlan {
  /** Folder whose repositories are served, each below `/<folder name>`. */
  readonly root: string;
  /** Ask for this user and password. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Serve `https://` with a certificate signed by itself. */
  readonly isTls?: boolean;
  /** Answer instead of git; return true when the request is dealt with. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Environment under which a client trusts the server's certificate. */
  readonly networkEnv: Readonly<Record<string, string>>;
  /** `METHOD /path` of everything asked so far. */
  readonly requests: readonly string[];
  /** Stop before the test ends. */
  readonly close: () => Promise<void>;
}

/** Serve repositories over smart HTTP on loopback until the test ends. */
export async function serveRepositories(plan: HttpServerPlan): Promise<HttpServer> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (plan.intercept?.(request, response) === true) return;
    if (!isAuthorized(request, plan))
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    else answerByGit(plan, request, response);
  };
  const certificate = plan.isTls === true ? await makeCertificate() : undefined;
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    networkEnv: certificate === undefined ? {} : { GIT_SSL_CAINFO: certificate.file },
    requests,
    close,
  };
}

/** A server with one repository, that repository's directory, and its URL. */
export async function serveRepository(
  plan: Omit<HttpServerPlan, 'root'> & Omit<RepositoryPlan, 'directory'> = {},
): Promise<HttpServer & { readonly repository: string }> {
  const root = await temporaryDirectory();
  const repository = path.join(root, 'app.git');
  const { files = { 'a.md': 'a' }, commits, objectFormat = 'sha1' } = plan;
  const content = commits === undefined ? { files } : { commits };
  await makeRepository({ directory: repository, isBare: true, objectFormat, ...content });
  const server = await serveRepositories({ root, ...plan });
  return { ...server, url: `${server.url}/app.git`, repository };
}

function isAuthorized(request: IncomingMessage, { auth }: HttpServerPlan): boolean {
  if (auth === undefined) return true;
  const expected = Buffer.from(`${auth.user}:${auth.password}`).toString('base64');
  return request.headers.authorization === `Basic ${expected}`;
}

/** Hand the request to `git http-backend`, which speaks CGI: a head in the environment, a body on standard input. */
function answerByGit({ root }: HttpServerPlan, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...GIT_TEST_ENV,
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
  child.once('close', () => sendCgi(response, Buffer.concat(chunks)));
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

async function makeCertificate(): Promise<{ key: Buffer; cert: Buffer; file: string }> {
  const directory = await temporaryDirectory();
  const [key, file] = [path.join(directory, 'key.pem'), path.join(directory, 'certificate.pem')];
  const form = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const child = spawn('openssl', ['req', '-x509', ...form, ...names, '-keyout', key, '-out', file]);
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`openssl ended with ${exitCode}`);
  return { key: await readFile(key), cert: await readFile(file), file };
}
