import type { IncomingHttpHeaders } from 'node:http';

import { answerJson, refuse, type GitHubAnswer } from './github-answer.ts';
import { answerApp, type GitHubAppPlan } from './github-apps.ts';
import type { GitHubEmulator } from './github-emulate.ts';
import { branchesOf } from './github-git.ts';
import type { GitHubRepositories, GitHubRepository } from './github-repositories.ts';
import { accessFor, GITHUB_ROUTES, type GitHubRepositoryCall, type GitHubRoute } from './github-routes.ts';
import {
  isGranted,
  lacksRight,
  seesRepository,
  type GitHubTokenPlan,
  type GitHubTokens,
} from './github-tokens.ts';

/** A call of the REST API. */
export interface GitHubApiCall {
  readonly method: string;
  /** Without `/api/v3` and the query, as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The JSON; `undefined` when the body is empty, `null` too when it is no JSON. */
  readonly body: unknown;
  readonly isBodyBroken: boolean;
  readonly token: string | undefined;
}

/** Everything the API stands on. */
export interface GitHubApiParts {
  readonly app: GitHubAppPlan | undefined;
  readonly tokens: GitHubTokens;
  readonly repositories: GitHubRepositories;
  readonly emulator: GitHubEmulator;
  readonly nowMs: () => number;
  readonly apiUrl: string;
}

const HOURLY = 5000;
const HOUR_S = 3600;
const KNOWN_VERSIONS = new Set(['2022-11-28']);
/** GitHub tells these of a pull request that is asked for alone, and not in a list. */
const ONLY_ALONE = new Set([
  'additions',
  'changed_files',
  'deletions',
  'maintainer_can_modify',
  'mergeable',
  'mergeable_state',
  'merged',
  'merged_by',
  'rebaseable',
]);
const ANONYMOUS: GitHubTokenPlan = { permissions: {} };

/** Answer calls one after the other, as far as they write: two equal writes at once are one after the other. */
export function gitHubApi(parts: GitHubApiParts): (call: GitHubApiCall) => Promise<GitHubAnswer> {
  const used = new Map<string, number>();
  const stamp = (answer: GitHubAnswer, token: string): GitHubAnswer => {
    const count = (used.get(token) ?? 0) + 1;
    used.set(token, count);
    return { ...answer, headers: { ...rateHeaders(count, parts.nowMs()), ...answer.headers } };
  };
  let writes: Promise<unknown> = Promise.resolve();
  return async (call) => {
    const turn =
      accessFor(call.method) === 'read' ? respond(parts, call) : writes.then(() => respond(parts, call));
    writes = Promise.allSettled([writes, turn]);
    return stamp(await turn, call.token ?? '');
  };
}

async function respond(parts: GitHubApiParts, call: GitHubApiCall): Promise<GitHubAnswer> {
  const refusal = refuseForm(call);
  if (refusal !== undefined) return refusal;
  const forApp = answerApp(parts, call);
  if (forApp !== undefined) return forApp;
  const plan = call.token === undefined ? ANONYMOUS : parts.tokens.find(call.token);
  if (plan === undefined) return refuse(401, 'Bad credentials');
  const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(.*)$/u.exec(call.path) ?? [];
  if (owner === '') return answerAbout(parts, call, plan);
  const repository = parts.repositories.find(`${owner}/${name}`);
  if (repository === undefined) return refuse(404, 'Not Found');
  const { method, query, body } = call;
  const { emulator, apiUrl } = parts;
  const asked = { repository, emulator, method, rest, query, body, apiUrl };
  return answerRepository(asked, plan);
}

/** GitHub looks at these before anything else. */
function refuseForm({ headers, isBodyBroken }: GitHubApiCall): GitHubAnswer | undefined {
  const version = headers['x-github-api-version'];
  if (headers['user-agent'] === undefined)
    return refuse(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    );
  if (typeof version === 'string' && !KNOWN_VERSIONS.has(version))
    return refuse(400, `Version ${version} of the API is not supported.`);
  return isBodyBroken ? refuse(400, 'Problems parsing JSON') : undefined;
}

