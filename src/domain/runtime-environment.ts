import { appError } from './app-error.ts';

/** What a run asks its agent to be given besides what every agent gets. */
export interface RuntimeEnvironment {
  /** Plain values by the name of the variable; kept with the run. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables whose values the worker knows and the run does not. */
  readonly secretNames: readonly string[];
}

/** The variable of this process that holds the secret a run calls `NAME`. */
export const SECRET_PREFIX = 'SPEC_AUTOMATION_SECRET_';
/** More is a file, not a secret. */
export const SECRET_MAX_BYTES = 64 * 1024;

const NAMES_MAX = 32;
const NAME_MAX_LENGTH = 128;
const VALUE_MAX_BYTES = 4 * 1024;
const SECRET_NAME = /^[A-Z][A-Z0-9_]*$/u;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const CONTROL_CHARACTERS = /\p{Cc}/u;
/** Line breaks and tabs are part of keys in PEM form. */
const CONTROL_IN_SECRET = /[^\P{Cc}\n\r\t]/u;

interface NameRule {
  /** Tried on the name in capital letters. */
  readonly names: RegExp;
  readonly problem: string;
}

/**
 * What no run sets, whatever the operator lists: a request may say what an agent works with, but not which programs run, what they
 * load before they do, whom they talk to, or as whom.
 */
const RESERVED: readonly NameRule[] = [
  {
    names:
      /^(?:PATH|HOME|TMPDIR|TMP|TEMP|PWD|OLDPWD|SHELL|SHELLOPTS|BASHOPTS|BASH_.*|ENV|IFS|CDPATH|FPATH|ZDOTDIR|PS[0-4]|PROMPT_COMMAND|HOSTNAME|USER|LOGNAME|LANG|LC_.*|TERM|TERMINFO.*|NO_COLOR|XDG_.*)$/u,
    problem: 'the sandbox itself sets it, or a shell obeys it',
  },
  {
    names:
      /^(?:LD_.*|DYLD_.*|GCONV_PATH|GLIBC_.*|MALLOC_.*|LOCPATH|NLSPATH|GETCONF_DIR|RES_OPTIONS|LOCALDOMAIN|HOSTALIASES|RESOLV_.*)$/u,
    problem: 'it decides what programs load',
  },
  {
    names:
      /^(?:NODE_.*|NPM_.*|BUN_.*|DENO_.*|YARN_.*|PNPM_.*|COREPACK_.*|PYTHON.*|PIP_.*|UV_.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|JAVA_.*|_JAVA_.*|JDK_.*|CLASSPATH|MAVEN_.*|GRADLE_.*|GO(?:BIN|CACHE|ENV|EXPERIMENT|FLAGS|MODCACHE|NOSUMDB|PATH|PRIVATE|ROOT|SUMDB|TMPDIR|TOOLCHAIN)|CARGO_.*|RUST.*|PHP.*|LUA_.*|DOTNET_.*|MAKEFLAGS|GNUMAKEFLAGS|CC|CXX)$/u,
    problem: 'it decides what an interpreter or a build runs',
  },
  {
    names:
      /^(?:GIT_.*|GH_.*|GITHUB_.*|GITLAB_.*|SSH_.*|GPG_.*|GNUPGHOME|DOCKER_.*|CONTAINER_.*|KUBECONFIG|AWS_.*|AZURE_.*|GOOGLE_.*)$/u,
    problem: 'it decides where git and other tools go, and as whom',
  },
  {
    names:
      /^(?:.*_PROXY|.*_BASE_URL|.*_API_BASE|.*_ENDPOINT|SSL_.*|CURL_.*|REQUESTS_.*|.*_CA_BUNDLE|.*_CA_FILE|.*_CA_CERTS)$/u,
    problem: 'it decides whom the agent talks to, and whom it trusts',
  },
  {
    names:
      /^(?:EDITOR|VISUAL|.*PAGER|BROWSER|LESS.*|.*_ASKPASS|.*_OPTIONS|.*_OPTS|.*_COMMAND|.*_EDITOR|OPENSSL_.*)$/u,
    problem: 'it names a program or its options',
  },
  {
    names:
      /^(?:CODEX_(?!ENV$).*|CLAUDE_.*|ANTHROPIC_.*|OPENAI_.*|GEMINI_.*|OPENCODE_.*|COPILOT_.*|CURSOR_.*)$/u,
    problem: 'it configures an agent, as only the operator may',
  },
  {
    names: /^(?:SPEC_AUTOMATION_.*|SPEC_WORKFLOW_.*|SPECIFY_.*|SPECKIT_.*)$/u,
    problem: 'it is a name of spec-automation or Spec Kit',
  },
];

