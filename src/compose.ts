import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';

import { codexCliAgent } from './agent/codex-cli/codex-cli.ts';
import { outlineAgent } from './agent/outline/outline.ts';
import type { Agent } from './agent/port.ts';
import type { Artifacts } from './artifacts/port.ts';
import { directoryArtifacts } from './artifacts/directory-artifacts.ts';
import type { GitHubSettings } from './config/github-settings.ts';
import type { Settings } from './config/settings.ts';
import type { Gateway } from './gateway/serve-gateway.ts';
import type { Credentials, HostUse } from './domain/credentials.ts';
import { createRedactor } from './domain/redaction/create-redactor.ts';
import { isGuessable } from './domain/redaction/guessable.ts';
import { SECRET_PREFIX } from './domain/runtime-environment.ts';
import { activeRuns } from './engine/active-runs.ts';
import { checkReadiness, type Check, type Readiness } from './engine/check-readiness.ts';
import type { Deps } from './engine/deps.ts';
import { toolChecks } from './engine/tool-checks.ts';
import { githubForge } from './forge/github/github-forge.ts';
import type { GitHubLogin } from './forge/github/github-login.ts';
import { localForge } from './forge/local-forge.ts';
import type { Forge } from './forge/port.ts';
import { gitCli } from './git/git-cli.ts';
import type { Git } from './git/port.ts';
import { systemClock } from './lib/clock.ts';
import { packagePaths } from './lib/package-paths.ts';
import { builtinPrompts } from './prompt/builtin-prompts.ts';
import { repositoryPrompts } from './prompt/repository-prompts.ts';
import { scaffoldPrompts } from './prompt/scaffold-prompts.ts';
import { inProcessQueue } from './queue/in-process-queue.ts';
import { dockerSandbox } from './sandbox/docker/docker-sandbox.ts';
import { processSandbox } from './sandbox/process/process-sandbox.ts';
import type { Sandbox } from './sandbox/port.ts';
import { specAutomation, type SpecAutomation } from './spec-automation.ts';
import { openPostgresStore } from './store/kysely/open-postgres.ts';
import { openSqliteStore } from './store/kysely/open-sqlite.ts';
import type { Store } from './store/port.ts';
import { VERSION } from './version.ts';
import { directoryWorkspaces } from './workspace/directory-workspaces.ts';
import type { Workspaces } from './workspace/port.ts';

/** Times of a lease (design, decision 1) and of following along. */
const LEASE_TTL_MS = 10_000;
const LEASE_RENEW_MS = 3_000;
const FOLLOW_POLL_MS = 50;
const STOP_GRACE_MS = 2_000;
/** An agent whose worker died has this much longer than its deadline to be adopted. */
const UNWATCHED_MS = 60_000;

/**
 * Open the product on a state directory (or PostgreSQL): pick the adapters, bring the tables up to date, start working.
 * @throws every reason of kind `environment`
 */
export async function openSpecAutomation(settings: Settings): Promise<SpecAutomation> {
  const store = await openStore(settings);
  try {
    await store.migrate();
  } catch (thrown) {
    await store[Symbol.asyncDispose]();
    throw thrown;
  }
  return specAutomation(composeDeps(settings, store), {
    repository: settings.github.defaultRepository,
    agent: settings.agent,
    sandbox: settings.sandbox,
    workingDirectory: process.cwd(),
    author: settings.author,
    isDryRun: settings.isTestMode,
    allowUnconfined: settings.allowUnconfined,
    concurrency: settings.concurrency,
  });
}

/** Bring the tables up to date and do nothing else. Returns the names of the migrations that were applied. */
export async function migrateStore(settings: Settings): Promise<readonly string[]> {
  await using store = await openStore(settings);
  return await store.migrate();
}

/**
 * Start a gateway as a JSON document says. Loaded only here: no other command has a server in it.
 * @throws `gateway_config_invalid`, `gateway_unavailable`
 */
