import { z } from 'zod';

import { DEFAULT_IDENTITY } from '../domain/naming.ts';
import { FOREIGN_COMMITS_MODES, type ForeignCommitsMode } from '../domain/run.ts';
import { DOCKER_SETTING_NAMES, DOCKER_SETTINGS, type DockerSettings } from './docker-settings.ts';
import { GITHUB_PLACES, GITHUB_SETTINGS, type GitHubSettings } from './github-settings.ts';
import { flag, name, names, plainName, wholeNumber } from './setting-kinds.ts';
import type { SECRET_PREFIX } from '../domain/runtime-environment.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Every setting, by the name of its environment variable. The only description of them there is: `docs/configuration.md` and
 * `.env.example` are generated from it.
 */
export const SettingsSchema = z.object({
  SPEC_AUTOMATION_HOME: name.optional().meta({
    description: 'State directory: database, evidence, workspaces.',
    default: '~/.spec-automation',
  }),
  SPEC_AUTOMATION_WORKSPACE_ROOT: name.optional().meta({
    description: 'Directory that holds the workspaces (`runs/<run_id>`).',
    default: 'the state directory',
  }),
  SPEC_AUTOMATION_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/u, error: 'a URL that begins with postgres:// is expected' })
    .optional()
    .meta({
      description: 'PostgreSQL to keep runs in, as `postgres://user:password@host/database`.',
      default: 'an SQLite file in the state directory',
    }),
  SPEC_AUTOMATION_AGENT_BACKEND: name
    .default('codex_cli')
    .meta({ description: 'Agent of runs that do not name one.' }),
  SPEC_AUTOMATION_ALLOWED_AGENT_BACKENDS: names.optional().meta({
    description: 'Agents runs may name, separated by commas.',
    default: 'all',
  }),
  SPEC_AUTOMATION_SANDBOX: name.optional().meta({
    description: 'Sandbox of runs that do not name one: `docker` or `process`.',
    default: '`docker` where a Docker daemon answers, else `process`',
  }),
  ...DOCKER_SETTINGS,
  SPEC_AUTOMATION_RETENTION_DAYS: wholeNumber(7, 3650)
    .default(7)
    .meta({ description: 'Days evidence is kept; at least 7.' }),
  SPEC_AUTOMATION_PHASE_TIMEOUT_S: wholeNumber(1, 86_400)
    .default(900)
    .meta({ description: 'Seconds an agent may take for one phase.' }),
  SPEC_AUTOMATION_STALL_TIMEOUT_S: wholeNumber(1, 86_400)
    .default(300)
    .meta({ description: 'Seconds an agent may say nothing before it counts as stalled.' }),
  SPEC_AUTOMATION_COMPLETION_GRACE_S: wholeNumber(0, 3600)
    .default(10)
    .meta({ description: 'Seconds an agent has to end by itself after its final event.' }),
  SPEC_AUTOMATION_ALLOW_UNCONFINED: flag.default(false).meta({
    description:
      '`true` lets agents run code of models and repositories without a wall around them, as `--allow-unconfined` does for one run.',
  }),
  SPEC_AUTOMATION_ON_FOREIGN_COMMITS: z
    .enum(FOREIGN_COMMITS_MODES, { error: `${FOREIGN_COMMITS_MODES.join(' or ')} is expected` })
    .default('stop')
    .meta({
      description:
        "When somebody else's commits are on a run's branch: `stop` ends the run, `next_branch` publishes on a branch beside it (`-r2` and so on). Theirs are never overwritten.",
    }),
  SPEC_AUTOMATION_CONCURRENCY: wholeNumber(1, 1000)
    .default(4)
    .meta({ description: 'Runs one process works on at the same time.' }),
  SPEC_AUTOMATION_DISK_RESERVE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .default(256 * 1024 * 1024)
    .meta({ description: 'Free bytes below which no new work is accepted.' }),
  SPEC_WORKFLOW_TEST_MODE: flag.default(false).meta({
    description: '`true` makes every run a dry run: no push, no pull request.',
  }),
  SPEC_AUTOMATION_CODEX_PATH: name.optional().meta({
    description: 'The Codex CLI: a path, or a name on PATH. Not read from `.env`.',
    default: '`codex` on PATH',
  }),
  SPEC_AUTOMATION_AGENT_RUNTIME_ENV_KEYS: names.default(['CODEX_ENV', 'TZ']).meta({
    description:
      'Names of variables that runs may set for their agent (`--env`), separated by commas. Names that could steer programs stay refused.',
  }),
  ...GITHUB_SETTINGS,
  CODEX_API_KEY: z.string().min(1).max(4096).optional().meta({
    description: 'Secret: the key of the model. Handed to the agent as a variable, and written nowhere.',
    default: 'none',
  }),
  CODEX_MODEL: plainName(/^[A-Za-z0-9][\w.:/-]*$/u)
    .optional()
    .meta({
      description: 'Name of the model. Slashes and colons are allowed too.',
      default: "the profile's, else Codex's own choice",
    }),
  CODEX_PROFILE: plainName(/^[A-Za-z0-9][\w-]*$/u)
    .optional()
    .meta({
      description:
        'Name of a profile: `<name>.config.toml` in CODEX_HOME is added to the configuration. It is kept as evidence, so it must hold no secret.',
      default: 'none',
    }),
  CODEX_ENV: name.optional().meta({ description: 'Handed to the agent as `CODEX_ENV`.', default: 'none' }),
  CODEX_HOME: name.optional().meta({
    description: 'Folder of your own Codex CLI; only the profile is read from it. Not read from `.env`.',
    default: '~/.codex',
  }),
  CODEX_BASE_URL: z
    .url({ protocol: /^https?$/u, error: 'a URL that begins with https:// or http:// is expected' })
    .refine((url) => !url.includes('@'), { error: 'a URL without user name and password is expected' })
    .optional()
    .meta({
      description:
        'Address of a Responses API, such as `https://gateway.example/v1`; without CODEX_API_KEY it is called without a key. Not read from `.env`.',
      default: "OpenAI's API",
    }),
  GIT_AUTHOR_NAME: name.default(DEFAULT_IDENTITY.name).meta({ description: 'Name that signs the commit.' }),
  GIT_AUTHOR_EMAIL: name
    .default(DEFAULT_IDENTITY.email)
    .meta({ description: 'Address that signs the commit.' }),
  SSL_CERT_FILE: passedOn('file of trusted certificates'),
  SSL_CERT_DIR: passedOn('directory of trusted certificates'),
  GIT_SSL_CAINFO: passedOn('file of trusted certificates'),
  HTTPS_PROXY: passedOn('proxy for https'),
  NO_PROXY: passedOn('hosts reached without a proxy'),
});

