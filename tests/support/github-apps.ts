import { createPublicKey, verify, type KeyObject } from 'node:crypto';

import { answerJson, refuse, type GitHubAnswer } from './github-answer.ts';
import type { GitHubRepositories, GitHubRepository } from './github-repositories.ts';
import type { GitHubPermissions, GitHubTokens } from './github-tokens.ts';

/** Where the app is installed, on which repositories of an account, with which rights. */
export interface GitHubInstallationPlan {
  readonly id: number;
  readonly account: string;
  /** Full names; all of the account when absent. */
  readonly repositories?: readonly string[];
  readonly permissions: GitHubPermissions;
  /** The account has put it to rest. */
  readonly isSuspended?: boolean;
}

/** The one GitHub App the server knows. */
export interface GitHubAppPlan {
  readonly appId: number;
  /** Taken as `iss` too. */
  readonly clientId?: string;
  /** `spec-automation` when absent. */
  readonly slug?: string;
  /** In PEM, or as a key. */
  readonly publicKey: string | KeyObject;
  readonly installations: readonly GitHubInstallationPlan[];
}

/** A call that only an app may make. */
export interface GitHubAppCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** The JWT. */
  readonly token: string | undefined;
}

interface Surroundings {
  readonly app: GitHubAppPlan | undefined;
  readonly tokens: GitHubTokens;
  readonly repositories: GitHubRepositories;
  readonly nowMs: () => number;
  readonly apiUrl: string;
}

interface Scope {
  readonly repositories?: readonly string[];
  readonly permissions?: GitHubPermissions;
}

const TOKEN_LIFE_MS = 3_600_000;
const JWT_LIFE_S = 600;
const UNDECODABLE = 'A JSON web token could not be decoded';
const NOT_FUTURE =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const TOO_FAR = "'Expiration time' claim ('exp') is too far in the future";
const ISSUED =
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const UNREACHED =
  'There is at least one repository that does not exist or is not accessible to the parent installation.';
const UNGRANTED = 'The permissions requested are not granted to this installation.';

/** Answer what an app asks with its JWT; `undefined` for any other call. */
export function answerApp(around: Surroundings, call: GitHubAppCall): GitHubAnswer | undefined {
  const route = ROUTES.find(({ method, path }) => method === call.method && path.test(call.path));
  if (route === undefined) return undefined;
  const { app } = around;
  if (app === undefined) return refuse(401, UNDECODABLE);
  const complaint = complainAboutJwt(app, call.token ?? '', around.nowMs());
  if (complaint !== undefined) return refuse(401, complaint);
  const parts = route.path.exec(call.path)?.slice(1) ?? [];
  return route.answer({ ...around, app }, parts.map(decodeURIComponent), call.body);
}

type Known = Surroundings & { readonly app: GitHubAppPlan };

const ROUTES: readonly {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (around: Known, parts: readonly string[], body: unknown) => GitHubAnswer;
}[] = [
  {
    method: 'GET',
    path: /^\/app$/u,
    answer: ({ app }) =>
      answerJson(200, {
        id: app.appId,
        slug: slugOf(app),
        client_id: app.clientId ?? null,
        name: slugOf(app),
      }),
  },
  {
    method: 'GET',
    path: /^\/app\/installations$/u,
    answer: (around) =>
      answerJson(
        200,
        around.app.installations.map((installation) => viewOf(around, installation)),
      ),
  },
  {
    method: 'GET',
    path: /^\/app\/installations\/(\d+)$/u,
    answer: (around, [id]) =>
      show(
        around,
        around.app.installations.find((one) => String(one.id) === id),
      ),
  },
  {
    method: 'GET',
    path: /^\/repos\/([^/]+)\/([^/]+)\/installation$/u,
    answer: (around, [owner = '', name = '']) => {
      const repository = around.repositories.find(`${owner}/${name}`);
      const isHere = (one: GitHubInstallationPlan) => repository !== undefined && reaches(one, repository);
      return show(around, around.app.installations.find(isHere));
    },
  },
  {
    method: 'POST',
    path: /^\/app\/installations\/(\d+)\/access_tokens$/u,
    answer: (around, [id], body) => {
      const installation = around.app.installations.find((one) => String(one.id) === id);
      if (installation === undefined) return refuse(404, 'Not Found');
      if (installation.isSuspended === true) return refuse(403, 'This installation has been suspended');
      return mint(around, installation, asScope(body));
    },
  },
];

