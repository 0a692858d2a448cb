import type { Agent, AgentCommand, AgentVariable } from '../port.ts';
import { configFile, KEY_VARIABLE, pinnedOptions } from './codex-config.ts';
import { detectVersion } from './detect-version.ts';
import { locateCodex } from './locate-codex.ts';
import { parseLine } from './parse-line.ts';
import { profileFileName, readProfile, type CodexProfile } from './profile.ts';
import { readUsage } from './read-usage.ts';

/** What the operator says about it, and where things are on this machine. */
export interface CodexCliOptions {
  readonly searchPath: string;
  /** The folder this package is installed in. */
  readonly packageDirectory: string;
  /** A path or a name on the search path; `undefined` looks for `codex`. */
  readonly program: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  /** Name of a profile in the operator's own Codex folder. */
  readonly profile: string | undefined;
  readonly operatorHome: string;
  /** Handed on as `CODEX_ENV`. */
  readonly environmentName: string | undefined;
  /** Address of a Responses API; `undefined` means OpenAI's. */
  readonly baseUrl: string | undefined;
  /** Proxies and certificates. */
  readonly networkEnv: Readonly<Record<string, string>>;
}

const NAME = 'codex_cli';
const OPENAI = 'https://api.openai.com/v1';
/** `--strict-config`: a key that a newer Codex gave up must not silently lose its effect. */
const FIXED_ARGUMENTS = [
  'exec',
  '--json',
  '--color',
  'never',
  '--skip-git-repo-check',
  '--strict-config',
  '--ignore-rules',
  '--sandbox',
  'danger-full-access',
];
const CERTIFICATES = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * OpenAI's Codex CLI, as `codex exec`. Its own sandbox is off, since it runs in ours. It reads `AGENTS.md` of the repository as text;
 * what else the repository says about Codex has no power (see `configFile`).
 */
export function codexCliAgent(options: CodexCliOptions): Agent {
  const { searchPath, apiKey, baseUrl } = options;
  const program = locateCodex(options);
  const profile =
    options.profile === undefined ? undefined : readProfile(options.profile, options.operatorHome);
  const needs = { agent: NAME, program, searchPath, apiKey, isKeyNeeded: baseUrl === undefined, profile };
  // A model at another place has another price.
  const pricedModel = baseUrl === undefined ? (options.model ?? profile?.model) : undefined;
  const env = variablesOf(options);
  const launch = { options, profile, env, program: program ?? { path: 'codex', readPaths: [] } };
  return {
    name: NAME,
    description: 'OpenAI Codex CLI; asks a model over the network and runs the commands the model wants',
    specKitKey: 'codex',
    runsForeignCode: true,
    needsNetwork: true,
    variables: Object.entries(env).map(describeVariable),
    detectVersion: () => detectVersion(needs),
    command: ({ prompt }) => commandFor(launch, prompt),
    parse: (line) => parseLine(line, pricedModel),
    readUsage: (home) => readUsage(home, pricedModel),
  };
}

interface Launch {
  readonly options: CodexCliOptions;
  readonly program: { readonly path: string; readonly readPaths: readonly string[] };
  readonly profile: CodexProfile | undefined;
  readonly env: Readonly<Record<string, string>>;
}

function commandFor({ options, program, profile, env }: Launch, prompt: string): AgentCommand {
  const { model, networkEnv } = options;
  const config = {
    baseUrl: options.baseUrl ?? OPENAI,
    hasKey: options.apiKey !== undefined,
    hiddenVariables: [
      KEY_VARIABLE,
      ...Object.keys(networkEnv).filter((name) => isSecret(name, networkEnv[name])),
    ],
  };
  const layers = profile === undefined ? {} : { [`.codex/${profileFileName(profile.name)}`]: profile.text };
  return {
    argv: [
      program.path,
      ...FIXED_ARGUMENTS,
      ...pinnedOptions(config),
      ...(profile === undefined ? [] : [`--profile=${profile.name}`]),
      ...(model === undefined ? [] : [`--model=${model}`]),
      '-',
    ],
    env,
    stdin: prompt,
    homeFiles: { '.codex/config.toml': configFile(config, prompt), ...layers },
    readPaths: [...program.readPaths, ...CERTIFICATES.flatMap((name) => networkEnv[name] ?? [])],
  };
}

function variablesOf({
  apiKey,
  environmentName,
  networkEnv,
}: CodexCliOptions): Readonly<Record<string, string>> {
  return {
    ...networkEnv,
    ...(apiKey === undefined ? {} : { [KEY_VARIABLE]: apiKey }),
    ...(environmentName === undefined ? {} : { CODEX_ENV: environmentName }),
  };
}

function describeVariable([name, value]: readonly [string, string]): AgentVariable {
  return { name, source: `setting ${name}`, isSecret: isSecret(name, value) };
}

/** A proxy may be given with a password. */
function isSecret(name: string, value: string | undefined): boolean {
  return name === KEY_VARIABLE || (value?.includes('@') ?? false);
}
