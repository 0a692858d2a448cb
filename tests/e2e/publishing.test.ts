import { describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../src/lib/clock.ts';
import { virtualClock } from '../faults/support/virtual-clock.ts';

import { openEngine } from '../support/engine-kit.ts';
import { git } from '../support/git-repository.ts';
import { SHOP, type GitHubBench } from '../support/github-bench.ts';
import {
  GITHUB_SPEC,
  openGitHubEngine as open,
  POST_PULL,
  PUSH,
  type GitHubEngineOptions,
} from '../support/github-engine.ts';
import type { GitHubFault, GitHubFaultPlan } from '../support/github-faults.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';

describe('a run on a repository at GitHub', () => {
  it('ends in one draft pull request that says what was asked and where to look', async () => {
    await using bench = await open();
    const run = await bench.runToEnd();
    expect(run).toMatchObject({ status: 'succeeded', repository: bench.repository });
    const pulls = await bench.github.pullRequests(SHOP);
    expect(pulls).toMatchObject([
      {
        draft: true,
        state: 'open',
        base: 'trunk',
        head: run.branch_name,
        headSha: run.commit,
        html_url: run.pull_request_url,
        title: `Spec Kit Automation – shop – ${run.run_id.replaceAll('-', '').slice(0, 8)}`,
      },
    ]);
    expect(pulls[0]?.labels).toEqual(expect.arrayContaining(['spec-kit', 'automation']));
    const body = pulls[0]?.body ?? '';
    for (const document of ['spec.md', 'plan.md', 'tasks.md'])
      expect(body).toContain(
        `(${bench.repository}/blob/${run.branch_name}/${run.feature_directory}/${document})`,
      );
    expect(body).toContain(`> ${GITHUB_SPEC}`);
    const api = bench.github.apiCalls();
    expect(api.length).toBeLessThanOrEqual(12);
    expect(bench.github.writes().map(({ path: target }) => target)).toEqual([
      expect.stringMatching(/git-receive-pack$/u),
      '/repos/acme/shop/pulls',
      '/repos/acme/shop/issues/1/labels',
    ]);
  });

  it('writes nothing while the same is proposed, or when it is there already', async () => {
    await using bench = await open();
    const first = await bench.runToEnd();
    const before = bench.github.writes().length;
    const second = await bench.runToEnd();
    expect(second).toMatchObject({ status: 'no_changes', reason: 'no_diff', pull_request_url: null });
    expect(second.reason_text).toContain(first.pull_request_url);
    expect(second.phases.find(({ phase }) => phase === 'speckit_specify')?.status).toBe('skipped');
    await bench.github.mergePullRequest(SHOP, 1);
    expect(await bench.runToEnd()).toMatchObject({ status: 'no_changes', reason: 'no_diff' });
    expect(bench.github.writes()).toHaveLength(before);
    expect(Object.keys(await bench.github.branches(SHOP))).toHaveLength(2);
  });

  it('with an app takes a token for reading and another for writing, and gives both back', async () => {
    await using bench = await open({ login: 'app' });
    expect(await bench.runToEnd()).toMatchObject({ status: 'succeeded' });
    const api = bench.github.apiCalls();
    expect(api.length).toBeLessThanOrEqual(12);
    const permissions = api.flatMap(({ body }) => (isMint(body) ? [body.permissions.contents] : []));
    // To look at the branches, to clone, and to publish.
    expect(permissions).toEqual(['read', 'read', 'write']);
    expect(api.filter(({ method }) => method === 'DELETE')).toHaveLength(3);
    expect(api.at(-1)).toMatchObject({ method: 'DELETE', path: '/installation/token' });
  });

  it('without a login does everything but publish', async () => {
    await using bench = await open({ login: { kind: 'none' } });
    await bench.github.addRepository('octo/open', { a: 'a' }, { isPrivate: false });
    const repository = `${bench.github.url}/octo/open`;
    const wet = await bench.runToEnd({ repository });
    expect(wet).toMatchObject({ status: 'failed', reason: 'credential_missing' });
    expect(wet.phases.find(({ phase }) => phase === 'git_clone')?.status).toBe('skipped');
    expect(await bench.runToEnd({ repository, dryRun: true })).toMatchObject({ status: 'succeeded' });
    expect(bench.github.apiCalls()).toEqual([]);
  });

  it('five at once have five branches, pull requests and feature folders', async () => {
    await using bench = await open();
    const runs = await Promise.all([1, 2, 3, 4, 5].map(() => bench.runToEnd()));
    expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'succeeded'));
    const distinct = (field: 'branch_name' | 'pull_request_url' | 'feature_directory') =>
      new Set(runs.map((run) => run[field])).size;
    expect([distinct('branch_name'), distinct('pull_request_url'), distinct('feature_directory')]).toEqual([
      5, 5, 5,
    ]);
    expect(await bench.github.pullRequests(SHOP)).toHaveLength(5);
  });
});

