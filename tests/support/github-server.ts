import { onTestFinished } from 'vitest';

import { openGitHub, type GitHubOptions, type GitHubServer } from './open-github.ts';

/** Start a GitHub on loopback until the test ends. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubServer> {
  const server = await openGitHub(options);
  onTestFinished(() => server.close());
  return server;
}
