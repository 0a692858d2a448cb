import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { AGENT_PHASES } from '../../../src/domain/phases.ts';
import { isTerminal, type Run } from '../../../src/domain/run.ts';
import { openEngine, type EngineKit } from '../../support/engine-kit.ts';
import type { GitHubFaultPlan } from '../../support/github-faults.ts';
import type { GitHubPull } from '../../support/github-people.ts';
import type { GitHubServer } from '../../support/open-github.ts';
import { killAgent } from './kill-agent.ts';
import { publishingDeps } from './publish-deps.ts';
import type { PublishTask } from './publish-worker.ts';

/** When a worker is killed: at a moment of its own, or while GitHub works on a request. */
export type PublishMoment =
  | { readonly name: string; readonly killAt: string }
  | {
      readonly name: string;
      readonly during: GitHubFaultPlan;
      /** What GitHub has done by then; nothing when absent. */
      readonly effect?: keyof typeof EFFECTS;
    };

/** What a run left at GitHub and here. */
export interface PublishResult {
  readonly run: Run | undefined;
  readonly wasKilled: boolean;
  readonly pulls: number;
  readonly branches: number;
  readonly agentStarts: number;
  readonly claims: number;
  readonly recoveryMs: number;
  readonly violations: readonly string[];
}

/** A run to be published, on a repository and in a state directory of its own. */
export interface PublishStage extends AsyncDisposable {
  readonly fullName: string;
  readonly task: PublishTask & { readonly submit: NonNullable<PublishTask['submit']> };
}

/** How to tell that GitHub has done it. */
const EFFECTS = {
  branch: async (github: GitHubServer, fullName: string) =>
    Object.keys(await github.branches(fullName)).length > 1,
  pull: async (github: GitHubServer, fullName: string) => (await github.pullRequests(fullName)).length > 0,
  labels: async (github: GitHubServer, fullName: string) =>
    ((await github.pullRequests(fullName))[0]?.labels.length ?? 0) > 0,
};
const LEASE_TTL_MS = 800;
const LOOK_MS = 20;
const GIVE_UP_MS = 60_000;

/** Kill a worker while it publishes, let another take over, and look at GitHub. */
export async function killPublisher(github: GitHubServer, moment: PublishMoment): Promise<PublishResult> {
  await using stage = await openPublishStage(github);
  const killAt = 'killAt' in moment ? moment.killAt : undefined;
  if ('during' in moment) github.failNext(inRepository(moment.during, stage.fullName));
  const child = startPublisher({ ...stage.task, ...(killAt === undefined ? {} : { killAt }) });
  const ended = once(child, 'exit');
  if ('during' in moment)
    await killDuring(github, { fullName: stage.fullName, child, effect: moment.effect });
  const [, signal] = await ended;
  const killedMs = performance.now();
  await using heir = await openHeir(stage);
  const run = await bringToEnd(heir);
  const recoveryMs = performance.now() - killedMs;
  return await look(github, { stage, heir, run, wasKilled: signal === 'SIGKILL', recoveryMs });
}

/** Every moment of the publishing phases of a run that nobody disturbs, in order. */
export async function tracePublishing(github: GitHubServer): Promise<readonly string[]> {
  await using stage = await openPublishStage(github);
  const trace = path.join(path.dirname(stage.task.home), 'trace');
  await once(startPublisher({ ...stage.task, trace }), 'exit');
  const moments = new Set((await readFile(trace, 'utf8')).trim().split('\n'));
  return [...moments].filter((moment) => / (commit_push|open_pr) /u.test(moment));
}

