import { existsSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { git, temporaryDirectory, textsOf } from '../support/git-repository.ts';
import { ask, fieldErrors, gitWith, NEW_PULL, openPull, SHOP, startShop } from '../support/github-kit.ts';
import { openGitHub, type GitHubServer } from '../support/open-github.ts';

async function cloneShop(hub: GitHubServer): Promise<string> {
  const directory = path.join(await temporaryDirectory(), 'clone');
  const clone = ['clone', '-q', hub.cloneUrl(SHOP), directory];
  expect(await gitWith(hub.token, '/', ...clone)).toMatchObject({ exitCode: 0, stderr: '' });
  return directory;
}

/** Push the clone's commit to a branch of its own. */
const push = (clone: string, token: string | undefined, branch: string) =>
  gitWith(token, clone, 'push', '-q', 'origin', `HEAD:refs/heads/${branch}`);

describe('git over it', () => {
  it('is cloned from and pushed to with a token', async () => {
    const hub = await startShop();
    const clone = await cloneShop(hub);
    expect(await textsOf(clone, 'HEAD')).toEqual({ 'README.md': 'Shop' });
    await git(clone, 'commit', '-q', '--allow-empty', '-m', 'mine');
    expect(await push(clone, hub.token, 'mine')).toMatchObject({ exitCode: 0 });
    expect((await hub.branches(SHOP))['mine']).toBe(await git(clone, 'rev-parse', 'HEAD'));
    expect(await git(hub.gitDirectory(SHOP), 'rev-parse', 'mine')).toBe(
      await git(clone, 'rev-parse', 'HEAD'),
    );
    expect(hub.writes().map(({ kind, path: target }) => [kind, target])).toEqual([
      ['git', `/${SHOP}.git/git-receive-pack`],
    ]);
  });

  it('refuses who is unknown, may not push, or comes late', async () => {
    const hub = await startShop();
    await hub.addRepository('acme/open', { a: 'a' }, { isPrivate: false });
    const clone = await cloneShop(hub);
    const reader = hub.addToken({ kind: 'fine_grained', permissions: { contents: 'read' } });
    const elsewhere = hub.addToken({ kind: 'fine_grained', repositories: ['acme/open'] });
    const list = (token: string | undefined, name: string) =>
      gitWith(token, '/', 'ls-remote', '--quiet', hub.cloneUrl(name));
    expect((await list(undefined, 'acme/open')).exitCode).toBe(0);
    expect((await list(undefined, SHOP)).stderr).toContain('could not read Username');
    expect((await list('ghp_wrong', SHOP)).stderr).toContain('could not read Username');
    expect((await list(elsewhere, SHOP)).stderr).toContain('Repository not found.');
    expect((await list(reader, SHOP)).exitCode).toBe(0);
    expect((await push(clone, reader, 'mine')).stderr).toContain('Write access to repository not granted.');
    await hub.archive(SHOP);
    expect((await push(clone, hub.token, 'mine')).stderr).toContain('archived');
    hub.expire(hub.token);
    expect((await list(hub.token, SHOP)).stderr).toContain('could not read Username');
  });

  it('refuses a push in a hook with the words it was given', async () => {
    const hub = await startShop();
    const clone = await cloneShop(hub);
    await git(clone, 'commit', '-q', '--allow-empty', '-m', 'mine');
    const match = { path: /git-receive-pack$/u };
    hub.failNext({ match, fault: { name: 'push rejected', text: 'No secrets, please' } });
    const { exitCode, stderr } = await push(clone, hub.token, 'mine');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('remote: No secrets, please')]);
    expect(stderr).toContain('pre-receive hook declined');
    expect(Object.keys(await hub.branches(SHOP))).not.toContain('mine');
    expect(await push(clone, hub.token, 'mine')).toMatchObject({ exitCode: 0 });
  });

  it('loses the answer to a push that was done', async () => {
    const hub = await startShop();
    const clone = await cloneShop(hub);
    await git(clone, 'commit', '-q', '--allow-empty', '-m', 'mine');
    hub.failNext({ match: { method: 'POST', path: /git-receive-pack$/u }, fault: 'reset after effect' });
    expect((await push(clone, hub.token, 'mine')).exitCode).not.toBe(0);
    expect(Object.keys(await hub.branches(SHOP))).toContain('mine');
  });
});

