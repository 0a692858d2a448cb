import { generateKeyPairSync } from 'node:crypto';

import type { GitHubOptions } from '../../src/forge/github/github-access.ts';
import { githubForge } from '../../src/forge/github/github-forge.ts';
import type { GitHubLogin } from '../../src/forge/github/github-login.ts';
import type { Forge } from '../../src/forge/port.ts';
import { startGitHub } from './github-server.ts';
import type { GitHubServer } from './open-github.ts';

/** The repository of most tests; its base branch is `trunk`. */
export const SHOP = 'acme/shop';

/** The app the server knows. */
export function makeApp() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const permissions = { contents: 'write', pull_requests: 'write', metadata: 'read' } as const;
  const plan = { appId: 42, publicKey, installations: [{ id: 7, account: 'acme', permissions }] };
  return { plan, privateKey };
}

/** A server with one repository, and our adapter for it. */
export interface GitHubBench {
  readonly github: GitHubServer;
  readonly forge: Forge;
  /** Canonical. */
  readonly repository: string;
}

/** Start both; `login` is a token of everything when absent. */
export async function openGitHubBench(
  given: Partial<Omit<GitHubOptions, 'login'>> & { readonly login?: 'app' | GitHubLogin } = {},
): Promise<GitHubBench> {
  const { plan, privateKey } = makeApp();
  const { nowMs = Date.now } = given;
  const github = await startGitHub({ app: plan, nowMs });
  await github.addRepository(SHOP, { 'README.md': '# Shop\n' }, { defaultBranch: 'trunk' });
  const app = { kind: 'app', appId: '42', privateKey, installationId: undefined } as const;
  const token = { kind: 'token', setting: 'GITHUB_TOKEN', token: github.token } as const;
  const forge = githubForge({
    serverUrl: github.url,
    apiUrl: github.apiUrl,
    allowed: undefined,
    networkEnv: {},
    times: { requestMs: 1_000, retryBaseMs: 1, isPaced: false },
    ...given,
    nowMs,
    login: given.login === 'app' ? app : (given.login ?? token),
  });
  return { github, forge, repository: `${github.url}/${SHOP}` };
}
