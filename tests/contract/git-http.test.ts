import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { gitRunner } from '../../src/git/git-command.ts';
import { readError } from '../../src/git/remote-errors.ts';
import { fetchPristine, noSignal } from '../support/git-kit.ts';
import { serveRepository } from '../support/git-http-server.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { git as runGit, GIT_TEST_ENV, temporaryDirectory } from '../support/git-repository.ts';

const AUTH = { user: 'bot', password: 'CANARY' };
const git = gitWith({});

describe('git over HTTP', () => {
  it.each([
    ['http', false],
    ['https', true],
  ])('looks at, fetches from and pushes to %s:// repositories', async (scheme, isTls) => {
    const { url, repository, networkEnv } = await serveRepository({ isTls });
    const trusting = gitWith(networkEnv);
    expect(url).toMatch(new RegExp(`^${scheme}://127.0.0.1:`, 'u'));
    const name = await trusting.canonicalRepository(`${url}/`, '/');
    expect(name).toBe(url);
    expect((await trusting.inspectRemote({ repository: name })).defaultBranch).toBe('main');
    const { gitDirectory, commit } = await fetchPristine(trusting, name);
    const request = {
      gitDirectory,
      repository: name,
      commit,
      branch: 'spec/a',
      expected: null,
      signal: noSignal(),
    };
    await trusting.pushBranch(request);
    await trusting.pushBranch(request);
    expect(await runGit(repository, 'rev-parse', 'spec/a')).toBe(commit);
  });

  it('does not trust a certificate nobody vouched for', async () => {
    const { url, requests } = await serveRepository({ isTls: true });
    await expect(git.inspectRemote({ repository: url })).rejects.toMatchObject({ code: 'clone_failed' });
    expect(requests).toEqual([]);
  });

  it('is denied without a password, asks nobody for one, and works when the host adds it', async () => {
    const { url, repository } = await serveRepository({ auth: AUTH });
    await expect(git.inspectRemote({ repository: url })).rejects.toMatchObject({ code: 'clone_denied' });
    await expect(fetchPristine(git, url)).rejects.toMatchObject({ code: 'clone_denied' });
    const local = await fetchPristine(git, repository);
    const request = { ...local, repository: url, branch: 'b', expected: null, signal: noSignal() };
    await expect(git.pushBranch(request)).rejects.toMatchObject({ code: 'push_denied' });

    const header = Buffer.from(`${AUTH.user}:${AUTH.password}`).toString('base64');
    const knowing = gitWith({
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${new URL(url).origin}.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${header}`,
    });
    await knowing.pushBranch({
      ...(await fetchPristine(knowing, url)),
      repository: url,
      branch: 'b',
      expected: null,
      signal: noSignal(),
    });
    expect(await runGit(repository, 'rev-parse', 'b')).toBe(local.commit);
  });

  it.each([
    [401, 'clone_denied', 'push_denied'],
    [403, 'clone_denied', 'push_denied'],
    [404, 'repository_not_found', 'push_denied'],
    [500, 'clone_failed', 'push_failed'],
    [503, 'clone_failed', 'push_failed'],
  ])('takes the answer %i for %s or %s', async (status, readCode, writeCode) => {
    const { url, repository } = await serveRepository({
      intercept: (_, response) => Boolean(response.writeHead(status).end()),
    });
    await expect(git.inspectRemote({ repository: url })).rejects.toMatchObject({ code: readCode });
    await expect(fetchPristine(git, url)).rejects.toMatchObject({ code: readCode });
    const request = {
      ...(await fetchPristine(git, repository)),
      repository: url,
      branch: 'b',
      expected: null,
      signal: noSignal(),
    };
    await expect(git.pushBranch(request)).rejects.toMatchObject({ code: writeCode });
  });

  it('is denied when reading is allowed and writing is not', async () => {
    const { url } = await serveRepository({
      intercept: ({ url: asked }, response) =>
        asked?.includes('git-receive-pack') === true && Boolean(response.writeHead(403).end()),
    });
    const request = {
      ...(await fetchPristine(git, url)),
      repository: url,
      branch: 'b',
      expected: null,
      signal: noSignal(),
    };
    await expect(git.pushBranch(request)).rejects.toMatchObject({ code: 'push_denied' });
  });

  it('follows no redirect to another place', async () => {
    const other = await serveRepository({});
    const { url, repository } = await serveRepository({
      intercept: (request, response) =>
        Boolean(response.writeHead(302, { location: `${new URL(other.url).origin}${request.url}` }).end()),
    });
    await expect(git.inspectRemote({ repository: url })).rejects.toMatchObject({ code: 'clone_denied' });
    const request = {
      ...(await fetchPristine(git, repository)),
      repository: url,
      branch: 'b',
      expected: null,
      signal: noSignal(),
    };
    await expect(git.pushBranch(request)).rejects.toMatchObject({ code: 'push_denied' });
    expect(other.requests).toEqual([]);
  });

  it('fails for now when nobody listens or the line breaks', async () => {
    await expect(git.inspectRemote({ repository: await closedUrl() })).rejects.toMatchObject({
      code: 'clone_failed',
      isTransient: true,
    });
    let isBroken = true;
    const { url } = await serveRepository({
      intercept: ({ method, socket }) => isBroken && method === 'POST' && Boolean(socket.destroy()),
    });
    await expect(fetchPristine(git, url)).rejects.toMatchObject({ code: 'clone_failed' });
    isBroken = false;
    expect(await fetchPristine(git, url)).toHaveProperty('commit');
  });

  it.each(['GET', 'POST'])('ends when it is asked to while the server keeps a %s waiting', async (method) => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const { url } = await serveRepository({
      intercept: (request) => {
        if (request.method !== method) return false;
        request.socket.once('close', () => left.resolve());
        arrived.resolve();
        return true;
      },
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const gitDirectory = path.join(await temporaryDirectory(), 'pristine');
    const { signal } = controller;
    const fetched = git.fetchBase({ gitDirectory, repository: url, branch: 'main', signal });
    await arrived.promise;
    controller.abort(reason);
    await expect(fetched).rejects.toBe(reason);
    // The helper that talks to the server is gone as well.
    await left.promise;
  });

  it('gives up when the time is over, and takes its helpers along', async () => {
    const left = Promise.withResolvers<void>();
    const { url } = await serveRepository({
      intercept: (request) => Boolean(request.socket.once('close', () => left.resolve())),
    });
    const run = gitRunner({ path: GIT_TEST_ENV['PATH']!, networkEnv: {} });
    const result = await run({ args: ['ls-remote', '--', url], timeoutMs: 300 });
    expect(result).toMatchObject({ ending: 'timeout', exitCode: null });
    await left.promise;
    expect(readError(url, result)).toMatchObject({
      code: 'clone_failed',
      message: expect.stringContaining('git did not answer in time'),
    });
  });

  it('ends when it is asked to while a push waits', async () => {
    const arrived = Promise.withResolvers<void>();
    const { url, repository } = await serveRepository({
      intercept: ({ method }) => {
        if (method !== 'POST') return false;
        arrived.resolve();
        return true;
      },
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const { gitDirectory, commit } = await fetchPristine(git, repository);
    const { signal } = controller;
    const pushed = git.pushBranch({
      gitDirectory,
      repository: url,
      commit,
      branch: 'b',
      expected: null,
      signal,
    });
    await arrived.promise;
    controller.abort(reason);
    await expect(pushed).rejects.toBe(reason);
  });
});

function gitWith(networkEnv: Readonly<Record<string, string>>) {
  return gitCli({ ...GIT_OPTIONS, networkEnv });
}

/** An address on which nobody listens any more. */
async function closedUrl(): Promise<string> {
  const { url, close } = await serveRepository({});
  await close();
  return url;
}
