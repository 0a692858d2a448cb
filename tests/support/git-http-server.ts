import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { answerByGit } from './git-http-backend.ts';
import { makeRepository, temporaryDirectory, type RepositoryPlan } from './git-repository.ts';

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
  /** How many bytes were sent so far. */
  readonly bytesSent: () => number;
  /** Stop before the test ends. */
  readonly close: () => Promise<void>;
}

/** Serve repositories over smart HTTP on loopback until the test ends. */
export async function serveRepositories(plan: HttpServerPlan): Promise<HttpServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    sockets.add(request.socket);
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
    bytesSent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
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