function mint(around: Known, installation: GitHubInstallationPlan, scope: Scope): GitHubAnswer {
  const reached = around.repositories
    .of(installation.account)
    .filter((repository) => reaches(installation, repository));
  const names = scope.repositories;
  const chosen = reached.filter(({ name }) => names?.includes(name) ?? true);
  if (names !== undefined && chosen.length < new Set(names).size) return refuse(422, UNREACHED);
  const permissions = scope.permissions ?? installation.permissions;
  const isGranted = Object.entries(permissions).every(
    ([name, access]) =>
      name === 'metadata' ||
      installation.permissions[name] === 'write' ||
      installation.permissions[name] === access,
  );
  if (!isGranted) return refuse(422, UNGRANTED);
  const expiresAtMs = Math.floor(around.nowMs() / 1000) * 1000 + TOKEN_LIFE_MS;
  const isLimited = names !== undefined || installation.repositories !== undefined;
  const token = around.tokens.add({
    kind: 'installation',
    login: `${slugOf(around.app)}[bot]`,
    repositories: chosen.map(({ fullName }) => fullName),
    permissions,
    expiresAtMs,
  });
  return answerJson(201, {
    token,
    expires_at: new Date(expiresAtMs).toISOString().replace('.000Z', 'Z'),
    permissions: { metadata: 'read', ...permissions },
    repository_selection: isLimited ? 'selected' : 'all',
    ...(isLimited
      ? {
          repositories: chosen.map(({ name, fullName, isPrivate }) => ({
            name,
            full_name: fullName,
            private: isPrivate,
          })),
        }
      : {}),
  });
}

function reaches(
  { account, repositories }: GitHubInstallationPlan,
  { owner, fullName }: GitHubRepository,
): boolean {
  return account === owner && (repositories?.includes(fullName) ?? true);
}

function show(around: Known, installation: GitHubInstallationPlan | undefined): GitHubAnswer {
  return installation === undefined
    ? refuse(404, 'Not Found')
    : answerJson(200, viewOf(around, installation));
}

function viewOf({ app, apiUrl }: Known, installation: GitHubInstallationPlan): Record<string, unknown> {
  const { id, account, repositories, permissions } = installation;
  return {
    id,
    account: { login: account, type: 'User' },
    app_id: app.appId,
    app_slug: slugOf(app),
    target_type: 'User',
    repository_selection: repositories === undefined ? 'all' : 'selected',
    permissions: { metadata: 'read', ...permissions },
    access_tokens_url: `${apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${apiUrl}/installation/repositories`,
    suspended_at: installation.isSuspended === true ? '2026-01-01T00:00:00Z' : null,
  };
}

function slugOf({ slug = 'spec-automation' }: GitHubAppPlan): string {
  return slug;
}

function asScope(body: unknown): Scope {
  return typeof body === 'object' && body !== null ? body : {};
}

/** What GitHub has against the assertion; `undefined` when it is good. */
function complainAboutJwt(app: GitHubAppPlan, jwt: string, nowMs: number): string | undefined {
  const [head = '', payload = '', signature = '', ...rest] = jwt.split('.');
  const header = asJson(head);
  const claims = asJson(payload);
  if (header?.['alg'] !== 'RS256' || claims === undefined || rest.length > 0) return UNDECODABLE;
  const key = typeof app.publicKey === 'string' ? createPublicKey(app.publicKey) : app.publicKey;
  const isOurs = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${payload}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  if (!isOurs) return UNDECODABLE;
  if (![String(app.appId), app.clientId].includes(String(claims['iss']))) return UNDECODABLE;
  return complainAboutTimes(claims, nowMs / 1000);
}

function complainAboutTimes({ iat, exp }: Record<string, unknown>, nowS: number): string | undefined {
  if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > nowS) return ISSUED;
  if (typeof exp !== 'number' || !Number.isInteger(exp) || exp <= nowS) return NOT_FUTURE;
  return exp > nowS + JWT_LIFE_S ? TOO_FAR : undefined;
}

function asJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