describe('pull requests', () => {
  it('are opened as drafts, found by head and told with their commits', async () => {
    const hub = await startShop();
    const { status, json } = await openPull(hub);
    const tips = await hub.branches(SHOP);
    const html = `${hub.url}/${SHOP}/pull/1`;
    const ends = { head: { ref: 'feature/one', sha: tips['feature/one'] }, base: { sha: tips['main'] } };
    expect(status).toBe(201);
    expect(json).toMatchObject({ number: 1, draft: true, state: 'open', html_url: html, ...ends });
    expect(json).toMatchObject({ url: `${hub.apiUrl}/repos/${SHOP}/pulls/1`, merged: false });
    const found = await ask(hub, `GET /repos/${SHOP}/pulls?state=all&head=acme:feature/one`);
    expect(found.json).toMatchObject([{ number: 1, ...ends }]);
    // A list tells less than the pull request alone.
    expect(found.text).not.toContain('"merged":');
    expect((await ask(hub, `GET /repos/${SHOP}/pulls?head=acme:other`)).json).toEqual([]);
    expect(await hub.pullRequests(SHOP)).toEqual([
      {
        number: 1,
        title: 'A title',
        body: 'A body',
        draft: true,
        state: 'open',
        merged: false,
        head: 'feature/one',
        base: 'main',
        headSha: tips['feature/one'],
        labels: [],
        html_url: html,
      },
    ]);
  });

  it('are one for the same branches, even when two ask at once', async () => {
    const hub = await startShop();
    const replies = await Promise.all([
      openPull(hub),
      openPull(hub),
      openPull(hub, { head: 'acme:feature/one' }),
    ]);
    expect(replies.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 422, 422,
    ]);
    const message = 'A pull request already exists for acme:feature/one.';
    const error = { resource: 'PullRequest', code: 'custom', message };
    expect(replies.find(({ status }) => status === 422)?.json).toMatchObject(fieldErrors(error));
    await hub.closePullRequest(SHOP, 1);
    expect((await openPull(hub)).status).toBe(201);
    expect((await hub.pullRequests(SHOP)).map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  it.each([
    ['an unknown head', { head: 'nowhere' }, { field: 'head', code: 'invalid' }],
    ['a fork it does not have', { head: 'octo:feature/one' }, { field: 'head', code: 'invalid' }],
    ['an unknown base', { base: 'nowhere' }, { field: 'base', code: 'invalid' }],
    ['no title', { title: '' }, { field: 'title', code: 'missing_field' }],
    [
      'a title that is too long',
      { title: 'x'.repeat(257) },
      { field: 'title', code: 'custom', message: 'title is too long (maximum is 256 characters)' },
    ],
    [
      'a body that is too long',
      { body: 'x'.repeat(65_537) },
      { field: 'body', code: 'custom', message: 'body is too long (maximum is 65536 characters)' },
    ],
  ])('are refused for %s', async (_what, more, error) => {
    const hub = await startShop();
    const { status, json } = await openPull(hub, more);
    expect([status, json]).toEqual([422, expect.objectContaining({ message: 'Validation Failed' })]);
    expect(json).toMatchObject({ errors: [error] });
    expect(await hub.pullRequests(SHOP)).toEqual([]);
  });

  it('are refused without commits, without drafts, and in an archive', async () => {
    const hub = await startShop();
    await git(hub.gitDirectory(SHOP), 'branch', 'same', 'main');
    const message = 'No commits between main and same';
    expect((await openPull(hub, { head: 'same' })).json).toMatchObject(
      fieldErrors({ resource: 'PullRequest', code: 'custom', message }),
    );
    await hub.addRepository('acme/free', { a: 'a' }, { hasDrafts: false, defaultBranch: 'trunk' });
    await hub.pushCommit('acme/free', 'feature/one', { b: 'b' });
    const inFree = (more: object) =>
      ask(hub, 'POST /repos/acme/free/pulls', { body: { ...NEW_PULL, base: 'trunk', ...more } });
    expect((await ask(hub, 'GET /repos/acme/free')).json).toMatchObject({ default_branch: 'trunk' });
    expect((await inFree({})).json).toMatchObject({
      message: 'Draft pull requests are not supported in this repository.',
    });
    expect((await inFree({ draft: false })).json).toMatchObject({ draft: false, base: { ref: 'trunk' } });
    await hub.archive(SHOP);
    expect(await openPull(hub)).toMatchObject({
      status: 403,
      json: { message: 'Repository was archived so is read-only.' },
    });
    expect((await ask(hub, `GET /repos/${SHOP}`)).json).toMatchObject({ archived: true });
  });

  it('are told page by page', async () => {
    const hub = await startShop();
    await openPull(hub);
    await hub.pushCommit(SHOP, 'feature/two', { 'two.md': '2' });
    await openPull(hub, { head: 'feature/two' });
    const first = await ask(hub, `GET /repos/${SHOP}/pulls?state=all&per_page=1`);
    const [, next = ''] = /<([^>]+)>; rel="next"/u.exec(first.headers.get('link') ?? '') ?? [];
    expect(next.startsWith(`${hub.apiUrl}/repos/${SHOP}/pulls?`)).toBe(true);
    const second = await ask(hub, `GET ${next.slice(hub.apiUrl.length)}`);
    expect([first.json, second.json]).toMatchObject([[{ number: 2 }], [{ number: 1 }]]);
  });

  it('carry labels, which are made when they are new', async () => {
    const hub = await startShop();
    await openPull(hub);
    const labels = (names: readonly unknown[]) =>
      ask(hub, `POST /repos/${SHOP}/issues/1/labels`, { body: { labels: names } });
    expect((await labels(['Spec'])).json).toMatchObject([{ name: 'Spec' }]);
    expect((await labels(['spec', 'new one'])).json).toMatchObject([{ name: 'Spec' }, { name: 'new one' }]);
    expect((await hub.pullRequests(SHOP))[0]?.labels).toEqual(['Spec', 'new one']);
    const bad = { value: '', resource: 'Label', field: 'name', code: 'invalid' };
    expect(await labels([''])).toMatchObject({ status: 422, json: fieldErrors(bad) });
    expect((await labels(['x'.repeat(51)])).status).toBe(422);
    const again = await ask(hub, `POST /repos/${SHOP}/labels`, { body: { name: 'SPEC', color: 'ffffff' } });
    expect(again).toMatchObject({
      status: 422,
      json: fieldErrors({ code: 'already_exists', field: 'name' }),
    });
  });

  it('are changed, merged and closed by people', async () => {
    const hub = await startShop();
    await openPull(hub);
    await hub.pushCommit(SHOP, 'feature/two', { 'two.md': '2' });
    await openPull(hub, { head: 'feature/two' });
    await hub.editPullRequest(SHOP, 1, { title: 'Better', body: 'New', labels: ['mine'] });
    const draft = await ask(hub, `PATCH /repos/${SHOP}/pulls/1`, { body: { draft: false, title: 'Best' } });
    expect(draft.json).toMatchObject({ draft: true, title: 'Best', body: 'New' });
    await hub.mergePullRequest(SHOP, 1);
    await hub.deleteBranch(SHOP, 'feature/two');
    expect(await hub.pullRequests(SHOP)).toMatchObject([
      { number: 1, title: 'Best', labels: ['mine'], state: 'closed', merged: true, draft: false },
      { number: 2, state: 'closed', merged: false, headSha: expect.stringMatching(/^[\da-f]{40}$/u) },
    ]);
    expect(await textsOf(hub.gitDirectory(SHOP), 'main')).toMatchObject({ 'specs/001/spec.md': '# Spec' });
    expect(Object.keys(await hub.branches(SHOP))).toEqual(['feature/one', 'main']);
    // None of that is a request, except what was asked.
    expect(hub.writes()).toHaveLength(3);
  });
});

describe('branches', () => {
  it('are told from git', async () => {
    const hub = await startShop();
    const sha = (await hub.branches(SHOP))['feature/one'];
    const at = `/repos/${SHOP}`;
    const ref = { ref: 'refs/heads/feature/one', object: { type: 'commit', sha } };
    expect((await ask(hub, `GET ${at}/git/ref/heads/feature/one`)).json).toMatchObject(ref);
    expect((await ask(hub, `GET ${at}/git/matching-refs/heads/feature`)).json).toMatchObject([ref]);
    expect((await ask(hub, `GET ${at}/branches/feature%2Fone`)).json).toMatchObject({ commit: { sha } });
    expect((await ask(hub, `GET ${at}/branches`)).json).toMatchObject([
      { name: 'feature/one' },
      { name: 'main' },
    ]);
    expect((await ask(hub, `GET ${at}/git/ref/heads/none`)).status).toBe(404);
    expect((await ask(hub, `DELETE ${at}/git/refs/heads/feature/one`)).status).toBe(204);
    expect((await ask(hub, `DELETE ${at}/git/refs/heads/feature/one`)).status).toBe(422);
    expect((await ask(hub, `GET ${at}/stargazers`)).status).toBe(501);
  });
});

describe('tokens', () => {
  it('see and do what they are for', async () => {
    const hub = await startShop();
    await hub.addRepository('acme/open', { a: 'a' }, { isPrivate: false });
    const status = async (token: string | null, what: string, body?: unknown) =>
      (await ask(hub, what, { token, body })).status;
    const reader = hub.addToken({ kind: 'fine_grained', repositories: ['ACME/shop'], permissions: {} });
    expect(await status(reader, `GET /repos/${SHOP}`)).toBe(200);
    expect(await status(reader, 'GET /repos/acme/open')).toBe(200);
    expect(await ask(hub, `POST /repos/${SHOP}/pulls`, { token: reader, body: NEW_PULL })).toMatchObject({
      status: 403,
      json: { message: 'Resource not accessible by personal access token' },
    });
    const elsewhere = hub.addToken({ kind: 'installation', repositories: ['acme/open'] });
    expect(await status(elsewhere, `GET /repos/${SHOP}`)).toBe(404);
    expect(await ask(hub, 'GET /user', { token: elsewhere })).toMatchObject({
      status: 403,
      json: { message: 'Resource not accessible by integration' },
    });
    expect(await status(null, 'GET /repos/acme/open')).toBe(200);
    expect(await status(null, `GET /repos/${SHOP}`)).toBe(404);
    expect(await status(null, 'POST /repos/acme/open/pulls', NEW_PULL)).toBe(401);
    hub.revoke(reader);
    expect(await ask(hub, `GET /repos/${SHOP}`, { token: reader })).toMatchObject({
      status: 401,
      json: { message: 'Bad credentials' },
    });
    expect((await ask(hub, 'GET /user')).json).toMatchObject({ login: 'spec-bot' });
  });
});

describe('a server outside a test', () => {
  it('ends with its block, and leaves nothing', async () => {
    let gone: { readonly url: string; readonly directory: string } | undefined;
    {
      await using hub = await openGitHub({ repositories: { 'octo/one': {} } });
      gone = { url: hub.apiUrl, directory: hub.gitDirectory('octo/one') };
      expect(await hub.branches('octo/one')).toEqual({});
      expect((await fetch(`${hub.apiUrl}/meta`)).status).toBe(200);
    }
    await expect(fetch(`${gone.url}/meta`)).rejects.toThrow('fetch failed');
    expect(existsSync(gone.directory)).toBe(false);
  });
});
