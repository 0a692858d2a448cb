import { fold } from './path-rules.ts';

/**
 * What coding agents and their tools obey when they find it in a directory they work in: hooks and commands that run, servers that
 * are started, permissions, models and addresses, variables. Whoever can write to a repository can write these, so no agent of ours
 * sees them. `AGENTS.md`, `CLAUDE.md` and other plain words stay: they are text of the project, as any file an agent opens.
 */
interface ConfigurationRule {
  readonly obeyedBy: string;
  /** Names of files or folders, wherever they lie: agents look in folders they enter, too. */
  readonly names: RegExp;
}

const RULES: readonly ConfigurationRule[] = [
  { obeyedBy: 'Codex', names: /^\.codex$/u },
  { obeyedBy: 'Claude Code', names: /^\.claude(?:\.json|-plugin)?$/u },
  { obeyedBy: 'Gemini CLI', names: /^(?:\.gemini|gemini-extension\.json)$/u },
  { obeyedBy: 'OpenCode', names: /^(?:\.?opencode\.jsonc?|\.opencode)$/u },
  { obeyedBy: 'Crush', names: /^(?:\.?crush\.json|\.crush)$/u },
  { obeyedBy: 'Aider', names: /^\.aider(?:\..*)?$/u },
  { obeyedBy: 'Continue', names: /^\.continue(?:rc\.json)?$/u },
  {
    obeyedBy: 'Cline, Roo and Kilo Code',
    names: /^\.(?:cline|clinerules|roo|roomodes|kilo|kilocode|kilocodemodes)$/u,
  },
  {
    obeyedBy: 'editors and the agents in them',
    names:
      /^\.(?:cursor|devin|firebender|idea|junie|lingma|qoder|tabnine|trae|vscode|windsurf|codeium|zed)$/u,
  },
  {
    obeyedBy: 'other agents Spec Kit knows',
    names:
      /^\.(?:agent|agents|alquimia|amazonq|amp|augment|bob|codebuddy|commandcode|factory|forge|goose|grok|iflow|kimi|kimi-code|kiro|omp|openhands|pi|qwen|rovodev|shai|vibe|zcode)$/u,
  },
  { obeyedBy: 'every agent that starts servers', names: /^\.mcp\.json$/u },
  // Samples hold no values, and show what a project needs.
  { obeyedBy: 'dotenv', names: /^\.env(?:\.(?!(?:example|sample|template|dist|defaults)$).*)?$/u },
  { obeyedBy: 'direnv', names: /^\.envrc$/u },
];

/** The same by place: folders whose other content is harmless. The last is that of the working copy's own, throw-away repository. */
const PLACES: ReadonlySet<string> = new Set([
  '.github/agents',
  '.github/chatmodes',
  '.github/copilot',
  '.github/hooks',
  '.github/prompts',
  '.github/skills',
  '.git/hooks',
]);

/** True for a path that is agent configuration or lies in it; relative to the repository, with `/` between the parts. */
export function isAgentConfiguration(path: string): boolean {
  return outermost(path) !== undefined;
}

/** What of some paths is agent configuration, each by the outermost file or folder that makes it so, in order. */
export function agentConfigurationOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => outermost(path) ?? []))].toSorted();
}

function outermost(path: string): string | undefined {
  const parts = path.split('/');
  const folded = parts.map(fold);
  const depth = folded.findIndex(
    (name, index) =>
      RULES.some(({ names }) => names.test(name)) || PLACES.has(folded.slice(0, index + 1).join('/')),
  );
  return depth === -1 ? undefined : parts.slice(0, depth + 1).join('/');
}