export async function openGateway({ networkEnv }: Settings, document: Uint8Array): Promise<Gateway> {
  const { runGateway } = await import('./gateway/run-gateway.ts');
  return runGateway({ document, networkEnv });
}

/** Say what is ready and what is not; needs nothing to be ready itself. */
export async function diagnose(settings: Settings): Promise<readonly Readiness[]> {
  const workspaces = openWorkspaces(settings);
  const checks: readonly Check[] = [
    { name: 'node', look: () => Promise.resolve(process.version) },
    { name: 'git', look: () => composeGit(settings).detectVersion() },
    { name: 'workspaces', look: async () => workspaces.preflight().then(() => workspaces.root) },
    { name: 'evidence', look: () => openArtifacts(settings).preflight() },
    { name: 'store', look: () => probeStore(settings) },
    ...forges(settings).map((forge) => ({ name: `forge ${forge.name}`, look: () => forge.diagnose() })),
    { name: 'secrets', look: () => Promise.resolve(describeSecrets(settings)) },
    ...(await toolChecks({
      sandboxes: sandboxes(settings),
      agents: agents(settings),
      sandbox: settings.sandbox,
      neededAgents: [settings.agent, ...(settings.allowedAgents ?? [])],
    })),
  ];
  return checkReadiness(checks);
}

/** Nothing that keeps a run from working, but good to know: some values are too simple to be told from ordinary text. */
function describeSecrets({ secrets }: Settings): string {
  const guessable = secrets.filter(({ value }) => isGuessable(value));
  if (guessable.length === 0) return `${secrets.length} known, all can be masked`;
  const names = [...new Set(guessable.map(({ name }) => name))].join(', ');
  return `${secrets.length} known; not masked, since the value is too short or too simple: ${names}. Choose a secret of 16 characters or more`;
}

function composeDeps(settings: Settings, store: Store): Deps {
  const clock = systemClock();
  const workspaces = openWorkspaces(settings);
  return {
    store,
    clock,
    workspaces,
    queue: inProcessQueue(),
    git: composeGit(settings),
    forges: forges(settings),
    sandboxes: byName(sandboxes(settings)),
    agents: byName(agents(settings)),
    promptSources: [repositoryPrompts(), scaffoldPrompts(), builtinPrompts()],
    artifacts: openArtifacts(settings),
    redactor: createRedactor(settings.secrets.map(({ value }) => value)),
    credentials: credentialsOf(settings),
    activeRuns: activeRuns(),
    newId: randomUUID,
    settings: {
      workerName: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
      leaseTtlMs: LEASE_TTL_MS,
      leaseRenewMs: LEASE_RENEW_MS,
      phaseTimeoutMs: settings.phaseTimeoutMs,
      stallTimeoutMs: settings.stallTimeoutMs,
      completionGraceMs: settings.completionGraceMs,
      retentionMs: settings.retentionMs,
      onForeignCommits: settings.onForeignCommits,
      followPollMs: FOLLOW_POLL_MS,
    },
  };
}

/** Secrets are known by the setting that holds them; proxies and certificates go to git whatever the run. */
function credentialsOf({ secrets, networkEnv, runSecrets, runtimeEnvironmentNames }: Settings): Credentials {
  const secretNames = new Set<string>(secrets.map(({ name }) => name));
  const known = (name: string, usedBy: readonly HostUse[]) => {
    const source = `${name.startsWith(SECRET_PREFIX) ? 'environment' : 'setting'} ${name}`;
    return { name, source, isSecret: secretNames.has(name), usedBy };
  };
  return {
    runSecrets,
    settableNames: runtimeEnvironmentNames,
    known: [
      ...Object.keys(networkEnv).map((name) => known(name, ['host git'])),
      ...[...secretNames]
        .filter((name) => networkEnv[name] === undefined)
        .map((name) => known(name, name === 'SPEC_AUTOMATION_DATABASE_URL' ? ['host database'] : [])),
    ],
  };
}