export type SettingName = keyof typeof SettingsSchema.shape;

/**
 * These count from the environment only: a `.env` may be somebody else's, and they name a program the host starts, files it reads,
 * and where the key of the model goes.
 */
export const ENVIRONMENT_ONLY: readonly SettingName[] = [
  ...DOCKER_SETTING_NAMES,
  ...GITHUB_PLACES,
  'SPEC_AUTOMATION_SANDBOX',
  'SPEC_AUTOMATION_ALLOW_UNCONFINED',
  'SPEC_AUTOMATION_CODEX_PATH',
  'CODEX_HOME',
  'CODEX_BASE_URL',
];

/**
 * A family of settings beside the table: `SPEC_AUTOMATION_SECRET_<NAME>` holds a secret that runs may name for their agent. From the
 * environment only: to set one is the permission to hand it out under that name, which a `.env` that came with some folder must not
 * give.
 */
export type SecretVariable = `${typeof SECRET_PREFIX}${string}`;

/** What the operator says about the Codex CLI; see the settings of the same names. */
export interface CodexSettings {
  readonly program: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  readonly profile: string | undefined;
  readonly environmentName: string | undefined;
  readonly operatorHome: string;
  readonly baseUrl: string | undefined;
}

/** The settings of a process, parsed. */
export interface Settings {
  readonly home: string;
  readonly workspaceRoot: string;
  /** `undefined` means SQLite in `home`. */
  readonly databaseUrl: string | undefined;
  readonly agent: string;
  readonly allowedAgents: readonly string[] | undefined;
  /** `undefined` lets the machine decide. */
  readonly sandbox: string | undefined;
  readonly docker: DockerSettings;
  readonly github: GitHubSettings;
  readonly onForeignCommits: ForeignCommitsMode;
  readonly retentionMs: number;
  readonly phaseTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly completionGraceMs: number;
  readonly allowUnconfined: boolean;
  readonly concurrency: number;
  readonly diskReserveBytes: number;
  readonly isTestMode: boolean;
  readonly author: { readonly name: string; readonly email: string };
  /** Every secret value there is, for the redactor, and the setting that holds it. */
  readonly secrets: readonly { readonly name: SettingName | SecretVariable; readonly value: string }[];
  /** What runs may have handed to their agent, by the name of the variable. */
  readonly runSecrets: Readonly<Record<string, string>>;
  /** What runs may set for their agent. */
  readonly runtimeEnvironmentNames: readonly string[];
  /** Search path of the process, for git and agents. */
  readonly path: string;
  readonly codex: CodexSettings;
  /** Variables handed on to whatever of ours uses the network: git, and agents that need it. */
  readonly networkEnv: Readonly<Record<string, string>>;
}

/** The variables handed on as they are. */
export const NETWORK_NAMES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'HTTPS_PROXY',
  'NO_PROXY',
] as const satisfies readonly SettingName[];

/** Days as milliseconds. */
export function daysToMs(days: number): number {
  return days * DAY_MS;
}

function passedOn(what: string) {
  return name
    .optional()
    .meta({ description: `Passed on to git and to agents that use the network: ${what}.`, default: 'none' });
}
