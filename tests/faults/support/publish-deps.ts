import path from 'node:path';
import { z } from 'zod';

import type { Deps } from '../../../src/engine/deps.ts';
import type { GitHubLogin } from '../../../src/forge/github/github-login.ts';
import { githubForge } from '../../../src/forge/github/github-forge.ts';
import { gitCli } from '../../../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../../support/git-options.ts';

/** Where a run publishes. */
export const Place = z.object({ url: z.string(), apiUrl: z.string(), token: z.string() });
export type Place = z.infer<typeof Place>;

interface Given {
  readonly login?: GitHubLogin;
  readonly nowMs?: () => number;
}

/** How long these wait for the bench, which answers in milliseconds or not at all. */
const TIMES = { requestMs: 1_000, retryBaseMs: 1, isPaced: false };

/** An engine that publishes at a GitHub on loopback. */
export function publishingDeps(deps: Deps, { url, apiUrl, token }: Place, given: Given = {}): Deps {
  const { nowMs = Date.now } = given;
  const login = { kind: 'token', setting: 'GITHUB_TOKEN', token } as const;
  const options = {
    serverUrl: url,
    apiUrl,
    allowed: undefined,
    networkEnv: {},
    nowMs: Date.now,
    times: TIMES,
  };
  const cacheDirectory = path.join(deps.workspaces.root, 'clones');
  return {
    ...deps,
    git: gitCli({ ...GIT_OPTIONS, forgeUrl: url, cacheDirectory, silenceMs: 1_000, nowMs }),
    forges: [githubForge({ ...options, login, ...given }), ...deps.forges],
  };
}
