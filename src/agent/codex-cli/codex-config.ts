import { stringify } from 'smol-toml';

/** What of the configuration is the operator's. */
export interface CodexConfigOptions {
  /** Address of a Responses API, without what follows `/responses`. */
  readonly baseUrl: string;
  /** Whether requests carry the key; a gateway may add its own. */
  readonly hasKey: boolean;
  /** Variables the commands the agent runs do not get. */
  readonly hiddenVariables: readonly string[];
}

/** The variable with the key of the model. */
export const KEY_VARIABLE = 'CODEX_API_KEY';

const PROVIDER = 'spec_automation';

/**
 * How long a model may make us wait. A request that fails is tried 6 times within 7 s; then, and when an answer breaks off, the
 * whole call is tried again, twice. So a server that is away or broken ends the work after about 20 s, and one that falls silent
 * within an answer after 3 minutes. Silence shorter than a minute is no fault: models think without a word. There is no setting
 * for a server that accepts a call and answers nothing at all; the engine's watch over silent agents is for that.
 */
const PATIENCE = { request_max_retries: 5, stream_max_retries: 2, stream_idle_timeout_ms: 60_000 };

/** What would reach out, ask somebody, or take orders from a place other than the prompt. All default to on, or may one day. */
const FEATURES_OFF = [
  'apps',
  'auth_elicitation',
  'browser_use',
  'computer_use',
  'daemon_auto_start',
  'goals',
  'guardian_approval',
  'hooks',
  'image_generation',
  'in_app_browser',
  'memories',
  'plugins',
  'plugin_sharing',
  'remote_plugin',
  'shell_snapshot',
  'skill_mcp_dependency_install',
  'skill_search',
  'tool_suggest',
  // Or a model that cannot be reached is tried for ever.
  'unbounded_connection_retries',
  'workspace_dependencies',
] as const;

/**
 * `config.toml` of one execution. Its working copy is not named in it, so it is not trusted: Codex then leaves the configuration,
 * hooks, rules and MCP servers of the repository alone. Skills of the repository can be called by a `$name` in the prompt even so,
 * and prompts of Spec Kit name its other commands like that; so every name the prompt mentions is switched off.
 */
export function configFile(options: CodexConfigOptions, prompt: string): string {
  return stringify({
    model_provider: PROVIDER,
    approval_policy: 'never',
    sandbox_mode: 'danger-full-access',
    check_for_update_on_startup: false,
    web_search: 'disabled',
    cli_auth_credentials_store: 'ephemeral',
    allow_login_shell: false,
    // The working copy is the whole project; nothing above it is looked at.
    project_root_markers: [],
    model_providers: { [PROVIDER]: provider(options) },
    history: { persistence: 'none' },
    analytics: { enabled: false },
    feedback: { enabled: false },
    otel: { exporter: 'none', trace_exporter: 'none', metrics_exporter: 'none', log_user_prompt: false },
    shell_environment_policy: {
      inherit: 'all',
      ignore_default_excludes: false,
      exclude: [...options.hiddenVariables],
    },
    skills: {
      include_instructions: false,
      bundled: { enabled: false },
      config: mentionedNames(prompt).map((name) => ({ name, enabled: false })),
    },
    orchestrator: { skills: { enabled: false } },
    agents: { enabled: false },
    features: Object.fromEntries(FEATURES_OFF.map((name) => [name, false])),
  });
}

/** What no profile may change, as `-c` options: they stand above every file. */
export function pinnedOptions(options: CodexConfigOptions): readonly string[] {
  const pins: Readonly<Record<string, string>> = {
    approval_policy: quote('never'),
    model_provider: quote(PROVIDER),
    [`model_providers.${PROVIDER}.base_url`]: quote(options.baseUrl),
    'shell_environment_policy.exclude': `[${options.hiddenVariables.map(quote).join(', ')}]`,
    'features.hooks': 'false',
    'features.plugins': 'false',
    'features.apps': 'false',
  };
  return Object.entries(pins).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

function provider({ baseUrl, hasKey }: CodexConfigOptions) {
  return {
    name: 'Responses API',
    base_url: baseUrl,
    wire_api: 'responses',
    ...(hasKey ? { env_key: KEY_VARIABLE } : {}),
    supports_websockets: false,
    ...PATIENCE,
  };
}

/** The names Codex could take for a skill, each once. */
function mentionedNames(prompt: string): readonly string[] {
  return [...new Set([...prompt.matchAll(/\$([\w:-]+)/gu)].map(([, name = '']) => name))];
}

/** A string as TOML writes it: what JSON escapes, TOML reads the same. */
function quote(text: string): string {
  return JSON.stringify(text);
}
