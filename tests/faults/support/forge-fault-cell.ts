import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Deps } from '../../../src/engine/deps.ts';
import type { RunDetail } from '../../../src/contract/run-view.ts';
import { openEngine } from '../../support/engine-kit.ts';
import type { GitHubFault, GitHubFaultPlan } from '../../support/github-faults.ts';
import { openGitHub } from '../../support/open-github.ts';
import { killAgent } from './kill-agent.ts';
import { openPublishStage } from './publish-cell.ts';
import { publishingDeps } from './publish-deps.ts';
import { AGENT_MS, virtualClock } from './virtual-clock.ts';

/** One kind of request that meets one kind of fault. */
export interface FaultCase {
  readonly call: keyof typeof CALLS;
  readonly fault: keyof typeof FAULTS;
  /** Once, or as often as it is asked. */
  readonly isLasting: boolean;
}

/** What came of it. */
export interface FaultResult {
  readonly status: RunDetail['status'] | 'refused';
  /** A code of the table, if all is well. */
  readonly reason: string | null;
  readonly pulls: number;
  readonly branches: number;
  readonly requests: number;
  /** Requests made although GitHub had said to wait. */
  readonly offences: number;
  /** How often the fault was met. */
  readonly met: number;
  readonly agentStarts: number;
  /** Put forward instead of being waited for. */
  readonly skippedMs: number;
  /** How the run ended once the fault was over and somebody retried it; the same as before where nobody had to. */
  readonly finally: { readonly status: string; readonly pulls: number; readonly branches: number };
}

/** Everything a run asks of GitHub, in the order it comes. */
export const CALLS = {
  'find installation': { method: 'GET', path: /\/installation$/u },
  'mint token': { method: 'POST', path: /\/access_tokens$/u },
  'list branches, submitting': { method: 'GET', path: /info\/refs$/u },
  'list branches': { method: 'GET', path: /info\/refs$/u },
  fetch: { method: 'POST', path: /git-upload-pack$/u },
  'list pull requests': { method: 'GET', path: /\/pulls$/u },
  push: { method: 'POST', path: /git-receive-pack$/u },
  'create pull request': { method: 'POST', path: /\/pulls$/u },
  'add labels': { method: 'POST', path: /\/labels$/u },
  'revoke token': { method: 'DELETE', path: /\/installation\/token$/u },
} as const satisfies Record<string, GitHubFaultPlan['match']>;

export const FAULTS = {
  '502': '502',
  '504 after effect': '504 after effect',
  reset: 'reset',
  hang: 'hang',
  'truncated JSON': 'truncated JSON',
  '401': '401',
  '403 secondary': { name: '403 secondary', retryAfterSeconds: 30 },
  '429 with Retry-After': { name: '429', retryAfterSeconds: 30 },
  '429 without': '429',
  '403 plain': '403 plain',
} as const satisfies Record<string, GitHubFault>;

/** Requests that are like these and come earlier: protocol 2 lists and fetches by the same. */
const EARLIER: Partial<Record<keyof typeof CALLS, number>> = { 'list branches': 1, fetch: 3 };

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** A whole run, with a server of its own, in which a request meets a fault. */
export async function runFaultCase({ call, fault, isLasting }: FaultCase): Promise<FaultResult> {
  const clock = virtualClock();
  const nowMs = () => clock.nowMs();
  const permissions = { contents: 'write', pull_requests: 'write', metadata: 'read' } as const;
  const app = { appId: 42, publicKey, installations: [{ id: 7, account: 'acme', permissions }] };
  await using github = await openGitHub({ app, nowMs });
  await using stage = await openPublishStage(github);
  const login = { kind: 'app', appId: '42', privateKey, installationId: undefined } as const;
  await using engine = await openEngine({
    agents: [killAgent(stage.task)],
    home: stage.task.home,
    settings: { phaseTimeoutMs: AGENT_MS, stallTimeoutMs: AGENT_MS },
    change: (deps: Deps) => publishingDeps({ ...deps, clock }, stage.task.place, { login, nowMs }),
  });
  const isOfGit = /git|refs/u.test(CALLS[call].path.source);
  github.failNext({
    match: CALLS[call],
    // Git speaks no JSON.
    fault: isOfGit && fault === 'truncated JSON' ? 'reset in the answer' : FAULTS[fault],
    after: EARLIER[call] ?? 0,
    times: isLasting ? Number.POSITIVE_INFINITY : 1,
  });

  const submitted = await engine.app.submit(stage.task.submit).catch((thrown: unknown) => thrown);
  const runId = isRun(submitted) ? submitted.run_id : undefined;
  const run = runId === undefined ? undefined : await engine.waitForEnd(runId);
  const count = async () => ({
    pulls: (await github.pullRequests(stage.fullName)).length,
    branches: Object.keys(await github.branches(stage.fullName)).length - 1,
  });
  const seen = await count();
  const met = github.requests.filter(({ fault: name }) => name !== undefined).length;
  const requests = github.requests.length;

  github.clearFaults();
  // A person who comes back after the trouble.
  clock.skip(2 * 60 * 60_000);
  const last = await finish();
  return {
    status: run?.status ?? 'refused',
    reason: run?.reason ?? codeOf(submitted),
    ...seen,
    requests,
    met,
    offences: github.requestsInsideWindows().length,
    agentStarts: (await readFile(stage.task.startLog, 'utf8')).split('\n').filter((line) => line !== '')
      .length,
    skippedMs: clock.skippedMs(),
    finally: { status: last, ...(await count()) },
  };

  async function finish(): Promise<string> {
    if (runId === undefined) return (await engine.runToEnd(stage.task.submit)).status;
    if (run?.status === 'succeeded') return run.status;
    await engine.app.retry({ runId });
    return (await engine.waitForEnd(runId)).status;
  }
}

function isRun(value: unknown): value is { readonly run_id: string } {
  return typeof value === 'object' && value !== null && 'run_id' in value;
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null;
}
