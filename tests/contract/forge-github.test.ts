import { describe, expect, it } from 'vitest';

import type { ReasonCode } from '../../src/domain/reasons.ts';
import type { GitHubFault } from '../support/github-faults.ts';
import { openGitHubBench, SHOP, type GitHubBench } from '../support/github-bench.ts';
import { draftPr, forgeContract, open, type ForgeBench } from './forge-contract.ts';

const POST_PULL = { method: 'POST', path: /\/pulls$/u };
const LIST_PULLS = { method: 'GET', path: /\/pulls$/u };
const ADD_LABELS = { method: 'POST', path: /\/labels$/u };

forgeContract('GitHub with a token', async () => contractBench(await openGitHubBench()));
forgeContract('GitHub with an app', async () => contractBench(await openGitHubBench({ login: 'app' })));

describe('a pull request at GitHub', () => {
  it('costs three requests, and none that writes when nothing changed', async () => {
    const { github, connection, draft } = await withBranch();
    await connection.ensureDraftPr(draft);
    expect(callsOf(github)).toEqual([
      'GET /repos/acme/shop/pulls',
      'POST /repos/acme/shop/pulls',
      'POST /repos/acme/shop/issues/1/labels',
    ]);
    const before = github.writes().length;
    await connection.ensureDraftPr(draft);
    expect(github.writes()).toHaveLength(before);
  });

  it('is left as somebody wrote it', async () => {
    const { github, connection, draft } = await withBranch();
    await connection.ensureDraftPr(draft);
    await github.editPullRequest(SHOP, 1, { title: 'A better title' });
    await connection.ensureDraftPr(draftPr({ ...draft, text: 'Something new.' }));
    expect(await github.pullRequests(SHOP)).toMatchObject([{ title: 'A better title', body: draft.body }]);
  });

  it('is brought up to date where only its line ends changed', async () => {
    const { github, connection, draft } = await withBranch();
    await connection.ensureDraftPr(draft);
    await github.editPullRequest(SHOP, 1, { body: draft.body.replaceAll('\n', '\r\n') });
    const next = draftPr({ ...draft, text: 'Something new.' });
    await connection.ensureDraftPr(next);
    expect(await github.pullRequests(SHOP)).toMatchObject([{ body: next.body }]);
  });

  it('stays closed', async () => {
    const { github, connection, draft } = await withBranch();
    const { url } = await connection.ensureDraftPr(draft);
    await github.closePullRequest(SHOP, 1);
    const before = github.writes().length;
    expect(await connection.ensureDraftPr(draft)).toEqual({ url, isOpen: false, isNew: false, warnings: [] });
    expect(github.writes()).toHaveLength(before);
  });

  it('that somebody else opened for the branch is used and left alone', async () => {
    const { github, connection, draft } = await withBranch();
    await connection.ensureDraftPr({ ...draft, body: 'Mine.', labels: [] });
    const before = github.writes().length;
    expect(await connection.ensureDraftPr(draft)).toMatchObject({ isNew: false, isOpen: true });
    expect(github.writes()).toHaveLength(before);
  });

  it.each<[string, GitHubFault, string]>([
    ['is refused', '403 plain', 'could not be added'],
    ['fails', '502', 'could not be added'],
  ])('is there all the same when labelling it %s', async (_, fault, words) => {
    const { github, connection, draft } = await withBranch();
    github.failNext({ match: ADD_LABELS, fault, times: Number.POSITIVE_INFINITY });
    const { url, warnings } = await connection.ensureDraftPr(draft);
    expect(url).toMatch(/\/acme\/shop\/pull\/1$/u);
    expect(warnings.join('\n')).toContain(words);
  });

  it('for a request is found by other runs, on its base branch, while it is open, and only on a branch of ours', async () => {
    const { github, connection, draft } = await withBranch();
    const query = { runId: 'other', baseBranch: 'trunk', digest: 'd1', openedBeforeMs: Date.now() + 60_000 };
    const { url } = await connection.ensureDraftPr(draft);
    expect(await connection.findPrForRequest(query)).toEqual({ url, isOpen: true });
    for (const miss of [
      { runId: draft.runId },
      { baseBranch: 'main' },
      { digest: 'd' },
      { openedBeforeMs: Date.now() - 60_000 },
    ])
      expect(await connection.findPrForRequest({ ...query, ...miss })).toBeUndefined();
    await github.closePullRequest(SHOP, 1);
    expect(await connection.findPrForRequest(query)).toBeUndefined();
    // Not one of our branches, whatever its text says.
    await github.pushCommit(SHOP, 'feature', { 'a.md': 'a' });
    await connection.ensureDraftPr({ ...draft, branch: 'feature' });
    expect(await connection.findPrForRequest(query)).toBeUndefined();
  });
});

