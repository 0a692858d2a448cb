import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Agent } from '../../src/agent/port.ts';
import { directoryArtifacts } from '../../src/artifacts/directory-artifacts.ts';
import { createRedactor } from '../../src/domain/redaction/create-redactor.ts';
import { activeRuns } from '../../src/engine/active-runs.ts';
import type { Deps } from '../../src/engine/deps.ts';
import { localForge } from '../../src/forge/local-forge.ts';
import { gitCli } from '../../src/git/git-cli.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { builtinPrompts } from '../../src/prompt/builtin-prompts.ts';
import { repositoryPrompts } from '../../src/prompt/repository-prompts.ts';
import { scaffoldPrompts } from '../../src/prompt/scaffold-prompts.ts';
import { inProcessQueue } from '../../src/queue/in-process-queue.ts';
import { dockerSandbox, type DockerSandboxOptions } from '../../src/sandbox/docker/docker-sandbox.ts';
import type { Sandbox } from '../../src/sandbox/port.ts';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';
import { specAutomation, type SpecAutomation, type SubmitRequest } from '../../src/spec-automation.ts';
import { openSqliteStore } from '../../src/store/kysely/open-sqlite.ts';
import type { RunDetail } from '../../src/contract/run-view.ts';
import { directoryWorkspaces } from '../../src/workspace/directory-workspaces.ts';
import { DOCKER_OPTIONS } from './docker-options.ts';
import { GIT_OPTIONS } from './git-options.ts';

/** A whole engine on a temporary state directory, with real git, SQLite and processes. */
export interface EngineKit extends AsyncDisposable {
  readonly app: SpecAutomation;
  readonly deps: Deps;
  readonly home: string;
  /** Submit and wait for the end. */
  runToEnd(request: SubmitRequest): Promise<RunDetail>;
  /** Wait for the end of a run under way. */
  waitForEnd(runId: string): Promise<RunDetail>;
  readText(runId: string, name: string): Promise<string>;
}

export interface EngineKitOptions {
  readonly agents: readonly Agent[];
  /** A state directory to share with another kit; a fresh one when absent. */
  readonly home?: string;
  /** `off` unless a test is about the wall, which hides everything outside the working copy. */
  readonly confinement?: 'auto' | 'off';
  readonly allowUnconfined?: boolean;
  /** Sandbox of runs that name none; `docker` needs a daemon and the job image. */
  readonly sandbox?: 'process' | 'docker';
  /** What differs from `DOCKER_OPTIONS`. */
  readonly docker?: Partial<DockerSandboxOptions>;
  /** What the redactor knows. */
  readonly secrets?: readonly string[];
  readonly credentials?: Partial<Deps['credentials']>;
  readonly settings?: Partial<Deps['settings']>;
  readonly overrides?: Partial<Deps>;
  /** Applied last. */
  readonly change?: (deps: Deps) => Deps;
}

const GRACE_MS = 200;
const UNWATCHED_MS = 10_000;

/** Open an engine; the first agent is the default. Dispose it to stop its work and remove its directory. */
export async function openEngine(options: EngineKitOptions): Promise<EngineKit> {
  const home = options.home ?? (await mkdtemp(path.join(tmpdir(), 'spec-automation-test-')));
  const { change = (deps: Deps) => deps } = options;
  const deps = change(await makeDeps(home, options));
  const app = specAutomation(deps, {
    agent: options.agents[0]?.name ?? 'none',
    sandbox: options.sandbox ?? 'process',
    repository: undefined,
    workingDirectory: home,
    author: { name: 'Test', email: 'test@example.com' },
    isDryRun: false,
    allowUnconfined: options.allowUnconfined ?? false,
    concurrency: 4,
  });
  const waitForEnd = async (runId: string) => {
    const events = [];
    for await (const event of app.follow(runId)) events.push(event);
    return app.get(runId);
  };
  return {
    app,
    deps,
    home,
    waitForEnd,
    runToEnd: async (request) => waitForEnd((await app.submit(request)).run_id),
    readText: async (runId, name) => Buffer.from(await app.readArtifact(runId, name)).toString('utf8'),
    async [Symbol.asyncDispose]() {
      await app.close();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

async function makeDeps(home: string, options: EngineKitOptions): Promise<Deps> {
  const store = await openSqliteStore({ directory: home });
  await store.migrate();
  const clock = systemClock();
  const workspaces = directoryWorkspaces({ root: home, reserveBytes: 0 });
  return {
    store,
    clock,
    workspaces,
    queue: inProcessQueue(),
    git: gitCli(GIT_OPTIONS),
    forges: [localForge({ directory: workspaces.root })],
    sandboxes: new Map(makeSandboxes(home, options).map((sandbox) => [sandbox.name, sandbox])),
    agents: new Map(options.agents.map((agent) => [agent.name, agent])),
    promptSources: [repositoryPrompts(), scaffoldPrompts(), builtinPrompts()],
    artifacts: directoryArtifacts({ directory: path.join(home, 'artifacts'), nowMs: () => clock.nowMs() }),
    activeRuns: activeRuns(),
    redactor: createRedactor(options.secrets ?? []),
    credentials: { known: [], runSecrets: {}, settableNames: ['CODEX_ENV', 'TZ'], ...options.credentials },
    newId: randomUUID,
    settings: {
      workerName: `test:${process.pid}:${randomUUID().slice(0, 8)}`,
      leaseTtlMs: 10_000,
      leaseRenewMs: 3_000,
      phaseTimeoutMs: 30_000,
      stallTimeoutMs: 20_000,
      completionGraceMs: 2_000,
      retentionMs: 7 * 24 * 60 * 60_000,
      followPollMs: 10,
      onForeignCommits: 'stop',
      ...options.settings,
    },
    ...options.overrides,
  };
}

function makeSandboxes(
  home: string,
  { confinement = 'off', docker, agents }: EngineKitOptions,
): readonly Sandbox[] {
  return [
    processSandbox({
      path: process.env['PATH'] ?? '',
      graceMs: GRACE_MS,
      confinement,
      unwatchedMs: UNWATCHED_MS,
      privatePaths: [home],
    }),
    withAgents(dockerSandbox({ ...DOCKER_OPTIONS, ...docker }), agents),
  ];
}

/** Agents of tests bring their program along; the job image need not know them. */
function withAgents(sandbox: Sandbox, agents: readonly Agent[]): Sandbox {
  const own = Object.fromEntries(agents.map(({ name }) => [name, '1.0.0']));
  const preflight = async () => {
    const wall = await sandbox.preflight();
    return { ...wall, agentVersions: { ...own, ...wall.agentVersions } };
  };
  return { ...sandbox, preflight };
}
