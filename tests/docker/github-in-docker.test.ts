import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { RunDetail } from '../../src/contract/run-view.ts';
import { endOf, startCli } from '../support/cli.ts';
import { SPEC } from '../support/codex-runs.ts';
import { TEST_KEY } from '../support/codex.ts';
import { DOCKER_OPTIONS } from '../support/docker-options.ts';
import { git, temporaryDirectory, textsOf } from '../support/git-repository.ts';
import { makeApp, SHOP } from '../support/github-bench.ts';
import { startGitHub } from '../support/github-server.ts';
import { answer, call, countResults, writeDocument } from '../support/model-answers.ts';
import { startModelServer, type ModelScript, type ModelServer } from '../support/model-server.ts';
import type { GitHubServer } from '../support/open-github.ts';
import { sweep, type Canary } from '../support/sweep.ts';
import { watchContainers } from '../support/watch-containers.ts';
import { watchProcesses } from '../support/watch-processes.ts';

const PATIENT_MS = 240_000;
/** The agent is given this one, so whoever looks has to find it where the agent is. */
const HANDED: Canary = { name: 'handed', value: 'q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xB' };
/** What an agent does that looks for a login: its environment, that of all it sees, and every file it may read. */
const LOOK_AROUND = [
  'cat /proc/self/environ /proc/[0-9]*/environ /proc/[0-9]*/cmdline',
  'cat /proc/self/mountinfo',
  "LC_ALL=C grep -rahoE '(gh[a-z]|github_pat)_[[:alnum:]]{4,}' . .. $HOME /tmp /run /etc /var /home /dev/shm",
  "git config --list --show-origin; find . $HOME /run -maxdepth 3; echo 'looked around'",
].join('; ');

describe('a run on a repository at GitHub, by the command line, with the real Codex CLI in containers', () => {
  it(
    'ends in one draft pull request; the token is nowhere but in requests; asked again nothing happens',
    {
      timeout: PATIENT_MS,
    },
    async () => {
      const github = await startGitHub({ repositories: { [SHOP]: { 'README.md': '# Shop\n' } } });
      const seen = await watchedRun(github, { GITHUB_TOKEN: github.token });
      await expectPublished(github, seen.run);
      const apiCalls = github.apiCalls().length;
      console.log(`API calls of a run with a token: ${apiCalls}`);
      expect(apiCalls).toBeLessThanOrEqual(12);
      const canary = { name: 'token', value: github.token, publicPrefix: 'ghp_' };
      await expectNowhere(github, seen, [canary]);

      const writes = github.writes().length;
      const asked = seen.model.requests.length;
      const again = await runShop(github, { ...seen, env: { GITHUB_TOKEN: github.token } }).ended;
      expect(again.run).toMatchObject({ status: 'no_changes', reason: 'no_diff', pull_request_url: null });
      expect(again.run.reason_text).toContain(seen.run.pull_request_url);
      expect(github.writes()).toHaveLength(writes);
      expect(seen.model.requests).toHaveLength(asked);
      expect(await github.pullRequests(SHOP)).toHaveLength(1);
    },
  );

  it(
    'does the same with the login of an app, whose tokens are for one repository and worthless in the end',
    {
      timeout: PATIENT_MS,
    },
    async () => {
      const { plan, privateKey } = makeApp();
      const files = { 'README.md': '# Shop\n' };
      const github = await startGitHub({ app: plan, repositories: { [SHOP]: files, 'acme/other': files } });
      const env = { GITHUB_APP_ID: String(plan.appId), GITHUB_APP_PRIVATE_KEY: privateKey };
      const seen = await watchedRun(github, env);
      await expectPublished(github, seen.run);
      const api = github.apiCalls();
      console.log(`API calls of a run with an app: ${api.length}`);
      expect(api.length).toBeLessThanOrEqual(12);
      const mints = api.filter(({ path: target }) => target.endsWith('/access_tokens'));
      expect(mints.map(({ body }) => body)).toEqual(
        ['read', 'read', 'write'].map((access) => ({
          repositories: ['shop'],
          permissions: { contents: access, pull_requests: access },
        })),
      );
      const minted = [...new Set(github.requests.map(({ token = '' }) => token))].filter((token) =>
        token.startsWith('ghs_'),
      );
      const revoked = api.filter(({ method }) => method === 'DELETE');
      expect(revoked.map(({ token, status }) => [token, status])).toEqual(
        minted.map((token) => [token, 204]),
      );
      expect(minted).toHaveLength(mints.length);
      const canaries = minted.map((value) => ({
        name: `token ${value.length}`,
        value,
        publicPrefix: 'ghs_',
      }));
      const keyLine = { name: 'key of the app', value: privateKey.split('\n')[5] ?? '' };
      await expectNowhere(github, seen, [...canaries, keyLine]);
    },
  );
});