describe('creating a pull request', () => {
  it.each<GitHubFault>([
    '504 after effect',
    'reset after effect',
    'hang after effect',
    'truncated JSON',
    'reset in the answer',
  ])('whose answer is lost (%s) leaves one, which is found', async (fault) => {
    const { github, connection, draft } = await withBranch();
    github.failNext({ match: POST_PULL, fault });
    const { url } = await connection.ensureDraftPr(draft);
    expect((await github.pullRequests(SHOP)).map(({ html_url }) => html_url)).toEqual([url]);
  });

  it.each<[GitHubFault, ReasonCode]>([
    ['502', 'forge_unreachable'],
    ['reset', 'forge_unreachable'],
    ['hang', 'forge_unreachable'],
    ['401', 'forge_unauthorized'],
    ['403 plain', 'forge_denied'],
    ['403 secondary', 'rate_limited'],
    ['403 primary', 'rate_limited'],
    ['429', 'rate_limited'],
    [{ name: '429', retryAfterSeconds: 30 }, 'rate_limited'],
  ])('that meets %j says so, and makes none', async (fault, code) => {
    const { github, connection, draft } = await withBranch();
    github.failNext({ match: POST_PULL, fault });
    await expect(connection.ensureDraftPr(draft)).rejects.toMatchObject({ code });
    expect(await github.pullRequests(SHOP)).toEqual([]);
    expect(github.requestsInsideWindows()).toEqual([]);
  });

  it('on a base branch that is gone, from a branch that cannot be seen, or as a draft nobody takes, says so', async () => {
    const { github, forge, connection, draft } = await withBranch();
    const asked = (change: Partial<typeof draft>) => connection.ensureDraftPr({ ...draft, ...change });
    await expect(asked({ baseBranch: 'gone' })).rejects.toMatchObject({ code: 'base_branch_gone' });
    await expect(asked({ branch: 'spec_automation/none' })).rejects.toMatchObject({
      code: 'forge_unreachable',
    });
    await github.addRepository('acme/poor', { a: 'a' }, { defaultBranch: 'trunk', hasDrafts: false });
    await github.pushCommit('acme/poor', draft.branch, { b: 'b' });
    const poor = await open({ forge, repository: `${github.url}/acme/poor` });
    await expect(poor.ensureDraftPr(draft)).rejects.toMatchObject({ code: 'draft_refused' });
    await github.archive(SHOP);
    await expect(asked({})).rejects.toMatchObject({ code: 'repository_archived' });
  });

  it('waits in front of a closed gate without asking', async () => {
    let now = Date.now();
    const { github, connection, draft } = await withBranch({ nowMs: () => now });
    github.failNext({ match: POST_PULL, fault: { name: '403 secondary', retryAfterSeconds: 30 } });
    await expect(connection.ensureDraftPr(draft)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAtMs: now + 30_000,
    });
    const before = github.requests.length;
    now += 29_000;
    await expect(connection.ensureDraftPr(draft)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(github.requests).toHaveLength(before);
    now += 1_001;
    expect(await connection.ensureDraftPr(draft)).toMatchObject({ isNew: true });
    expect(github.requestsInsideWindows()).toEqual([]);
  });
});

