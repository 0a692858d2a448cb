import { homedir } from 'node:os';
import path from 'node:path';
import type { z } from 'zod';

import { appError } from '../domain/app-error.ts';
import { dockerSettings } from './docker-settings.ts';
import { githubSettings } from './github-settings.ts';
import { SECRET_PREFIX } from '../domain/runtime-environment.ts';
import { readEnvFile } from './read-env-file.ts';
import {
  daysToMs,
  ENVIRONMENT_ONLY,
  NETWORK_NAMES,
  SettingsSchema,
  type CodexSettings,
  type Settings,
} from './settings.ts';
import {
  isSecretVariable,
  secretVariableProblems,
  secretVariables,
  type SettingProblem,
} from './secret-variables.ts';
import { urlSecrets } from './url-secrets.ts';

/** Where settings come from. */
export interface SettingSources {
  /** The process's environment; it wins. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder whose `.env` is read, and relative paths begin at; only names of the schema are taken from it. */
  readonly directory: string;
}

type Values = Readonly<Record<string, string>>;
type Data = z.output<typeof SettingsSchema>;
type Resolve = (place: string) => string;

const OWN_PREFIX = 'SPEC_AUTOMATION_';
const FALLBACK_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Read, check and name the settings. An empty value counts as absent.
 * @throws `setting_invalid` for bad values, unknown `SPEC_AUTOMATION_*` names and a `.env` that cannot be read
 */
export function readSettings(sources: SettingSources): Settings {
  const env = presentValues(sources.env);
  const fromFile = presentValues(readEnvFile(sources.directory));
  demandTheirs(fromFile);
  const data = parse({ ...onlyOurs(fromFile), ...fromLowerCase(env), ...env });
  const resolve: Resolve = (place) => path.resolve(sources.directory, place.replace(/^~(?=\/|$)/u, homedir));
  const home = resolve(data.SPEC_AUTOMATION_HOME ?? '~/.spec-automation');
  return {
    home,
    workspaceRoot: resolve(data.SPEC_AUTOMATION_WORKSPACE_ROOT ?? home),
    databaseUrl: data.SPEC_AUTOMATION_DATABASE_URL,
    agent: data.SPEC_AUTOMATION_AGENT_BACKEND,
    allowedAgents: data.SPEC_AUTOMATION_ALLOWED_AGENT_BACKENDS,
    sandbox: data.SPEC_AUTOMATION_SANDBOX,
    docker: dockerSettings(data),
    github: githubSettings(data),
    onForeignCommits: data.SPEC_AUTOMATION_ON_FOREIGN_COMMITS,
    retentionMs: daysToMs(data.SPEC_AUTOMATION_RETENTION_DAYS),
    phaseTimeoutMs: data.SPEC_AUTOMATION_PHASE_TIMEOUT_S * 1000,
    stallTimeoutMs: data.SPEC_AUTOMATION_STALL_TIMEOUT_S * 1000,
    completionGraceMs: data.SPEC_AUTOMATION_COMPLETION_GRACE_S * 1000,
    allowUnconfined: data.SPEC_AUTOMATION_ALLOW_UNCONFINED,
    concurrency: data.SPEC_AUTOMATION_CONCURRENCY,
    diskReserveBytes: data.SPEC_AUTOMATION_DISK_RESERVE_BYTES,
    isTestMode: data.SPEC_WORKFLOW_TEST_MODE,
    author: { name: data.GIT_AUTHOR_NAME, email: data.GIT_AUTHOR_EMAIL },
    secrets: [...secretsOf(data), ...familySecrets(env)],
    runSecrets: secretVariables(env),
    runtimeEnvironmentNames: data.SPEC_AUTOMATION_AGENT_RUNTIME_ENV_KEYS,
    path: env['PATH'] ?? FALLBACK_PATH,
    codex: codexSettings(data, resolve),
    networkEnv: Object.fromEntries(
      NETWORK_NAMES.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])),
    ),
  };
}

const URLS = ['SPEC_AUTOMATION_DATABASE_URL', 'HTTPS_PROXY'] as const;
const KEYS = [
  'CODEX_API_KEY',
  'GITHUB_TOKEN',
  'SPEC_WORKFLOW_GITHUB_TOKEN',
  'GITHUB_APP_PRIVATE_KEY',
] as const;

/** Values nobody may see: keys and tokens, and passwords and tokens in URLs. */
function secretsOf(data: Data): Settings['secrets'] {
  return [
    ...URLS.flatMap((name) => urlSecrets(data[name] ?? '').map((value) => ({ name, value }))),
    ...KEYS.flatMap((name) => (data[name] === undefined ? [] : [{ name, value: data[name] }])),
  ];
}

/** Without the white space around it, which no form of it would have. */
function familySecrets(env: Values): Settings['secrets'] {
  return Object.entries(secretVariables(env)).map(([name, value]) => ({
    name: `${SECRET_PREFIX}${name}` as const,
    value: value.trim(),
  }));
}

function codexSettings(data: Data, resolve: Resolve): CodexSettings {
  const program = data.SPEC_AUTOMATION_CODEX_PATH;
  return {
    // A name is looked for on the search path.
    program: program?.includes('/') ? resolve(program) : program,
    apiKey: data.CODEX_API_KEY,
    model: data.CODEX_MODEL,
    profile: data.CODEX_PROFILE,
    environmentName: data.CODEX_ENV,
    operatorHome: resolve(data.CODEX_HOME ?? '~/.codex'),
    baseUrl: data.CODEX_BASE_URL,
  };
}

/** Told instead of passed over, since whoever wrote it there relies on it. */
function demandTheirs(fromFile: Values): void {
  const problem = 'it counts only as a variable of the environment, not in .env';
  const theirs = Object.keys(fromFile).filter(
    (name) => ENVIRONMENT_ONLY.some((other) => other === name) || isSecretVariable(name),
  );
  const [first, ...others] = theirs.map((name) => ({ name, problem }));
  if (first !== undefined) throw invalid([first, ...others], undefined);
}

function presentValues(values: SettingSources['env']): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value]],
    ),
  );
}

function onlyOurs(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => isKnown(name) || name.startsWith(OWN_PREFIX)),
  );
}

/** Programs read the names of proxies in small letters too, and many systems set only those. */
function fromLowerCase(env: Values): Values {
  return Object.fromEntries(
    NETWORK_NAMES.flatMap((name) => {
      const value = env[name.toLowerCase()];
      return name.endsWith('_PROXY') && value !== undefined ? [[name, value]] : [];
    }),
  );
}

function parse(values: Values): Data {
  const unknown = Object.keys(values)
    .filter((name) => name.startsWith(OWN_PREFIX) && !isKnown(name) && !isSecretVariable(name))
    .map((name) => ({ name, problem: 'no setting has this name' }));
  const parsed = SettingsSchema.safeParse(values);
  const issues = parsed.error?.issues ?? [];
  const bad = issues.map(({ path: [name], message }) => ({ name: String(name), problem: message }));
  const problems = [...unknown, ...secretVariableProblems(values), ...bad];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw invalid(problems, parsed.error);
}

function isKnown(name: string): boolean {
  return Object.hasOwn(SettingsSchema.shape, name);
}

/** One error for all problems; values stay out of it, since they may be secret. */
function invalid(problems: readonly SettingProblem[], cause: unknown) {
  const [first, ...others] = problems;
  const further = others.map(({ name, problem }) => `; ${name}: ${problem}`).join('');
  return appError(
    'setting_invalid',
    { name: first?.name ?? 'unknown', problem: `${first?.problem ?? 'it cannot be read'}${further}` },
    cause,
  );
}