function composeGit({ path: searchPath, networkEnv, github, workspaceRoot }: Settings): Git {
  const cacheDirectory = path.join(workspaceRoot, 'clones');
  return gitCli({ path: searchPath, networkEnv, forgeUrl: github.serverUrl, cacheDirectory });
}

function openWorkspaces({ workspaceRoot: root, diskReserveBytes: reserveBytes }: Settings): Workspaces {
  return directoryWorkspaces({ root, reserveBytes });
}

function openArtifacts({ home }: Settings): Artifacts {
  return directoryArtifacts({ directory: path.join(home, 'artifacts'), nowMs: Date.now });
}

function openStore({ databaseUrl, home }: Settings): Promise<Store> {
  return databaseUrl === undefined
    ? openSqliteStore({ directory: home })
    : openPostgresStore({ url: databaseUrl });
}

async function probeStore(settings: Settings): Promise<string> {
  await using store = await openStore(settings);
  await store.migrate();
  const { runs } = await store.listRuns({ limit: 1 });
  const kind = settings.databaseUrl === undefined ? `SQLite in ${settings.home}` : 'PostgreSQL';
  return runs.length === 0 ? `${kind}, no runs yet` : kind;
}

function agents({ allowedAgents, codex, networkEnv, path: searchPath }: Settings): readonly Agent[] {
  const packageDirectory = path.resolve(import.meta.dirname, '..');
  const all = [
    outlineAgent({
      nodePath: process.execPath,
      version: VERSION,
      readPaths: packagePaths(process.execPath, packageDirectory),
    }),
    codexCliAgent({ ...codex, networkEnv, searchPath, packageDirectory }),
  ];
  return all.filter(({ name }) => allowedAgents === undefined || allowedAgents.includes(name));
}

/** In this order: the local one serves whatever no other does, unless the operator listed what may be worked on. */
function forges(settings: Settings): readonly Forge[] {
  const { github, networkEnv } = settings;
  const { serverUrl, apiUrl, allowed } = github;
  const login = githubLogin(github);
  return [
    githubForge({ serverUrl, apiUrl, login, allowed, networkEnv, nowMs: Date.now }),
    localForge({ directory: openWorkspaces(settings).root, isForFoldersOnly: allowed !== undefined }),
  ];
}

function githubLogin({ appId, appPrivateKey, appInstallationId, token }: GitHubSettings): GitHubLogin {
  if (appId !== undefined || appPrivateKey !== undefined)
    return { kind: 'app', appId, privateKey: appPrivateKey, installationId: appInstallationId };
  return token === undefined
    ? { kind: 'none' }
    : { kind: 'token', setting: token.setting, token: token.value };
}

function sandboxes(settings: Settings): readonly Sandbox[] {
  return [
    composeDocker(settings),
    processSandbox({
      path: settings.path,
      graceMs: STOP_GRACE_MS,
      confinement: 'auto',
      unwatchedMs: UNWATCHED_MS,
      privatePaths: [settings.home, settings.workspaceRoot, path.resolve('.env')],
    }),
  ];
}

function composeDocker({ docker, networkEnv, diskReserveBytes }: Settings): Sandbox {
  const { memoryBytes, processes, cpus, workspaceBytes, workspaceFiles } = docker;
  return dockerSandbox({
    socketPath: docker.socketPath,
    image: docker.image ?? `spec-automation/job:${VERSION}`,
    runtime: docker.runtime,
    isStrict: docker.isProduction,
    graceMs: STOP_GRACE_MS,
    unwatchedMs: UNWATCHED_MS,
    limits: { memoryBytes, processes, cpus, workspaceBytes, workspaceFiles },
    reserveBytes: diskReserveBytes,
    gateway: {
      network: docker.gatewayNetwork,
      egressAllow: docker.egressAllow,
      budget: docker.budget,
      networkEnv,
    },
  });
}

function byName<Item extends { readonly name: string }>(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [item.name, item]));
}
