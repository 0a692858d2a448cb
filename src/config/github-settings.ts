import { z } from 'zod';

import { names, wholeNumber } from './setting-kinds.ts';

const TOKEN_MAX = 4096;
const PEM_MAX = 16_384;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A place a login is sent to, so nothing on the way may read it. */
const place = z
  .url({ protocol: /^https?$/u, error: 'a URL that begins with https:// is expected' })
  .refine((text) => isPlain(new URL(text)), {
    error:
      'an https:// URL without user name, query and fragment is expected (http:// for this machine only)',
  })
  .transform((text) => new URL(text).href.replace(/\/+$/u, ''));

const repository = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*\/(?:[A-Za-z0-9._-]+|\*)$/u, {
  error: 'owner/name or owner/* is expected',
});

/** The settings about GitHub, by the names of their variables. */
export const GITHUB_SETTINGS = {
  GITHUB_TOKEN: z.string().min(1).max(TOKEN_MAX).optional().meta({
    description:
      'Secret: token for cloning, pushing and pull requests; best a fine-grained one with read and write access to contents and pull requests. No agent gets it.',
    default: 'none',
  }),
  SPEC_WORKFLOW_GITHUB_TOKEN: z.string().min(1).max(TOKEN_MAX).optional().meta({
    description: 'Secret: as GITHUB_TOKEN, and used before it.',
    default: 'none',
  }),
  GITHUB_APP_ID: z
    .string()
    .regex(/^[A-Za-z0-9.]{1,64}$/u, { error: 'the id or client id of a GitHub App is expected' })
    .optional()
    .meta({
      description: 'Id of a GitHub App, which is then used instead of a token: each run gets one of its own.',
      default: 'none',
    }),
  GITHUB_APP_PRIVATE_KEY: z.string().min(1).max(PEM_MAX).optional().meta({
    description: 'Secret: private key of that app, as PEM; line breaks may be written as `\\n`.',
    default: 'none',
  }),
  GITHUB_APP_INSTALLATION_ID: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'Installation of that app.',
    default: 'looked up for each repository',
  }),
  GITHUB_SERVER_URL: place.default('https://github.com').meta({
    description: 'Where `owner/name` is, for a GitHub Enterprise Server. Not read from `.env`.',
  }),
  GITHUB_API_URL: place.optional().meta({
    description: 'Its REST API. Not read from `.env`.',
    default: 'derived from GITHUB_SERVER_URL',
  }),
  GITHUB_REPOS: names.pipe(z.array(repository)).optional().meta({
    description:
      'Repositories runs may work on, separated by commas: `owner/name`, or `owner/*`. Folders of this machine are not counted.',
    default: 'all',
  }),
  SPEC_WORKFLOW_GITHUB_REPOSITORY: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Repository of runs that do not name one.', default: 'none' }),
};

/** These say where logins go. */
export const GITHUB_PLACES = ['GITHUB_SERVER_URL', 'GITHUB_API_URL'] as const;

/** What the operator says about GitHub; see the settings of the same names. */
export interface GitHubSettings {
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** The token to use, and the setting that holds it. */
  readonly token: { readonly setting: string; readonly value: string } | undefined;
  readonly appId: string | undefined;
  readonly appPrivateKey: string | undefined;
  readonly appInstallationId: number | undefined;
  readonly allowed: readonly string[] | undefined;
  readonly defaultRepository: string | undefined;
}

type Data = z.output<z.ZodObject<typeof GITHUB_SETTINGS>>;

/** The settings about GitHub, by meaning. */
export function githubSettings(data: Data): GitHubSettings {
  return {
    serverUrl: data.GITHUB_SERVER_URL,
    apiUrl: data.GITHUB_API_URL ?? apiOf(new URL(data.GITHUB_SERVER_URL)),
    token: tokenOf(data),
    appId: data.GITHUB_APP_ID,
    appPrivateKey: data.GITHUB_APP_PRIVATE_KEY,
    appInstallationId: data.GITHUB_APP_INSTALLATION_ID,
    allowed: data.GITHUB_REPOS,
    defaultRepository: data.SPEC_WORKFLOW_GITHUB_REPOSITORY,
  };
}

function tokenOf(data: Data): GitHubSettings['token'] {
  const inOrder = ['SPEC_WORKFLOW_GITHUB_TOKEN', 'GITHUB_TOKEN'] as const;
  return inOrder.flatMap((setting) => {
    const value = data[setting];
    return value === undefined ? [] : [{ setting, value }];
  })[0];
}

/** GitHub itself and its regional hosts have a host of their own for the API; an Enterprise Server has a path. */
function apiOf({ origin, host, protocol }: URL): string {
  const hasOwnHost = host === 'github.com' || host.endsWith('.ghe.com');
  return hasOwnHost ? `${protocol}//api.${host}` : `${origin}/api/v3`;
}

function isPlain({ protocol, hostname, username, password, search, hash }: URL): boolean {
  const isSafe = protocol === 'https:' || LOOPBACK.has(hostname);
  return isSafe && username === '' && password === '' && search === '' && hash === '';
}