describe('publishing that fails', () => {
  const later = 'spec-automation runs retry';
  it.each<[string, GitHubFaultPlan, string]>([
    ['a rule', pushRejected('GH013: Repository rule violations found for refs/heads/x'), 'push_protected'],
    [
      'push protection',
      pushRejected('GITHUB PUSH PROTECTION\nPush cannot contain secrets'),
      'push_secret_blocked',
    ],
    ['a size limit', pushRejected('GH001: Large files detected.'), 'push_too_large'],
    ['a plain 403 for the push', { match: PUSH, fault: '403 plain' }, 'push_denied'],
    ['missing rights', { match: POST_PULL, fault: '403 plain' }, 'forge_denied'],
    ['a token that ran out', { match: POST_PULL, fault: '401' }, 'forge_unauthorized'],
  ])('by %s says so, and a retry publishes without asking the agent', async (_, plan, reason) => {
    let asked = 0;
    const agent = scriptedAgent((invocation) => {
      asked += 1;
      return { files: goodDocument(invocation), isFinishing: true };
    });
    await using bench = await open({}, { agents: [agent] });
    bench.github.failNext(plan);
    const failed = await bench.runToEnd();
    expect(failed).toMatchObject({ status: 'failed', reason });
    expect(failed.remedy).toContain(later);
    const before = asked;
    await bench.app.retry({ runId: failed.run_id, from: 'commit_push' });
    const again = await bench.waitForEnd(failed.run_id);
    expect(again).toMatchObject({ status: 'succeeded' });
    expect(asked).toBe(before);
    expect(await bench.github.pullRequests(SHOP)).toHaveLength(1);
  });

  it('for a moment is tried again', async () => {
    await using bench = await open();
    bench.github.failNext({ match: PUSH, fault: '504 after effect' });
    bench.github.failNext({ match: POST_PULL, fault: '502' });
    expect(await bench.runToEnd()).toMatchObject({ status: 'succeeded' });
    expect(await bench.github.pullRequests(SHOP)).toHaveLength(1);
    expect(Object.keys(await bench.github.branches(SHOP))).toHaveLength(2);
  });

  it.each<GitHubFault>([
    { name: '403 secondary', retryAfterSeconds: 1 },
    { name: '429', retryAfterSeconds: 1 },
    { name: '403 primary', resetInSeconds: 1 },
  ])('because too much was asked (%j) waits as long as it is told, and says so', async (fault) => {
    await using bench = await open();
    bench.github.failNext({ match: POST_PULL, fault });
    const run = await bench.runToEnd();
    expect(run).toMatchObject({ status: 'succeeded' });
    const attempts = run.phases.filter(({ phase }) => phase === 'open_pr');
    expect(attempts.map(({ status, reason }) => [status, reason])).toEqual([
      ['retrying', 'rate_limited'],
      ['succeeded', null],
    ]);
    expect(attempts[0]?.reason_text).toMatch(/asked again from 20\d\d-.*Z on/u);
    expect(bench.github.requestsInsideWindows()).toEqual([]);
  });

  it('waits the rest of that time also after somebody cancelled and retried it', async () => {
    const [real, virtual] = [systemClock(), virtualClock()];
    let isSkipping = false;
    const clock: Clock = { ...virtual, sleep: (...args) => (isSkipping ? virtual : real).sleep(...args) };
    await using bench = await open({ nowMs: () => clock.nowMs() }, { overrides: { clock } });
    bench.github.failNext({ match: POST_PULL, fault: { name: '429', retryAfterSeconds: 3600 } });
    const { run_id: runId } = await bench.app.submit({ repository: SHOP, specText: GITHUB_SPEC });
    const attempts = async () =>
      (await bench.app.get(runId)).phases.filter(({ phase }) => phase === 'open_pr');
    await expect
      .poll(async () => (await attempts()).map(({ status }) => status), { timeout: 30_000 })
      .toEqual(['retrying']);
    await bench.app.cancel(runId);
    expect(await bench.waitForEnd(runId)).toMatchObject({ status: 'cancelled' });
    isSkipping = true;
    await bench.app.retry({ runId });
    expect(await bench.waitForEnd(runId)).toMatchObject({ status: 'succeeded' });
    // Once more, and not only to be told to wait again.
    expect((await attempts()).map(({ status }) => status)).toEqual(['retrying', 'succeeded']);
    expect(virtual.skippedMs()).toBeGreaterThan(3_000_000);
    expect(bench.github.requestsInsideWindows()).toEqual([]);
  });

  it('when the base branch went away says so before anything is pushed', async () => {
    await using bench = await open(
      {},
      withMischief(async ({ github }) => github.deleteBranch(SHOP, 'trunk')),
    );
    await bench.github.pushCommit(SHOP, 'other', { a: 'a' });
    expect(await bench.runToEnd()).toMatchObject({ status: 'failed', reason: 'base_branch_gone' });
    expect(bench.github.writes()).toEqual([]);
  });

  it('on a base branch that was rewritten says what to begin with again', async () => {
    await using bench = await open({}, { mischief: rewriteBase });
    const failed = await bench.runToEnd();
    expect(failed).toMatchObject({ status: 'failed', reason: 'push_base_rewritten' });
    await bench.app.retry({ runId: failed.run_id, from: 'git_clone' });
    expect(await bench.waitForEnd(failed.run_id)).toMatchObject({ status: 'succeeded' });
  });

  it('is not done elsewhere by a worker whose settings do not know the forge', async () => {
    await using bench = await open();
    const run = await bench.failedAtPr();
    await using other = await openEngine({ agents: [scriptedAgent(() => ({}))], home: bench.home });
    await other.app.retry({ runId: run.run_id });
    expect(await other.waitForEnd(run.run_id)).toMatchObject({
      status: 'failed',
      reason: 'forge_unavailable',
    });
    await bench.app.retry({ runId: run.run_id });
    expect(await bench.waitForEnd(run.run_id)).toMatchObject({ status: 'succeeded' });
  });

  it('is no matter when the base branch moved', async () => {
    await using bench = await open(
      {},
      withMischief(async ({ github }) => void (await github.pushCommit(SHOP, 'trunk', { b: 'b' }))),
    );
    expect(await bench.runToEnd()).toMatchObject({ status: 'succeeded' });
  });
});

/** Does something to the server once an agent is done. */
function withMischief(act: (bench: GitHubBench) => Promise<void>): GitHubEngineOptions {
  return { mischief: act };
}

function pushRejected(text: string): GitHubFaultPlan {
  return { match: PUSH, fault: { name: 'push rejected', text } };
}

function isMint(body: unknown): body is { permissions: { contents: string } } {
  return typeof body === 'object' && body !== null && 'permissions' in body;
}

/** The base branch gets another history with the same files. */
async function rewriteBase({ github }: GitHubBench): Promise<void> {
  const directory = github.gitDirectory(SHOP);
  await git(directory, 'update-ref', 'refs/heads/trunk', await orphan(directory));
}

/** A commit without a history, with the files of the base branch. */
async function orphan(directory: string): Promise<string> {
  const identity = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
  return git(directory, ...identity, 'commit-tree', 'refs/heads/trunk^{tree}', '-m', 'rewritten');
}