/** What says by its name that it is a secret: it would be kept with the run and shown. */
const CREDENTIAL_NAME =
  /(?:^|_)(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|CREDENTIALS?|AUTH|COOKIE|SESSION|DSN|PAT)S?(?:_|$)|(?:TOKEN|APIKEY|SECRET|PASSWORD)$/u;

/** Why a run may not have this asked for; `undefined` when it may. */
export function runtimeEnvironmentProblem(
  { variables, secretNames }: RuntimeEnvironment,
  settableNames: readonly string[],
): string | undefined {
  const names = [...Object.keys(variables), ...secretNames];
  if (names.length > NAMES_MAX) return `it names ${names.length} variables, and at most ${NAMES_MAX} may be`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `${shown(twice)} is named twice`;
  for (const [name, value] of Object.entries(variables)) {
    const problem = plainNameProblem(name, settableNames) ?? valueProblem(value);
    if (problem !== undefined) return `${shown(name)}: ${problem}`;
  }
  for (const name of secretNames) {
    const problem = secretNameProblem(name);
    if (problem !== undefined) return `${shown(name)}: ${problem}`;
  }
  return undefined;
}

/** `NAME=VALUE` words as variables. @throws `request_invalid`, without the value: it may have been meant as a secret */
export function parseVariables(words: readonly string[]): Readonly<Record<string, string>> {
  const pairs = words.map((word) => {
    const at = word.indexOf('=');
    if (at > 0) return [word.slice(0, at), word.slice(at + 1)] as const;
    throw appError('request_invalid', { field: 'runtime_environment', problem: 'NAME=VALUE is expected' });
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return Object.fromEntries(pairs);
  throw appError('request_invalid', {
    field: 'runtime_environment',
    problem: `${shown(twice)} is named twice`,
  });
}

/** True for what may stand behind `SPEC_AUTOMATION_SECRET_`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && name.length <= NAME_MAX_LENGTH;
}

/** Why a value cannot be a secret that is handed to an agent; says nothing of the value itself. */
export function secretValueProblem(value: string): string | undefined {
  if (value.trim() === '') return 'it is empty';
  if (Buffer.byteLength(value) > SECRET_MAX_BYTES) return `it has more than ${SECRET_MAX_BYTES} bytes`;
  if (CONTROL_IN_SECRET.test(value)) return 'it holds a control character';
  if (value.trim() !== value) return 'it begins or ends with white space or a line break';
  return undefined;
}

function secretNameProblem(name: string): string | undefined {
  return isSecretName(name)
    ? reservedProblem(name)
    : 'capital letters, digits and underscores are expected, beginning with a letter';
}

function plainNameProblem(name: string, settableNames: readonly string[]): string | undefined {
  if (!VARIABLE_NAME.test(name) || name.length > NAME_MAX_LENGTH) return 'it is no name of a variable';
  const reserved = reservedProblem(name);
  if (reserved !== undefined) return reserved;
  if (CREDENTIAL_NAME.test(name.toUpperCase()))
    return `it is called like a secret, whose value is not kept with a run; set ${SECRET_PREFIX}${name.toUpperCase()} for the worker and name it as a secret`;
  if (settableNames.includes(name)) return undefined;
  return `runs may set only ${settableNames.join(', ') || 'nothing'} (SPEC_AUTOMATION_AGENT_RUNTIME_ENV_KEYS)`;
}

function reservedProblem(name: string): string | undefined {
  const problem = RESERVED.find(({ names }) => names.test(name.toUpperCase()))?.problem;
  return problem === undefined ? undefined : `no run may set it: ${problem}`;
}

function valueProblem(value: string): string | undefined {
  if (Buffer.byteLength(value) > VALUE_MAX_BYTES) return `its value has more than ${VALUE_MAX_BYTES} bytes`;
  return CONTROL_CHARACTERS.test(value) || !value.isWellFormed()
    ? 'its value holds a control character or a line break'
    : undefined;
}

/** Somebody may have put the value where the name belongs. */
function shown(name: string): string {
  return VARIABLE_NAME.test(name) && name.length <= NAME_MAX_LENGTH ? name : 'a name of another form';
}