interface ShopRun {
  readonly home: string;
  readonly model: ModelServer;
  readonly env: Readonly<Record<string, string>>;
}

interface SeenRun extends Omit<ShopRun, 'env'> {
  readonly run: RunDetail;
  /** Copies of the state directory, made while an agent worked. */
  readonly copies: string;
  readonly cli: Readonly<Record<'stdout' | 'stderr', string>>;
  readonly containers: Readonly<Record<string, string>>;
  readonly processes: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

/** The command of a user, and its result. */
function runShop(github: GitHubServer, { home, model, env }: ShopRun) {
  const words = ['run', '--repo', SHOP, '--spec', 'spec.md', '--agent', 'codex_cli', '--sandbox', 'docker'];
  const child = startCli([...words, '--secret', 'HANDED', '--json'], {
    home,
    env: {
      CODEX_API_KEY: TEST_KEY,
      CODEX_BASE_URL: model.baseUrl,
      CODEX_MODEL: 'gpt-5.5',
      SPEC_AUTOMATION_JOB_IMAGE: DOCKER_OPTIONS.image,
      SPEC_AUTOMATION_SECRET_HANDED: HANDED.value,
      GITHUB_SERVER_URL: github.url,
      GITHUB_API_URL: github.apiUrl,
      ...env,
    },
  });
  const ended = endOf(child).then(({ stdout, stderr }) => {
    if (stdout === '') throw new Error(`the command printed no result: ${stderr}`);
    return { stdout, stderr, run: RunDetail.parse(JSON.parse(stdout)) };
  });
  return { pid: child.pid, ended };
}

/** One run, with an agent that looks around, and with somebody who looks at containers, processes and files meanwhile. */
async function watchedRun(github: GitHubServer, env: ShopRun['env']): Promise<SeenRun> {
  const [home, copies] = [await temporaryDirectory(), await temporaryDirectory()];
  await writeFile(path.join(home, 'spec.md'), SPEC);
  const model = await startModelServer({
    script: lookAroundThen((number) => copy(home, path.join(copies, String(number)))),
  });
  const containers = watchContainers();
  const { pid, ended } = runShop(github, { home, model, env });
  const processes = watchProcesses({ holderPid: pid });
  const { run, stdout, stderr } = await ended;
  const { texts, commands } = await processes.stop();
  const { texts: told } = await containers.stop();
  await model.close();
  return {
    home,
    model,
    run,
    copies,
    commands,
    cli: { stdout, stderr },
    containers: told,
    processes: texts,
  };
}

/** Looks around in each phase, and writes its document then. */
function lookAroundThen(act: (number: number) => Promise<void>): ModelScript {
  return async ({ body, number }, response) => {
    const results = countResults(body);
    if (results === 0) return answer(response, [call(LOOK_AROUND, 'look')]);
    if (results === 1) await act(number);
    writeDocument(response, results === 1 ? withoutResults(body) : body);
  };
}

function withoutResults(body: string): string {
  const request: { readonly input: readonly { readonly type: string }[] } = JSON.parse(body);
  const input = request.input.filter(({ type }) => !type.endsWith('_call_output'));
  return JSON.stringify({ ...request, input });
}

/** Files may go while they are copied. */
async function copy(from: string, to: string): Promise<void> {
  await once(spawn('cp', ['-a', '--', from, to], { stdio: 'ignore' }), 'close');
}

/** Exactly one draft with its labels, title and links, and the documents in one commit on the base branch. */
async function expectPublished(github: GitHubServer, run: RunDetail): Promise<void> {
  expect(run).toMatchObject({ status: 'succeeded', agent: 'codex_cli', sandbox: 'docker' });
  const repository = `${github.url}/${SHOP}`;
  const pulls = await github.pullRequests(SHOP);
  expect(pulls).toMatchObject([
    {
      draft: true,
      state: 'open',
      base: 'main',
      head: run.branch_name,
      headSha: run.commit,
      title: `Spec Kit Automation – shop – ${run.run_id.replaceAll('-', '').slice(0, 8)}`,
      html_url: run.pull_request_url,
    },
  ]);
  expect(pulls[0]?.labels).toEqual(expect.arrayContaining(['spec-kit', 'automation']));
  const documents = ['spec.md', 'plan.md', 'tasks.md'].map((name) => `${run.feature_directory}/${name}`);
  for (const document of documents)
    expect(pulls[0]?.body).toContain(`(${repository}/blob/${run.branch_name}/${document})`);
  const directory = github.gitDirectory(SHOP);
  const { main: base, ...others } = await github.branches(SHOP);
  expect(others).toEqual({ [run.branch_name ?? '']: run.commit });
  expect(await git(directory, 'rev-list', '--parents', '-n', '1', run.commit ?? '')).toBe(
    `${run.commit} ${base}`,
  );
  expect(Object.keys(await textsOf(directory, run.commit ?? ''))).toEqual(
    expect.arrayContaining(['README.md', ...documents]),
  );
}

/** The canaries are in authorization headers of API and git, and in no other place anybody looked at. */
async function expectNowhere(
  github: GitHubServer,
  seen: SeenRun,
  canaries: readonly Canary[],
): Promise<void> {
  const { requests } = github;
  const sent = (kind: string) => requests.filter((one) => one.kind === kind && one.token !== undefined);
  expect([sent('api').length, sent('git').length].every((count) => count >= 3)).toBe(true);
  const bare = requests.map(({ path: target, query, body, headers: { authorization, ...headers } }) => ({
    target,
    query,
    body,
    headers,
    scheme: authorization?.split(' ')[0],
  }));
  const directory = github.gitDirectory(SHOP);
  const outside = {
    ...seen.cli,
    requests: JSON.stringify(bare),
    'pull request': JSON.stringify(await github.pullRequests(SHOP)),
    commit: await git(directory, 'show', '--format=raw', seen.run.commit ?? ''),
  };
  const inside = {
    ...seen.containers,
    ...seen.processes,
    model: seen.model.requests.map(({ body }) => body).join('\n'),
  };
  const directories = [seen.home, seen.copies, directory];
  const report = await sweep({ directories, texts: { ...outside, ...inside } }, canaries);
  expect(report.hits).toEqual([]);
  expect(report.files).toBeGreaterThan(100);
  // One copy for each phase, made before it writes.
  expect((await readdir(seen.copies)).toSorted()).toEqual(['2', '5', '8']);
  expectSeen(seen);
  await expectControl(seen, { inside, canaries });
}

/** Nobody finds anything where nobody looked: containers, processes of git that talked to the server, what the agent saw. */
function expectSeen({ containers, commands, model, run }: SeenRun): void {
  const ours = Object.keys(containers).filter((name) => name.includes(run.run_id));
  expect(ours.filter((name) => name.includes('speckit'))).toHaveLength(3);
  for (const verb of ['ls-remote', 'fetch', 'push'])
    expect(commands.filter((command) => command.startsWith('git ') && command.includes(verb))).not.toEqual(
      [],
    );
  expect(commands.filter((command) => command.includes('remote-http'))).not.toEqual([]);
  expect(model.requests.filter(({ body }) => body.includes('\\nlooked around'))).toHaveLength(6);
}

/** The same search finds what the agent was given, and a canary that lies among the files. */
async function expectControl(
  seen: SeenRun,
  plan: { readonly inside: Readonly<Record<string, string>>; readonly canaries: readonly Canary[] },
): Promise<void> {
  const handed = new Set((await sweep({ texts: plan.inside }, [HANDED])).hits.map(({ place }) => place));
  expect(handed).toContain('model');
  expect([...handed].filter((place) => place in seen.containers)).not.toEqual([]);
  expect([...handed].filter((place) => place in seen.processes)).not.toEqual([]);
  const planted = path.join(seen.copies, 'planted');
  await writeFile(planted, plan.canaries.map(({ value }) => value).join('\n'));
  const found = (await sweep({ directories: [seen.copies] }, plan.canaries)).hits;
  expect(new Set(found.map(({ place }) => place))).toEqual(new Set([planted]));
  expect(new Set(found.map(({ canary }) => canary))).toEqual(new Set(plan.canaries.map(({ name }) => name)));
}
