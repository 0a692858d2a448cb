import { createPrivateKey } from 'node:crypto';

import { appError } from '../../domain/app-error.ts';
import type { HostUse, KnownVariable } from '../../domain/credentials.ts';

/** A token of the operator, and the setting that holds it. */
export interface TokenLogin {
  readonly kind: 'token';
  readonly setting: string;
  readonly token: string;
}

/** A GitHub App, by the settings of the same names; half of it may be missing. */
export interface AppLogin {
  readonly kind: 'app';
  readonly appId: string | undefined;
  /** PEM; line breaks may be written as `\\n`. */
  readonly privateKey: string | undefined;
  readonly installationId: number | undefined;
}

/** What the operator gave to log in with. */
export type GitHubLogin = { readonly kind: 'none' } | TokenLogin | AppLogin;

export const APP_ID = 'GITHUB_APP_ID';
export const APP_KEY = 'GITHUB_APP_PRIVATE_KEY';
export const TOKEN = 'GITHUB_TOKEN';

const WHO = "forge 'github'";
const USED_BY: readonly HostUse[] = ['host git', 'forge'];

/** How much a token can do, by its beginning (GitHub blog, "Behind GitHub's new authentication token formats"). */
const TOKEN_KINDS: readonly { readonly prefix: string; readonly name: string; readonly excess?: string }[] = [
  { prefix: 'github_pat_', name: 'fine-grained token' },
  { prefix: 'ghs_', name: 'installation token' },
  {
    prefix: 'ghp_',
    name: 'classic token',
    excess: 'it may write to every repository of its user; a fine-grained token or a GitHub App can do less',
  },
  {
    prefix: 'gho_',
    name: 'OAuth token',
    excess: 'it stands for a person; a fine-grained token or a GitHub App can do less',
  },
  {
    prefix: 'ghu_',
    name: "user's token of an app",
    excess: 'it stands for a person; a fine-grained token or a GitHub App can do less',
  },
];

/** What kind of token it is, and what it can do beyond what we need; told without asking anybody. */
export function describeToken(token: string): { readonly name: string; readonly excess: string | undefined } {
  const kind = TOKEN_KINDS.find(({ prefix }) => token.startsWith(prefix));
  return { name: kind?.name ?? 'token of unknown kind', excess: kind?.excess };
}

/** @throws `credential_missing`, `credential_invalid` */
export function demandLogin(login: GitHubLogin): void {
  if (login.kind === 'none') throw missing('login', TOKEN, 'pass --dry-run, which publishes nothing');
  if (login.kind === 'token') {
    const problem = /^[\u0021-\u007E]+$/u.test(login.token)
      ? undefined
      : 'it holds white space, a line break or characters no token has';
    if (problem !== undefined) throw invalid(login.setting, problem);
    return;
  }
  if (login.appId === undefined)
    throw missing('id of the GitHub App', APP_ID, `set ${TOKEN} and not ${APP_KEY}`);
  if (login.privateKey === undefined)
    throw missing('key of the GitHub App', APP_KEY, `set ${TOKEN} and not ${APP_ID}`);
  if (!isPrivateKey(login.privateKey))
    throw invalid(APP_KEY, 'it is no RSA private key in PEM form (line breaks may be written as \\n)');
}

/** The variables a login consists of, where they go, and what is too powerful about them. */
export function loginVariables(login: GitHubLogin): readonly KnownVariable[] {
  if (login.kind === 'none') return [];
  if (login.kind === 'token') {
    const { setting: name, token } = login;
    const note = describeToken(token).excess;
    return [{ name, source: `setting ${name}`, isSecret: true, usedBy: USED_BY, note }];
  }
  const source = `GitHub App ${login.appId ?? ''}`.trim();
  return [
    { name: APP_KEY, source: `setting ${APP_KEY}`, isSecret: true, usedBy: ['forge'] },
    {
      name: 'installation token',
      source,
      isSecret: true,
      usedBy: USED_BY,
      note: 'for this repository, gone with the run',
    },
  ];
}

/** PEM in an environment variable often has its line breaks written out. */
export function toPem(privateKey: string): string {
  return privateKey.replaceAll(String.raw`\n`, '\n');
}

function isPrivateKey(privateKey: string): boolean {
  try {
    return createPrivateKey(toPem(privateKey)).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function missing(what: string, setting: string, instead: string) {
  return appError('credential_missing', { who: WHO, what, setting, instead });
}

function invalid(setting: string, problem: string) {
  return appError('credential_invalid', { who: WHO, setting, problem });
}
