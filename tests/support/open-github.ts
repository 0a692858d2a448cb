import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { GitHubAppPlan } from './github-apps.ts';
import { gitHubApi } from './github-api.ts';
import { startEmulator, type GitHubEmulator } from './github-emulate.ts';
import { gitHubFaults, type GitHubFaultPlan } from './github-faults.ts';
import { serveGitHub } from './github-front.ts';
import { branchesOf, commitOn, makeBareRepository, type TextFiles } from './github-git.ts';
import { gitHubPeople, type GitHubPeople } from './github-people.ts';
import { gitHubRecorder, type GitHubOffence, type GitHubRequest } from './github-recorder.ts';
import { gitHubRepositories, type GitHubRepositories } from './github-repositories.ts';
import { gitHubTokens, type GitHubTokenPlan } from './github-tokens.ts';
import type { FileTree } from './git-repository.ts';
import { portOf } from './port-of.ts';

/** How a repository is made. */
export interface GitHubRepositoryPlan {
  /** `true` when absent. */
  readonly isPrivate?: boolean;
  /** `main` when absent. */
  readonly defaultBranch?: string;
  /** Whether its plan has draft pull requests; `true` when absent. */
  readonly hasDrafts?: boolean;
}

/** What to start; everything may be left out. */
export interface GitHubOptions {
  /** Accounts that may have repositories; `acme` and `octo` when absent. */
  readonly owners?: readonly string[];
  /** Repositories by full name, each with the files of its one commit. */
  readonly repositories?: Readonly<Record<string, FileTree>>;
  /** The GitHub App; none when absent. */
  readonly app?: GitHubAppPlan;
  /** The server's clock, milliseconds since 1970; `Date.now` when absent. */
  readonly nowMs?: () => number;
}

/** A GitHub on loopback that speaks REST and git. */
export interface GitHubServer extends GitHubPeople, AsyncDisposable {
  /** For `GITHUB_SERVER_URL`; without a slash at the end. */
  readonly url: string;
  /** For `GITHUB_API_URL`; without a slash at the end. */
  readonly apiUrl: string;
  /** A classic token that may do everything. */
  readonly token: string;
  /** Everything asked so far, in order. */
  readonly requests: readonly GitHubRequest[];
  addRepository(fullName: string, files: FileTree, plan?: GitHubRepositoryPlan): Promise<void>;
  /** Make a token; a classic one that may do everything when nothing is said. */
  addToken(plan?: GitHubTokenPlan): string;
  /** Let a token run out. */
  expire(token: string): void;
  /** Forget a token. */
  revoke(token: string): void;
  /** Let coming requests go wrong; plans are tried in the order they came. */
  failNext(plan: GitHubFaultPlan): void;
  clearFaults(): void;
  /** Requests of the API, reads included. */
  apiCalls(): readonly GitHubRequest[];
  /** Requests that change something: all of the API but GET and HEAD, and git's pushes. */
  writes(): readonly GitHubRequest[];
  /** Requests that came although their token was told, by `retry-after` or a spent limit, to wait. By the server's clock. */
  requestsInsideWindows(): readonly GitHubOffence[];
  /** Tips by branch, from git. */
  branches(fullName: string): Promise<Readonly<Record<string, string>>>;
  /** Commit files to a branch by hand; a new branch starts at the default branch. Returns the commit's id. */
  pushCommit(fullName: string, branch: string, files: TextFiles): Promise<string>;
  /** The bare repository's directory. */
  gitDirectory(fullName: string): string;
  /** `https`-style address of the repository on this server. */
  cloneUrl(fullName: string): string;
  close(): Promise<void>;
}

