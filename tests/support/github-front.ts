import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import { refuse, type GitHubAnswer } from './github-answer.ts';
import type { GitHubApiCall } from './github-api.ts';
import { deliverFault, nameOfFault, type GitHubDelivery, type GitHubFaults } from './github-faults.ts';
import { answerByGit } from './github-git.ts';
import type { GitHubRecorder, OpenGitHubRequest } from './github-recorder.ts';
import type { GitHubRepositories, GitHubRepository } from './github-repositories.ts';
import {
  isGranted,
  seesRepository,
  type GitHubAccess,
  type GitHubTokenPlan,
  type GitHubTokens,
} from './github-tokens.ts';

/** What stands between a client and the server's parts. */
export interface GitHubFrontParts {
  readonly recorder: GitHubRecorder;
  readonly faults: GitHubFaults;
  readonly tokens: GitHubTokens;
  readonly repositories: GitHubRepositories;
  readonly api: (call: GitHubApiCall) => Promise<GitHubAnswer>;
  readonly nowMs: () => number;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly recorded: OpenGitHubRequest;
  readonly body: Buffer;
}

interface GitTarget {
  readonly repository: GitHubRepository;
  readonly service: string;
  readonly isPush: boolean;
}

const API = '/api/v3';
const GIT_PATH = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/u;
const PUSHES = 'git-receive-pack';

/** Record a request, let it meet its fault, answer it. */
export async function serveGitHub(
  parts: GitHubFrontParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { recorder, faults, nowMs } = parts;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const isApi = url.pathname.startsWith(`${API}/`);
  const recorded = recorder.begin({
    kind: isApi ? 'api' : 'git',
    method: request.method ?? '',
    path: isApi ? url.pathname.slice(API.length) : url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
  });
  response.once('close', () => {
    recorded.endedMs = performance.now();
  });
  const exchange = { request, url, recorded, body: await buffer(request) };
  const parsed = isApi ? parseBody(exchange.body) : { isBroken: false, value: undefined };
  recorded.body = parsed.value;
  const effect = (rejection?: string) =>
    isApi ? askApi(parts, exchange, parsed.isBroken) : answerGit(parts, exchange, rejection);
  const fault = faults.take(recorded);
  if (fault !== undefined) recorded.fault = nameOfFault(fault);
  const delivery: GitHubDelivery =
    fault === undefined
      ? { kind: 'answer', answer: await effect() }
      : await deliverFault(fault, { effect, nowMs });
  deliver(parts, delivery, { recorded, response });
}

function deliver(
  { recorder }: GitHubFrontParts,
  delivery: GitHubDelivery,
  { recorded, response }: { readonly recorded: OpenGitHubRequest; readonly response: ServerResponse },
): void {
  if (!('answer' in delivery)) {
    if (delivery.kind === 'reset') response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = delivery.answer;
  const bytes = Buffer.from(body);
  recorder.answered(recorded, status, headers);
  const requestId = { 'x-github-request-id': `BENCH:${recorded.number}` };
  const length = status === 204 ? {} : { 'content-length': String(bytes.byteLength) };
  response.writeHead(status, { ...headers, ...requestId, ...length });
  if (delivery.kind === 'answer') return void response.end(bytes);
  const cut = bytes.subarray(0, Math.floor(bytes.byteLength / 2));
  response.write(cut, () => response.socket?.destroy());
}

function askApi(parts: GitHubFrontParts, exchange: Exchange, isBodyBroken: boolean): Promise<GitHubAnswer> {
  const { recorded, url } = exchange;
  const { method, path, headers, body, token } = recorded;
  return parts.api({ method, path, query: url.searchParams, headers, body, isBodyBroken, token });
}

async function answerGit(
  parts: GitHubFrontParts,
  { recorded, url, body }: Exchange,
  rejection: string | undefined,
): Promise<GitHubAnswer> {
  const [, fullName = '', service = ''] = GIT_PATH.exec(url.pathname) ?? [];
  if (fullName === '') return refuse(404, 'Not Found');
  const isPush = service.endsWith(PUSHES) || url.searchParams.get('service') === PUSHES;
  const repository = parts.repositories.find(fullName);
  const refusal = refuseGit(parts, recorded, repository && { repository, service, isPush });
  if (refusal !== undefined || repository === undefined)
    return refusal ?? words(404, 'Repository not found.');
  const { method, headers } = recorded;
  const query = url.search.slice(1);
  return answerByGit(repository, { method, service, query, headers, body, rejection });
}

/** GitHub asks for a password wherever it would otherwise have to say that there is nothing. */
function refuseGit(
  { tokens }: GitHubFrontParts,
  { headers, token }: OpenGitHubRequest,
  target: GitTarget | undefined,
): GitHubAnswer | undefined {
  if (headers.authorization === undefined) {
    const isOpen = target !== undefined && !target.repository.isPrivate && !target.isPush;
    return isOpen ? undefined : askForPassword('Authentication required');
  }
  const plan = isForGit(headers.authorization) ? tokens.find(token ?? '') : undefined;
  if (plan === undefined) return askForPassword('Invalid username or token.');
  return target === undefined ? words(404, 'Repository not found.') : refuseRight(plan, target);
}

function refuseRight(plan: GitHubTokenPlan, { repository, isPush }: GitTarget): GitHubAnswer | undefined {
  const isSeen = seesRepository(plan, repository.fullName);
  const may = (access: GitHubAccess) => isSeen && isGranted(plan, ['contents'], access);
  if (repository.isPrivate && !may('read')) return words(404, 'Repository not found.');
  if (!isPush) return undefined;
  if (!may('write')) return words(403, 'Write access to repository not granted.');
  return repository.isArchived ? words(403, 'This repository was archived so it is read-only.') : undefined;
}

/** Git logs in as `x-access-token`. */
function isForGit(authorization: string): boolean {
  const [, value = ''] = /^basic +(\S+)$/iu.exec(authorization) ?? [];
  return Buffer.from(value, 'base64').toString('utf8').startsWith('x-access-token:');
}

function askForPassword(text: string): GitHubAnswer {
  const answer = words(401, text);
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="GitHub"' } };
}

function words(status: number, text: string): GitHubAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

function parseBody(body: Buffer): { readonly isBroken: boolean; readonly value: unknown } {
  if (body.byteLength === 0) return { isBroken: false, value: undefined };
  try {
    return { isBroken: false, value: JSON.parse(body.toString('utf8')) };
  } catch {
    return { isBroken: true, value: undefined };
  }
}
