import { describe, expect, it } from 'vitest';

import { SHOP } from '../support/github-bench.ts';
import { openGitHubEngine as open } from '../support/github-engine.ts';

describe('what people do to a branch and a pull request of ours', () => {
  it('commits of theirs are never overwritten', async () => {
    await using bench = await open();
    const run = await bench.failedAtPr();
    await bench.github.pushCommit(SHOP, run.branch_name ?? '', { 'mine.md': 'mine' });
    const theirs = await bench.github.branches(SHOP);
    await bench.app.retry({ runId: run.run_id, from: 'commit_push' });
    expect(await bench.waitForEnd(run.run_id)).toMatchObject({
      status: 'failed',
      reason: 'branch_has_foreign_commits',
    });
    expect(await bench.github.branches(SHOP)).toEqual(theirs);
  });

  it('commits of theirs are published beside, where the operator wants that', async () => {
    await using bench = await open({}, { settings: { onForeignCommits: 'next_branch' } });
    const run = await bench.failedAtPr();
    await bench.github.pushCommit(SHOP, run.branch_name ?? '', { 'mine.md': 'mine' });
    await bench.app.retry({ runId: run.run_id, from: 'commit_push' });
    const next = `${run.branch_name}-r2`;
    expect(await bench.waitForEnd(run.run_id)).toMatchObject({ status: 'succeeded', branch_name: next });
    expect(await bench.github.pullRequests(SHOP)).toMatchObject([{ head: next }]);
    expect(await bench.readText(run.run_id, 'commit_status.env')).toContain(`branch=${next}\n`);
  });

  it('commits of theirs under a pull request of ours are never left for a second one', async () => {
    await using bench = await open({}, { settings: { onForeignCommits: 'next_branch' } });
    const run = await bench.failedAtPr('truncated JSON');
    await bench.github.pushCommit(SHOP, run.branch_name ?? '', { 'mine.md': 'mine' });
    await bench.app.retry({ runId: run.run_id, from: 'commit_push' });
    const done = await bench.waitForEnd(run.run_id);
    const pulls = await bench.github.pullRequests(SHOP);
    expect(pulls).toHaveLength(1);
    expect(done).toMatchObject({ status: 'succeeded', pull_request_url: pulls[0]?.html_url });
  });

  it('our own earlier push is replaced by a later one', async () => {
    await using bench = await open();
    const run = await bench.failedAtPr();
    const { [run.branch_name ?? '']: earlier } = await bench.github.branches(SHOP);
    await bench.app.retry({ runId: run.run_id, from: 'speckit_specify', notes: 'again, please' });
    const again = await bench.waitForEnd(run.run_id);
    expect(again).toMatchObject({ status: 'succeeded', branch_name: run.branch_name });
    expect(earlier).toBeDefined();
    expect(await bench.github.pullRequests(SHOP)).toMatchObject([{ headSha: again.commit }]);
  });

  it('a pull request that was closed stays closed', async () => {
    await using bench = await open();
    const run = await bench.failedAtPr('truncated JSON');
    await bench.github.closePullRequest(SHOP, 1);
    const before = bench.github.writes().length;
    await bench.app.retry({ runId: run.run_id, from: 'commit_push' });
    const done = await bench.waitForEnd(run.run_id);
    const [pull] = await bench.github.pullRequests(SHOP);
    expect(done).toMatchObject({ status: 'succeeded', pull_request_url: pull?.html_url });
    expect(bench.github.writes()).toHaveLength(before);
    expect(pull?.state).toBe('closed');
  });
});