/** Start the server; whoever calls closes it. */
export async function openGitHub(options: GitHubOptions = {}): Promise<GitHubServer> {
  const { owners = ['acme', 'octo'], app, nowMs = Date.now } = options;
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'github-')));
  const [tokens, repositories] = [gitHubTokens(nowMs), gitHubRepositories()];
  const [recorder, faults] = [gitHubRecorder(nowMs, (token) => tokens.principalOf(token)), gitHubFaults()];
  const { listen, address, stop } = await listenOnLoopback();
  const apiUrl = `${address}/api/v3`;
  const emulator = await startEmulator({ owners, url: address, apiUrl });
  const api = gitHubApi({ app, tokens, repositories, emulator, nowMs, apiUrl });
  listen((request, response) =>
    serveGitHub({ recorder, faults, tokens, repositories, api, nowMs }, request, response),
  );
  const close = async () => {
    await Promise.all([stop(), emulator.close()]);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  const { requests } = recorder;
  const server: GitHubServer = {
    ...gitHubPeople({ emulator, repositories }),
    url: address,
    apiUrl,
    token: tokens.add(),
    requests,
    addRepository: (fullName, files, plan = {}) =>
      makeGitHubRepository({ root, owners, repositories, emulator }, fullName, { ...plan, files }),
    addToken: (plan) => tokens.add(plan),
    expire: (token) => tokens.expire(token),
    revoke: (token) => tokens.revoke(token),
    failNext: (plan) => faults.add(plan),
    clearFaults: () => faults.clear(),
    apiCalls: () => requests.filter(({ kind }) => kind === 'api'),
    writes: () => requests.filter(isWrite),
    requestsInsideWindows: () => recorder.offences(),
    branches: (fullName) => branchesOf(repositories.get(fullName)),
    pushCommit: (fullName, branch, files) => commitOn(repositories.get(fullName), branch, files),
    gitDirectory: (fullName) => repositories.get(fullName).directory,
    cloneUrl: (fullName) => `${address}/${fullName}.git`,
    close,
    [Symbol.asyncDispose]: close,
  };
  for (const [fullName, files] of Object.entries(options.repositories ?? {}))
    await server.addRepository(fullName, files);
  return server;
}

function isWrite({ kind, method, path: target }: GitHubRequest): boolean {
  if (kind === 'api') return method !== 'GET' && method !== 'HEAD';
  return method === 'POST' && target.endsWith('/git-receive-pack');
}

type Serve = (...args: Parameters<Parameters<typeof createServer>[1] & object>) => Promise<void>;

/** A server whose address is known before it can answer. */
async function listenOnLoopback(): Promise<{
  readonly address: string;
  readonly listen: (serve: Serve) => void;
  readonly stop: () => Promise<void>;
}> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${portOf(server)}`,
    listen: (serve) =>
      void server.on('request', (request, response) => {
        serve(request, response).catch((error: unknown) => {
          if (!response.headersSent) response.writeHead(500);
          response.end(`the bench is broken: ${String(error)}`);
        });
      }),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function makeGitHubRepository(
  around: {
    readonly root: string;
    readonly owners: readonly string[];
    readonly repositories: GitHubRepositories;
    readonly emulator: GitHubEmulator;
  },
  fullName: string,
  plan: GitHubRepositoryPlan & { readonly files: FileTree },
): Promise<void> {
  const { files, isPrivate = true, defaultBranch = 'main', hasDrafts = true } = plan;
  const [owner = '', name = ''] = fullName.split('/');
  if (!around.owners.includes(owner)) throw new Error(`name '${owner}' in the option 'owners'`);
  const directory = path.join(around.root, owner, `${name}.git`);
  const isEmpty = Object.keys(files).length === 0;
  await makeBareRepository(directory, { branch: defaultBranch, ...(isEmpty ? {} : { files }) });
  const body = { name, private: isPrivate, auto_init: true };
  const answer = await around.emulator.call({ method: 'POST', path: '/user/repos', owner, body });
  if (answer.status !== 201) throw new Error(`the emulator refused ${fullName}: ${answer.body.toString()}`);
  const shape = {
    isPrivate,
    defaultBranch,
    hasDrafts,
    isArchived: false,
    seenTips: new Map<string, string>(),
  };
  around.repositories.add({ owner, name, fullName, directory, ...shape });
}
