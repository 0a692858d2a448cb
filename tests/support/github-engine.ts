import path from 'node:path';

import { expect } from 'vitest';

import type { RunDetail } from '../../src/contract/run-view.ts';
import type { Deps } from '../../src/engine/deps.ts';
import { gitCli } from '../../src/git/git-cli.ts';
import type { SubmitRequest } from '../../src/spec-automation.ts';
import { openEngine, type EngineKit, type EngineKitOptions } from './engine-kit.ts';
import { GIT_OPTIONS } from './git-options.ts';
import { openGitHubBench, SHOP, type GitHubBench } from './github-bench.ts';
import type { GitHubFault } from './github-faults.ts';
import { goodDocument, scriptedAgent } from './scripted-agent.ts';

/** Matches the requests that push. */
export const PUSH = { method: 'POST', path: /git-receive-pack$/u };
/** Matches the requests that open a pull request. */
export const POST_PULL = { method: 'POST', path: /\/pulls$/u };

/** What a run asks for when a test does not say. */
export const GITHUB_SPEC = 'Let borrowers renew a loan';

/** What differs from an engine with an honest agent. */
export type GitHubEngineOptions = Partial<EngineKitOptions> & {
  /** Does something to the server once an agent is done, one time. */
  readonly mischief?: (bench: GitHubBench) => Promise<void>;
};

/** An engine, a GitHub on loopback, and our adapter between them. */
export interface GitHubEngine extends EngineKit, GitHubBench {
  /** Submit and wait for the end; the shop and `GITHUB_SPEC` where nothing is said. */
  runToEnd(request?: Partial<SubmitRequest>): Promise<RunDetail>;
  /** A run whose branch is there, and whose pull request failed. */
  failedAtPr(fault?: GitHubFault): Promise<RunDetail>;
}

/** Start both; `given` says what the server and the login are. */
export async function openGitHubEngine(
  given: Parameters<typeof openGitHubBench>[0] = {},
  { mischief, ...options }: GitHubEngineOptions = {},
): Promise<GitHubEngine> {
  const bench = await openGitHubBench(given);
  let isDone = mischief === undefined;
  const change = (deps: Deps): Deps => {
    const cacheDirectory = path.join(deps.workspaces.root, 'clones');
    const git = gitCli({ ...GIT_OPTIONS, forgeUrl: bench.github.url, cacheDirectory });
    const importTree: typeof git.importTree = async (tree) => {
      if (!isDone) await mischief?.(bench);
      isDone = true;
      return git.importTree(tree);
    };
    return { ...deps, forges: [bench.forge, ...deps.forges], git: { ...git, importTree } };
  };
  const agent = scriptedAgent((invocation) => ({
    files: goodDocument(invocation, invocation.notes ?? ''),
    isFinishing: true,
  }));
  const engine = await openEngine({ agents: [agent], change, ...options });
  const runToEnd: GitHubEngine['runToEnd'] = (request = {}) =>
    engine.runToEnd({ repository: SHOP, specText: GITHUB_SPEC, ...request });
  return {
    ...engine,
    ...bench,
    runToEnd,
    async failedAtPr(fault = '403 plain') {
      bench.github.failNext({ match: POST_PULL, fault });
      if (fault !== '403 plain')
        bench.github.failNext({
          match: { method: 'GET', path: /\/pulls$/u },
          after: 2,
          fault: '403 plain',
          times: 9,
        });
      const run = await runToEnd();
      bench.github.clearFaults();
      expect(run).toMatchObject({ status: 'failed' });
      expect(run.phases.findLast(({ phase }) => phase === 'open_pr')?.status).toBe('failed');
      return run;
    },
  };
}