/** What is asked about the token and the server. */
function answerAbout(
  parts: GitHubApiParts,
  { method, path, token }: GitHubApiCall,
  plan: GitHubTokenPlan,
): GitHubAnswer {
  const isInstallation = plan.kind === 'installation';
  switch (`${method} ${path}`) {
    case 'DELETE /installation/token':
      if (!isInstallation) return refuse(token === undefined ? 401 : 403, 'Requires authentication');
      parts.tokens.revoke(token ?? '');
      return { status: 204, headers: {}, body: '' };
    case 'GET /user':
      if (token === undefined) return refuse(401, 'Requires authentication');
      if (isInstallation) return refuse(403, lacksRight(plan));
      return answerJson(200, { login: plan.login ?? 'spec-bot', id: 1, type: 'User' });
    case 'GET /meta':
      return answerJson(200, { installed_version: '3.19.0', verifiable_password_authentication: false });
    case 'GET /rate_limit':
      return answerJson(200, { resources: { core: { limit: HOURLY, remaining: HOURLY, used: 0 } } });
    default:
      return refuse(501, `The bench does not answer ${method} ${path}.`);
  }
}

async function answerRepository(call: GitHubRepositoryCall, plan: GitHubTokenPlan): Promise<GitHubAnswer> {
  const { repository, method, rest } = call;
  const isSeen = plan !== ANONYMOUS && seesRepository(plan, repository.fullName);
  if (repository.isPrivate && !isSeen) return refuse(404, 'Not Found');
  const route = GITHUB_ROUTES.find((one) => one.methods.includes(method) && one.rest.test(rest));
  if (route === undefined)
    return refuse(501, `The bench does not answer ${method} /repos/{owner}/{repo}${rest}.`);
  return refuseRight(call, route, isSeen ? plan : withoutRights(plan)) ?? answerRoute(call, route);
}

async function answerRoute(call: GitHubRepositoryCall, route: GitHubRoute): Promise<GitHubAnswer> {
  if (route.answer !== undefined)
    return route.answer(call, decodeURIComponent(route.rest.exec(call.rest)?.[1] ?? ''));
  const ruling = (await route.rule?.(call)) ?? { body: call.body };
  return 'refusal' in ruling ? ruling.refusal : askEmulator({ ...call, body: ruling.body });
}

function withoutRights(plan: GitHubTokenPlan): GitHubTokenPlan {
  return plan === ANONYMOUS ? plan : { ...plan, permissions: {} };
}

/** A public repository is read by everyone, and an archived one is written by nobody. */
function refuseRight(
  { repository, method }: GitHubRepositoryCall,
  { anyOf }: GitHubRoute,
  plan: GitHubTokenPlan,
): GitHubAnswer | undefined {
  const access = accessFor(method);
  if (access === 'read' && !repository.isPrivate) return undefined;
  if (plan === ANONYMOUS) return refuse(401, 'Requires authentication');
  if (!isGranted(plan, anyOf, access)) return refuse(403, lacksRight(plan));
  const isShut = access === 'write' && repository.isArchived;
  return isShut ? refuse(403, 'Repository was archived so is read-only.') : undefined;
}

async function askEmulator(call: GitHubRepositoryCall): Promise<GitHubAnswer> {
  const { repository, emulator, method, rest, query, body } = call;
  const asked = new URLSearchParams(query);
  // GitHub ignores a head without its owner.
  if (asked.get('head')?.includes(':') === false) asked.delete('head');
  const search = asked.size === 0 ? '' : `?${asked.toString()}`;
  const path = `/repos/${repository.fullName}${rest}${search}`;
  const answer = await emulator.call({ method, path, owner: repository.owner, body });
  const isJson = answer.headers['content-type']?.includes('json') === true;
  return isJson ? mendAnswer(repository, answer) : answer;
}

/** The emulator knows nothing of git: the commits of pull requests and the default branch are told by git. */
export async function mendAnswer(repository: GitHubRepository, answer: GitHubAnswer): Promise<GitHubAnswer> {
  const tips = await branchesOf(repository);
  for (const [branch, sha] of Object.entries(tips)) repository.seenTips.set(branch, sha);
  const isList = answer.body.toString().startsWith('[');
  const mend = (key: string, value: unknown): unknown => {
    if (isList && ONLY_ALONE.has(key)) return undefined;
    if (key === 'default_branch') return repository.defaultBranch;
    const isEnd = (key === 'head' || key === 'base') && typeof value === 'object' && value !== null;
    if (!isEnd || !('ref' in value)) return value;
    return { ...value, sha: repository.seenTips.get(String(value.ref)) };
  };
  return { ...answer, body: JSON.stringify(JSON.parse(answer.body.toString(), mend)) };
}

function rateHeaders(used: number, nowMs: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(HOURLY),
    'x-ratelimit-used': String(used),
    'x-ratelimit-remaining': String(Math.max(1, HOURLY - used)),
    'x-ratelimit-reset': String(Math.ceil(nowMs / 1000) + HOUR_S),
    'x-ratelimit-resource': 'core',
  };
}
