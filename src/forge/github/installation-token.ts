import githubAppJwt from 'universal-github-app-jwt';
import { z } from 'zod';

import { AppError, appError } from '../../domain/app-error.ts';
import type { Connect, ConnectPurpose } from '../port.ts';
import type { GitHubClient } from './github-client.ts';
import { toPem } from './github-login.ts';
import type { Slug } from './slug.ts';

/** The rights a purpose takes, and no others (reliability-security.md T-20). Reading metadata comes with any. */
const PERMISSIONS = {
  read: { contents: 'read', pull_requests: 'read' },
  publish: { contents: 'write', pull_requests: 'write' },
} as const satisfies Record<ConnectPurpose, unknown>;

const MINT = 'get a token for';
const Installation = z.object({ id: z.int() });
const MintedToken = z.object({ token: z.string().min(1) });

/** The token an app proves itself with, good for ten minutes. */
export async function appToken(app: {
  readonly appId: string;
  readonly privateKey: string;
  readonly nowMs: number;
}): Promise<string> {
  const { appId: id, privateKey, nowMs } = app;
  const { token } = await githubAppJwt({ id, privateKey: toPem(privateKey), now: Math.floor(nowMs / 1000) });
  return token;
}

/** Which installation of the app has the repository. @throws as `GitHubClient.ask` */
export async function findInstallation(app: GitHubClient, { owner, name: repo }: Slug): Promise<number> {
  const { id } = await app.ask({
    action: 'find the installation of the GitHub App for',
    answer: Installation,
    make: (request) => request('GET /repos/{owner}/{repo}/installation', { owner, repo }),
  });
  return id;
}

/** A token for one repository and one purpose, good for an hour at most. @throws as `GitHubClient.ask` */
export async function mintToken(
  app: GitHubClient,
  wanted: Pick<Connect, 'repository' | 'purpose'> & { readonly installation: number; readonly slug: Slug },
): Promise<string> {
  const { token } = await app
    .ask({
      action: MINT,
      answer: MintedToken,
      make: (request) =>
        request('POST /app/installations/{installation_id}/access_tokens', {
          installation_id: wanted.installation,
          repositories: [wanted.slug.name],
          permissions: PERMISSIONS[wanted.purpose],
        }),
    })
    .catch((thrown: unknown) => {
      // GitHub calls it unprocessable when the app was not given what is asked for.
      const isRefused = thrown instanceof AppError && thrown.code === 'forge_refused';
      if (!isRefused) throw thrown;
      const { repository } = wanted;
      const problem = 'the GitHub App has not all of the permissions contents and pull requests there';
      throw appError('forge_denied', { forge: 'github', action: MINT, repository, problem }, thrown);
    });
  return token;
}

/** Make a minted token worthless. One that could not be revoked ends by itself within the hour. */
export async function revokeToken(client: GitHubClient): Promise<void> {
  const asked = client.ask({
    action: 'give the token back for',
    answer: z.unknown(),
    make: (request) => request('DELETE /installation/token', { request: { retries: 0 } }),
  });
  await asked.catch(() => undefined);
}