/** A repository at the server, and an empty state directory. */
export async function openPublishStage(github: GitHubServer): Promise<PublishStage> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'publish-')));
  const fullName = `acme/${path.basename(root).toLowerCase()}`;
  await github.addRepository(fullName, { 'README.md': 'readme\n' });
  await writeFile(path.join(root, 'starts'), '');
  const { url, apiUrl } = github;
  return {
    fullName,
    task: {
      home: path.join(root, 'home'),
      startLog: path.join(root, 'starts'),
      secret: `canary${path.basename(root).replaceAll('-', '')}SECRETsecret4711`,
      place: { url, apiUrl, token: github.addToken() },
      submit: { repository: fullName, specText: 'Members can export their loan list.' },
      leaseTtlMs: LEASE_TTL_MS,
    },
    // What supervised an agent may still be ending there.
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/** A worker as a process of its own. */
export function startPublisher(task: PublishTask): ChildProcess {
  const program = path.join(import.meta.dirname, 'publish-worker.ts');
  return spawn(process.execPath, [program, JSON.stringify(task)], { stdio: 'ignore' });
}

/** An engine on the stage's state directory. */
export function openHeir({ task }: PublishStage): Promise<EngineKit> {
  return openEngine({
    agents: [killAgent(task)],
    home: task.home,
    secrets: [task.secret],
    settings: { leaseTtlMs: task.leaseTtlMs, leaseRenewMs: task.leaseTtlMs / 4 },
    change: (deps) => publishingDeps(deps, task.place),
  });
}

/** Take the one run up again and again until it is over. */
export async function bringToEnd({ app, deps }: EngineKit): Promise<Run | undefined> {
  const startedMs = performance.now();
  for (;;) {
    const [run] = (await deps.store.listRuns({ limit: 1 })).runs;
    const isOver = run === undefined || isTerminal(run.status);
    if (isOver || performance.now() - startedMs > GIVE_UP_MS) return run;
    await app.recover();
    await delay(LOOK_MS);
  }
}

/** What there is at GitHub and here. */
interface Seen {
  readonly run: Run | undefined;
  readonly pulls: readonly GitHubPull[];
  readonly branches: Readonly<Record<string, string>>;
  readonly agentStarts: number;
  readonly finishes: number;
  readonly leaks: readonly string[];
}

/** What has to hold; each check says what does not. */
const CHECKS: readonly ((seen: Seen) => string | false)[] = [
  ({ run }) => run?.status !== 'succeeded' && `the run is ${run?.status ?? 'lost'}: ${run?.reasonText ?? ''}`,
  ({ pulls }) => pulls.length !== 1 && `${pulls.length} pull requests`,
  ({ branches }) => Object.keys(branches).length !== 2 && `branches: ${Object.keys(branches).join(', ')}`,
  ({ run, pulls }) => pulls[0]?.html_url !== run?.pullRequestUrl && `the run says ${run?.pullRequestUrl}`,
  ({ run, pulls }) => pulls[0]?.headSha !== run?.pushedCommit && 'the pull request has another commit',
  ({ run, branches }) =>
    branches[run?.branchName ?? ''] !== run?.pushedCommit && 'the branch has another commit',
  ({ pulls }) => pulls[0]?.draft !== true && 'it is no draft',
  ({ pulls }) => pulls[0]?.labels.length !== 2 && `labels: ${pulls[0]?.labels.join(', ')}`,
  ({ agentStarts }) => agentStarts !== AGENT_PHASES.length && `agents were started ${agentStarts} times`,
  ({ finishes }) => finishes !== 1 && `the run finished ${finishes} times`,
  ({ leaks }) => leaks.length > 0 && leaks.join('; '),
];

/** Look at GitHub, the run and its state directory. */
export async function look(
  github: GitHubServer,
  {
    run,
    stage,
    heir,
    ...rest
  }: Pick<PublishResult, 'run' | 'wasKilled' | 'recoveryMs'> & {
    readonly stage: PublishStage;
    readonly heir: EngineKit;
  },
): Promise<PublishResult> {
  const events = run === undefined ? [] : await heir.deps.store.readEvents(run.id, 0, 10_000);
  const count = (type: string) => events.filter(({ event }) => event.type === type).length;
  const seen: Seen = {
    run,
    pulls: await github.pullRequests(stage.fullName),
    branches: await github.branches(stage.fullName),
    agentStarts: (await readFile(stage.task.startLog, 'utf8')).split('\n').length - 1,
    finishes: count('run_finished'),
    leaks: await tokenLeaks(stage),
  };
  return {
    run,
    ...rest,
    pulls: seen.pulls.length,
    branches: Object.keys(seen.branches).length - 1,
    agentStarts: seen.agentStarts,
    claims: count('run_claimed'),
    violations: CHECKS.flatMap((check) => check(seen) || []),
  };
}

/** Once GitHub has the request that hangs. */
async function killDuring(
  github: GitHubServer,
  {
    fullName,
    child,
    effect,
  }: {
    readonly fullName: string;
    readonly child: ChildProcess;
    readonly effect: keyof typeof EFFECTS | undefined;
  },
): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  const hangs = () =>
    github.requests.some(({ path: target, fault }) => fault?.startsWith('hang') && target.includes(fullName));
  const isThere = effect === undefined ? () => Promise.resolve(true) : EFFECTS[effect];
  while (
    !(hangs() && (await isThere(github, fullName))) &&
    child.exitCode === null &&
    performance.now() < endMs
  )
    await delay(LOOK_MS);
  child.kill('SIGKILL');
}

function inRepository({ match, ...plan }: GitHubFaultPlan, fullName: string): GitHubFaultPlan {
  return { ...plan, match: { ...match, path: new RegExp(`${fullName}.*${match.path.source}`, 'u') } };
}

/** Files of the state directory that hold the token. */
async function tokenLeaks({ task }: PublishStage): Promise<readonly string[]> {
  const entries = await readdir(task.home, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) =>
      (await readFile(file).catch(() => Buffer.alloc(0))).includes(task.place.token)
        ? [`token in ${file}`]
        : [],
    ),
  );
  return found.flat();
}
