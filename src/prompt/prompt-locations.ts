import type { SpecKitCommand } from '../domain/phases.ts';

const COMMAND = '{command}';

/** A skill per command; kimi's first ones had a dot in their name. */
const skills = (folder: string) => [
  `${folder}/speckit-${COMMAND}/SKILL.md`,
  `${folder}/speckit.${COMMAND}/SKILL.md`,
];

/** A file per command: with the prefix Spec Kit 0.0.57 brought, and with the bare name it had before. */
const files = (folder: string, extension = 'md') => [
  `${folder}/speckit.${COMMAND}.${extension}`,
  `${folder}/speckit-${COMMAND}.${extension}`,
  `${folder}/${COMMAND}.${extension}`,
];

/**
 * Where Spec Kit puts its prompts for each agent, newest form first: the folder of Spec Kit 1.0, then the folders of older
 * releases, which a repository keeps until somebody upgrades it (github/spec-kit, src/specify_cli/integrations and, before
 * 0.4, create-release-packages.sh).
 */
const LOCATIONS: Readonly<Record<string, readonly string[]>> = {
  agy: [
    ...skills('.agents/skills'),
    ...skills('.agent/skills'),
    ...files('.agent/commands'),
    ...files('.agent/workflows'),
  ],
  alquimia: skills('.alquimia/skills'),
  amp: files('.agents/commands'),
  auggie: files('.augment/commands'),
  bob: [...skills('.bob/skills'), ...files('.bob/commands')],
  claude: [...skills('.claude/skills'), ...files('.claude/commands')],
  cline: files('.clinerules/workflows'),
  codebuddy: files('.codebuddy/commands'),
  codex: [...skills('.agents/skills'), ...skills('.codex/skills'), ...files('.codex/prompts')],
  'command-code': skills('.commandcode/skills'),
  copilot: [
    ...skills('.github/skills'),
    ...files('.github/agents', 'agent.md'),
    ...files('.github/prompts', 'prompt.md'),
  ],
  'cursor-agent': [...skills('.cursor/skills'), ...files('.cursor/commands')],
  devin: skills('.devin/skills'),
  droid: skills('.factory/skills'),
  firebender: files('.firebender/commands', 'mdc'),
  forge: files('.forge/commands'),
  gemini: files('.gemini/commands', 'toml'),
  // Its folder is chosen at installation; see `repository-prompts.ts`.
  generic: files('.speckit/commands'),
  goose: files('.goose/recipes', 'yaml'),
  grok: skills('.grok/skills'),
  // Spec Kit installs them in the home directory, so a repository never holds them.
  hermes: [],
  junie: files('.junie/commands'),
  kilocode: [...files('.kilo/commands'), ...files('.kilocode/workflows')],
  kimi: [...skills('.kimi-code/skills'), ...skills('.kimi/skills')],
  'kiro-cli': files('.kiro/prompts'),
  lingma: skills('.lingma/skills'),
  omp: files('.omp/commands'),
  opencode: [...files('.opencode/commands'), ...files('.opencode/command')],
  pi: files('.pi/prompts'),
  qodercli: [...skills('.qoder/skills'), ...files('.qoder/commands')],
  qwen: [...files('.qwen/commands'), ...files('.qwen/commands', 'toml')],
  rovodev: skills('.rovodev/skills'),
  shai: files('.shai/commands'),
  tabnine: files('.tabnine/agent/commands', 'toml'),
  trae: [...skills('.trae/skills'), ...files('.trae/rules')],
  vibe: [...skills('.vibe/skills'), ...files('.vibe/prompts')],
  zcode: skills('.zcode/skills'),
  zed: skills('.agents/skills'),
};

/** Agents Spec Kit no longer knows; a repository may still be set up for one, and its prompts serve any agent. */
const RETIRED_LOCATIONS: typeof LOCATIONS = {
  cursor: files('.cursor/commands'),
  iflow: files('.iflow/commands'),
  q: files('.amazonq/prompts'),
  qoder: files('.qoder/commands'),
  roo: files('.roo/commands'),
  windsurf: files('.windsurf/workflows'),
};

const ALL_LOCATIONS = new Map(Object.entries({ ...RETIRED_LOCATIONS, ...LOCATIONS }));

/** The keys of Spec Kit's integration registry. */
export const SPEC_KIT_KEYS: readonly string[] = Object.keys(LOCATIONS);

/** The paths to look at, best first; none for a key Spec Kit does not have. */
export function promptLocations(specKitKey: string, command: SpecKitCommand): readonly string[] {
  return (ALL_LOCATIONS.get(specKitKey) ?? []).map((location) => location.replace(COMMAND, command));
}

/** True for a name from before the `speckit` prefix, which a file that is not Spec Kit's may have too. */
export function hasBareName(path: string): boolean {
  return !path.includes('/speckit.') && !path.includes('/speckit-');
}
