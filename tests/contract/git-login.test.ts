import { access, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { serveRepository } from '../support/git-http-server.ts';
import { fetchPristine, noSignal } from '../support/git-kit.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { git as runGit, GIT_TEST_ENV, temporaryDirectory } from '../support/git-repository.ts';
import { processesMentioning } from '../support/process-left.ts';
import { sweep } from '../support/sweep.ts';

const PASSWORD = 'ghs_q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQi';
const AUTH = { user: 'x-access-token', password: PASSWORD };
const CANARY = { name: 'password', value: PASSWORD, publicPrefix: 'ghs_' };
const git = gitWith(GIT_TEST_ENV['PATH']!);

describe('git with a login', () => {
  it.each([
    ['a token', PASSWORD],
    ['spaces, quotes, signs and no ASCII', ` a'b"c$(d)\\e\`f=%0aß `],
  ])('looks at, fetches from and pushes to a server that wants one: %s', async (_what, password) => {
    const { url, repository } = await serveRepository({ auth: { ...AUTH, password } });
    const login = loginFor(url, password);
    expect((await git.inspectRemote({ repository: url, login })).defaultBranch).toBe('main');
    const { gitDirectory, commit } = await fetchPristine(git, url, { login });
    const request = { gitDirectory, repository: url, commit, branch: 'b', expected: null, login };
    await git.pushBranch({ ...request, signal: noSignal() });
    expect(await runGit(repository, 'rev-parse', 'b')).toBe(commit);
    const { hits, files } = await sweep({ directories: [gitDirectory, repository] }, [CANARY]);
    expect(files).toBeGreaterThan(5);
    expect(hits).toEqual([]);
  });

  it('is denied with a wrong one, asks once more with nothing, and never repeats it', async () => {
    const { url, repository, requests } = await serveRepository({ auth: AUTH });
    const login = loginFor(url, 'ghs_wrongwrongwrongwrongwrong');
    const told = await git.inspectRemote({ repository: url, login }).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'clone_denied' });
    expect(String(told)).not.toContain('wrong');
    expect(requests).toHaveLength(2);
    await expect(fetchPristine(git, url, { login })).rejects.toMatchObject({ code: 'clone_denied' });
    const request = { ...(await fetchPristine(git, repository)), repository: url, branch: 'b' };
    await expect(
      git.pushBranch({ ...request, expected: null, login, signal: noSignal() }),
    ).rejects.toMatchObject({ code: 'push_unauthorized', isTransient: true });
  });

  it('tells nothing to a server that does not ask', async () => {
    const seen: IncomingMessage[] = [];
    const { url } = await serveRepository({ intercept: (request) => seen.push(request) === 0 });
    await fetchPristine(git, url, { login: loginFor(url) });
    expect(authorizations(seen)).toEqual([]);
    expect(seen.length).toBeGreaterThan(2);
  });

  it('tells nothing to another origin, even if that one asks', async () => {
    const seen: IncomingMessage[] = [];
    const other = await serveRepository({ auth: AUTH, intercept: (request) => seen.push(request) === 0 });
    const { url } = await serveRepository({ auth: AUTH });
    const places = [url, url.replace('127.0.0.1', 'localhost'), 'https://github.com', 'http://127.0.0.1'];
    for (const place of places)
      await expect(
        git.inspectRemote({ repository: other.url, login: loginFor(place) }),
      ).rejects.toMatchObject({ code: 'clone_denied' });
    expect(seen.length).toBeGreaterThanOrEqual(places.length);
    expect(authorizations(seen)).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])(
    'follows no redirect (%i), and tells nothing where it leads',
    async (status) => {
      const seen: IncomingMessage[] = [];
      const other = await serveRepository({ auth: AUTH, intercept: (request) => seen.push(request) === 0 });
      const { url, repository } = await serveRepository({
        intercept: (request, response) =>
          Boolean(
            response.writeHead(status, { location: `${new URL(other.url).origin}${request.url}` }).end(),
          ),
      });
      const login = loginFor(url);
      await expect(git.inspectRemote({ repository: url, login })).rejects.toMatchObject({
        code: 'clone_denied',
      });
      await expect(fetchPristine(git, url, { login })).rejects.toMatchObject({ code: 'clone_denied' });
      const request = { ...(await fetchPristine(git, repository)), repository: url, branch: 'b' };
      await expect(
        git.pushBranch({ ...request, expected: null, login, signal: noSignal() }),
      ).rejects.toMatchObject({ code: 'push_denied' });
      expect(seen).toEqual([]);
    },
  );

  it('refuses a login that would be read as more than a login', async () => {
    const { url, requests } = await serveRepository({ auth: AUTH });
    for (const password of ['a\nhost=example.com', 'a\0b', 'a\rb'])
      await expect(
        git.inspectRemote({ repository: url, login: loginFor(url, password) }),
      ).rejects.toMatchObject({ code: 'internal' });
    expect(requests).toEqual([]);
  });

  it.each(['GET', 'POST'])('shows it in no argument and no environment while a %s waits', async (method) => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serveRepository({
      auth: AUTH,
      intercept: (request) => {
        if (request.method !== method || request.headers.authorization === undefined) return false;
        arrived.resolve();
        return true;
      },
    });
    const controller = new AbortController();
    const gitDirectory = path.join(await temporaryDirectory(), 'pristine');
    const request = { gitDirectory, repository: url, branch: 'main', login: loginFor(url) };
    const fetched = git.fetchBase({ ...request, signal: controller.signal });
    await arrived.promise;
    // Git and the helper that talks to the server.
    expect((await processesMentioning(url)).length).toBeGreaterThanOrEqual(2);
    for (const form of forms()) expect(await processesMentioning(form)).toEqual([]);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(fetched).rejects.toBe(reason);
  });

  it('shows it in no argument and no environment while it is handed over', async () => {
    const { url } = await serveRepository({ auth: AUTH });
    const directory = await temporaryDirectory();
    const [pipe, log] = [path.join(directory, 'pipe'), path.join(directory, 'log')];
    const bin = path.join(directory, 'bin');
    await mkdir(bin);
    // Stands in for what the helper calls: waits until somebody looked.
    const script = `#!/bin/sh\n: >'${log}'\nwhile [ ! -e '${pipe}' ]; do /bin/sleep 0.02; done\nexec /bin/cat\n`;
    await writeFile(path.join(bin, 'cat'), script, { mode: 0o755 });
    const asked = gitWith(`${bin}:${GIT_TEST_ENV['PATH']}`).inspectRemote({
      repository: url,
      login: loginFor(url),
    });
    await expect
      .poll(() =>
        access(log).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect((await processesMentioning(path.join(bin, 'cat'))).length).toBe(1);
    expect((await processesMentioning(url)).length).toBeGreaterThanOrEqual(2);
    for (const form of forms()) expect(await processesMentioning(form)).toEqual([]);
    await writeFile(pipe, '');
    expect((await asked).defaultBranch).toBe('main');
  });
});

function gitWith(searchPath: string) {
  return gitCli({ ...GIT_OPTIONS, path: searchPath });
}

function loginFor(url: string, password = PASSWORD) {
  return { origin: new URL(url).origin, username: AUTH.user, password };
}

function authorizations(requests: readonly IncomingMessage[]) {
  return requests.flatMap(({ headers }) => headers.authorization ?? []);
}

/** The password as it is, and as the header holds it. */
function forms(): readonly string[] {
  return [PASSWORD.slice(4, 24), Buffer.from(`${AUTH.user}:${PASSWORD}`).toString('base64').slice(0, 24)];
}
