import type { Dispatcher } from 'undici';

import { appError } from '../../domain/app-error.ts';
import type { Connect } from '../port.ts';
import type { ClientOptions, GitHubClient } from './github-client.ts';
import { APP_KEY, type AppLogin, type GitHubLogin } from './github-login.ts';
import { rateLimitGate, type RateLimitGate } from './rate-limit.ts';
import { slugKey, type Slug } from './slug.ts';

/** How to reach GitHub, and as whom. */
export interface GitHubOptions {
  /** Where people and git go, such as `https://github.com`. */
  readonly serverUrl: string;
  /** Where the REST API is, such as `https://api.github.com`. */
  readonly apiUrl: string;
  readonly login: GitHubLogin;
  /** `owner/name` or `owner/*` each; `undefined` allows all. */
  readonly allowed: readonly string[] | undefined;
  readonly networkEnv: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
  /** For tests; the defaults are for the real GitHub. */
  readonly times?: Pick<ClientOptions, 'requestMs' | 'retryBaseMs' | 'isPaced'>;
}

/** What all connections of this process share. */
export interface Shared {
  readonly options: GitHubOptions;
  readonly dispatcher: () => Promise<Dispatcher>;
  /** GitHub limits each login for itself. */
  readonly gateOf: (key: string) => RateLimitGate;
  readonly installations: Map<string, number>;
}

/** A token at work. */
export interface Token {
  readonly value: string;
  readonly client: GitHubClient;
  readonly release: () => Promise<void>;
}

const TIMES = { requestMs: 15_000, retryBaseMs: 1_000, isPaced: true };
const REVOKE_MS = 5_000;

/** What connections begin with. Opens nothing. */
export function share(options: GitHubOptions): Shared {
  const gates = new Map<string, RateLimitGate>();
  let dispatcher: Promise<Dispatcher> | undefined;
  return {
    options,
    installations: new Map(),
    dispatcher: () => {
      dispatcher ??= open(options).catch((error: unknown) => {
        // The next one may find the file that is missing now.
        dispatcher = undefined;
        throw error;
      });
      return dispatcher;
    },
    gateOf(key) {
      const gate = gates.get(key) ?? rateLimitGate(options.nowMs);
      gates.set(key, gate);
      return gate;
    },
  };
}

async function open(options: GitHubOptions): Promise<Dispatcher> {
  const { openNetwork } = await import('./bounded-fetch.ts');
  return openNetwork(clientOptions(options, ''));
}

/** A connection that is wanted. */
export type Wanted = Connect & { readonly slug: Slug };

/** The operator's token, or one minted for this connection. @throws as `Forge.connect` */
export async function getToken(shared: Shared, wanted: Wanted): Promise<Token> {
  const { login } = shared.options;
  if (login.kind === 'app') return mintedToken(shared, login, wanted);
  if (login.kind === 'none') throw appError('internal', { problem: 'there is no login' });
  const { token: value, setting } = login;
  const client = await clientFor(shared, { ...wanted, token: value, key: 'token', setting });
  return { value, client, release: () => Promise.resolve() };
}

/** A token of this connection's own, which is worthless after it. */
async function mintedToken(shared: Shared, login: AppLogin, wanted: Wanted): Promise<Token> {
  const { nowMs } = shared.options;
  const { appId = '', privateKey = '', installationId } = login;
  const { appToken, findInstallation, mintToken, revokeToken } = await import('./installation-token.ts');
  const proof = await appToken({ appId, privateKey, nowMs: nowMs() });
  const app = await clientFor(shared, { ...wanted, token: proof, key: 'app', setting: APP_KEY });
  const known = installationId ?? shared.installations.get(slugKey(wanted.slug));
  const installation = known ?? (await findInstallation(app, wanted.slug));
  shared.installations.set(slugKey(wanted.slug), installation);
  const value = await mintToken(app, { installation, ...wanted }).catch((error: unknown) => {
    // The app may have been installed anew.
    shared.installations.delete(slugKey(wanted.slug));
    throw error;
  });
  const key = `installation ${installation}`;
  const client = await clientFor(shared, { ...wanted, token: value, key, setting: APP_KEY });
  const release = async () => {
    // The run may have been cancelled; its token is given back all the same, and before others' writes.
    const signal = AbortSignal.timeout(REVOKE_MS);
    const unpaced = {
      ...shared,
      options: { ...shared.options, times: { ...TIMES, ...shared.options.times, isPaced: false } },
    };
    await revokeToken(await clientFor(unpaced, { ...wanted, signal, token: value, key, setting: APP_KEY }));
  };
  return { value, client, release };
}

/** A client that uses one token. */
export async function clientFor(
  { options, dispatcher, gateOf }: Shared,
  wanted: Connect & { readonly token: string; readonly key: string; readonly setting: string },
): Promise<GitHubClient> {
  const { githubClient } = await import('./github-client.ts');
  const { repository, signal, token, setting } = wanted;
  const key = `${options.apiUrl} ${wanted.key}`;
  return githubClient(clientOptions(options, key), {
    token,
    signal,
    gate: gateOf(key),
    dispatcher: await dispatcher(),
    asking: { repository, setting },
  });
}

function clientOptions({ apiUrl, networkEnv, times = TIMES }: GitHubOptions, paceKey: string): ClientOptions {
  return { apiUrl, networkEnv, paceKey, ...times };
}
