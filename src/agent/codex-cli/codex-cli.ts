import type { Agent, AgentCommand, AgentInvocation } from '../port.ts';
import { configFile, pinnedOptions } from './codex-config.ts';
import { codexModel, codexPlace, codexVariables } from './codex-place.ts';
import { checkSettings, detectVersion } from './detect-version.ts';
import { locateCodex, type CodexProgram } from './locate-codex.ts';
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
  const launch = { options, profile, program };
  return {
    name: NAME,
    description: 'OpenAI Codex CLI; asks a model over the network and runs the commands the model wants',
    specKitKey: 'codex',
    runsForeignCode: true,
    needsNetwork: true,
    model: codexModel(options, pricedModel),
    variables: (surroundings) => codexVariables(options, surroundings),
    checkSettings: () => checkSettings(needs),
    detectVersion: () => detectVersion(needs),
    command: (invocation) => commandFor(launch, invocation),
    parse: (line) => parseLine(line, pricedModel),
    readUsage: (home) => readUsage(home, pricedModel),
  };
}

interface Launch {
  readonly options: CodexCliOptions;
  readonly program: CodexProgram | undefined;
  readonly profile: CodexProfile | undefined;
}

function commandFor({ options, program, profile }: Launch, invocation: AgentInvocation): AgentCommand {
  const { prompt, surroundings } = invocation;
  const { model } = options;
  const place = codexPlace(options, surroundings, program);
  const layers = profile === undefined ? {} : { [`.codex/${profileFileName(profile.name)}`]: profile.text };
  return {
    argv: [
      place.program.path,
      ...FIXED_ARGUMENTS,
      ...pinnedOptions(place.config),
      ...(profile === undefined ? [] : [`--profile=${profile.name}`]),
      ...(model === undefined ? [] : [`--model=${model}`]),
      '-',
    ],
    env: place.env,
    stdin: prompt,
    homeFiles: { '.codex/config.toml': configFile(place.config, prompt), ...layers },
    readPaths: place.program.readPaths,
  };
}