describe('looking for a pull request', () => {
  it.each<GitHubFault>(['502', 'reset', 'reset in the answer'])('is tried again after %s', async (fault) => {
    const { github, connection, draft } = await withBranch();
    github.failNext({ match: LIST_PULLS, fault, times: 2 });
    expect(await connection.findPr(draft)).toBeUndefined();
  });

  it('stops asking when the run is cancelled', async () => {
    const { github, forge, repository } = await openGitHubBench();
    const controller = new AbortController();
    const connection = await forge.connect({ repository, purpose: 'read', signal: controller.signal });
    github.failNext({ match: LIST_PULLS, fault: 'hang' });
    const asked = connection.findPr({ runId: 'r', branch: 'b' });
    const reason = new Error('enough');
    await expect.poll(() => github.requests.length).toBe(1);
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe('the login of an app', () => {
  it.each([
    ['read', { contents: 'read', pull_requests: 'read' }],
    ['publish', { contents: 'write', pull_requests: 'write' }],
  ] as const)(
    'to %s is for one repository with these rights, and is given back',
    async (purpose, permissions) => {
      const { github, forge, repository } = await openGitHubBench({ login: 'app' });
      const signal = new AbortController().signal;
      const connection = await forge.connect({ repository, purpose, signal });
      expect(connection.login).toMatchObject({ origin: github.url, username: 'x-access-token' });
      await connection[Symbol.asyncDispose]();
      const calls = github.apiCalls();
      expect(calls.map(({ body }) => body)).toContainEqual({ repositories: ['shop'], permissions });
      expect(callsOf(github).at(-1)).toBe('DELETE /installation/token');
      expect(calls.at(-1)?.token).toBe(connection.login?.password);
      await expect(connection.findPr({ runId: 'r', branch: 'b' })).rejects.toMatchObject({
        code: 'forge_unauthorized',
      });
    },
  );

  it('is not there for repositories it is not installed on', async () => {
    const { github, forge } = await openGitHubBench({ login: 'app' });
    await github.addRepository('octo/other', { a: 'a' });
    await expect(open({ forge, repository: `${github.url}/octo/other` })).rejects.toMatchObject({
      code: 'forge_denied',
    });
  });
});

describe('GitHub', () => {
  it('is asked nothing without a login, and lets everybody read', async () => {
    const { github, forge, repository } = await openGitHubBench({ login: { kind: 'none' } });
    const signal = new AbortController().signal;
    const connection = await forge.connect({ repository, purpose: 'read', signal });
    expect(connection.login).toBeUndefined();
    expect(
      await connection.findPrForRequest({ runId: 'r', baseBranch: 'trunk', digest: 'd', openedBeforeMs: 0 }),
    ).toBeUndefined();
    expect(await forge.diagnose()).toContain('no login');
    await expect(open({ forge, repository })).rejects.toMatchObject({ code: 'credential_missing' });
    expect(github.requests).toEqual([]);
  });

  it('names a token that can do too much', async () => {
    const { forge } = await openGitHubBench();
    expect(await forge.diagnose()).toMatch(/GITHUB_TOKEN, a classic token.*stronger than needed/u);
    expect(forge.variables).toMatchObject([
      { name: 'GITHUB_TOKEN', note: expect.stringContaining('every repository') },
    ]);
    const app = await openGitHubBench({ login: 'app' });
    expect(await app.forge.diagnose()).toContain('GitHub App spec-automation');
  });

  it('serves repositories below its address, of which the operator may allow some', async () => {
    const { github, forge, repository } = await openGitHubBench({ allowed: ['acme/shop', 'octo/*'] });
    const isAllowed = (url: string) => {
      forge.demandAllowed(url);
      return true;
    };
    expect(
      [`${github.url}/a/b/c`, `${github.url}/a`, 'https://elsewhere/a/b', '/srv/a'].map((url) =>
        forge.serves(url),
      ),
    ).toEqual([false, false, false, false]);
    expect([repository, `${github.url}/ACME/Shop`, `${github.url}/octo/any`].map(isAllowed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(() => isAllowed(`${github.url}/acme/other`)).toThrow('not one this installation works on');
    expect(forge.fileUrlPrefix(repository, 'spec/a#b')).toBe(`${repository}/blob/spec/a%23b/`);
  });
});

async function withBranch(given: Parameters<typeof openGitHubBench>[0] = {}) {
  const bench = await openGitHubBench(given);
  const draft = draftPr({});
  await bench.github.pushCommit(SHOP, draft.branch, { 'specs/a.md': 'text' });
  return { ...bench, draft, connection: await open(bench) };
}

function callsOf(github: GitHubBench['github']): readonly string[] {
  return github.apiCalls().map(({ method, path }) => `${method} ${path}`);
}

function contractBench({ github, forge, repository }: GitHubBench): ForgeBench {
  return {
    forge,
    repository,
    pushBranch: (branch) => github.pushCommit(SHOP, branch, { [`specs/${branch}.md`]: 'text' }),
    async read(url) {
      const pulls = await github.pullRequests(SHOP);
      const pull = pulls.find(({ html_url }) => html_url === url);
      return [pull?.title, pull?.head, pull?.base, pull?.body, ...(pull?.labels ?? [])].join('\n');
    },
    list: async () => (await github.pullRequests(SHOP)).map(({ html_url }) => html_url),
  };
}
