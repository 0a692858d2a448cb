import { describe, expect, it } from 'vitest';

import { SHOP } from '../support/github-bench.ts';
import { openGitHubEngine, POST_PULL } from '../support/github-engine.ts';
import { isOpenApiInstalled, operationsOf, validateAgainstOpenApi } from '../support/github-openapi.ts';
import type { GitHubServer } from '../support/open-github.ts';

const LIST_PULLS = 'GET /repos/{owner}/{repo}/pulls';
const OPEN_PULL = 'POST /repos/{owner}/{repo}/pulls';
const UPDATE_PULL = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
const ADD_LABELS = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
const FIND_INSTALLATION = 'GET /repos/{owner}/{repo}/installation';
const MINT = 'POST /app/installations/{installation_id}/access_tokens';
const REVOKE = 'DELETE /installation/token';

describe.skipIf(!isOpenApiInstalled)(
  'what runs ask of the API, held against GitHub’s description (install it with: npm run openapi:install)',
  () => {
    it('has no problems with a token: opened, updated by a retry, limited, proposed already', async () => {
      await using bench = await openGitHubEngine();
      const { github, app } = bench;
      const failed = await bench.failedAtPr('truncated JSON');
      await app.retry({ runId: failed.run_id, from: 'speckit_specify', notes: 'again, please' });
      expect(await bench.waitForEnd(failed.run_id)).toMatchObject({ status: 'succeeded' });
      expect(await bench.runToEnd()).toMatchObject({ status: 'no_changes', reason: 'no_diff' });
      const fault = { name: '403 secondary', retryAfterSeconds: 1 } as const;
      github.failNext({ match: POST_PULL, fault });
      const limited = await bench.runToEnd({ specText: 'Let borrowers reserve a book' });
      expect(limited).toMatchObject({ status: 'succeeded' });
      expect(limited.phases.map(({ reason }) => reason)).toContain('rate_limited');
      expect(await github.pullRequests(SHOP)).toHaveLength(2);
      expectSound(github, { requests: 12, operations: [LIST_PULLS, UPDATE_PULL, ADD_LABELS, OPEN_PULL] });
    });

    it('has no problems with a pull request that was closed', async () => {
      await using bench = await openGitHubEngine();
      const failed = await bench.failedAtPr('truncated JSON');
      await bench.github.closePullRequest(SHOP, 1);
      await bench.app.retry({ runId: failed.run_id, from: 'commit_push' });
      expect(await bench.waitForEnd(failed.run_id)).toMatchObject({ status: 'succeeded' });
      expectSound(bench.github, { requests: 4, operations: [LIST_PULLS, OPEN_PULL] });
    });

    it('has no problems with an app, which asks for tokens and gives them back', async () => {
      await using bench = await openGitHubEngine({ login: 'app' });
      expect(await bench.runToEnd()).toMatchObject({ status: 'succeeded' });
      const operations = [REVOKE, LIST_PULLS, FIND_INSTALLATION, MINT, ADD_LABELS, OPEN_PULL];
      expectSound(bench.github, { requests: 9, operations });
    });
  },
);

/** All was looked at, so many requests at least, and nothing is wrong. */
function expectSound(
  github: GitHubServer,
  { requests, operations }: { readonly requests: number; readonly operations: readonly string[] },
): void {
  const asked = github.apiCalls();
  expect(validateAgainstOpenApi(asked)).toEqual([]);
  expect(asked.length).toBeGreaterThanOrEqual(requests);
  expect(operationsOf(asked)).toEqual(operations.toSorted());
}
