import { tryGit } from './git-repository.ts';
import { startGitHub } from './github-server.ts';
import type { GitHubOptions, GitHubServer } from './open-github.ts';

/** The repository of the tests. */
export const SHOP = 'acme/shop';
/** What the server starts with. */
export const REPOSITORIES = { [SHOP]: { 'README.md': 'Shop\n' } };
/** Matches the calls that open a pull request. */
export const PULLS = { method: 'POST', path: /\/pulls$/u };
/** What opens the pull request of the branch `startShop` makes. */
export const NEW_PULL = { title: 'A title', head: 'feature/one', base: 'main', body: 'A body', draft: true };

/** What the API answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON, where it is JSON. */
  readonly json: unknown;
}

/** How to ask. */
export interface Asking {
  /** The server's own token when absent; none when `null`. */
  readonly token?: string | null;
  readonly body?: unknown;
}

/** A server with the shop in it, and a branch to ask for. */
export async function startShop(options: GitHubOptions = {}): Promise<GitHubServer> {
  const hub = await startGitHub({ repositories: REPOSITORIES, ...options });
  await hub.pushCommit(SHOP, 'feature/one', { 'specs/001/spec.md': '# Spec\n' });
  return hub;
}

/** Ask the API; `what` is a method and a path below the API. */
export async function ask(hub: GitHubServer, what: string, { token, body }: Asking = {}): Promise<Reply> {
  const [method = '', target = ''] = what.split(' ');
  const bearer = token === undefined ? hub.token : token;
  const response = await fetch(hub.apiUrl + target, {
    method,
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = response.headers.get('content-type')?.includes('json') ? parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Open the pull request, or a similar one. */
export const openPull = (hub: GitHubServer, more: object = {}) =>
  ask(hub, `POST /repos/${SHOP}/pulls`, { body: { ...NEW_PULL, ...more } });

/** The beginning of a 422 about fields. */
export const fieldErrors = (...errors: readonly object[]) => ({ message: 'Validation Failed', errors });

/** Run git with a token, or without one. */
export function gitWith(token: string | undefined, directory: string, ...args: readonly string[]) {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const header = token === undefined ? [] : ['-c', `http.extraHeader=Authorization: Basic ${basic}`];
  return tryGit(directory, [...header, ...args]);
}
