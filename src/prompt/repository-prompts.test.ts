import { describe, expect, test } from 'vitest';

import type { PromptQuery, RepositoryTree } from './port.ts';
import { SPEC_KIT_KEYS } from './prompt-locations.ts';
import { repositoryPrompts } from './repository-prompts.ts';

function treeOf(files: Readonly<Record<string, string | undefined>>): RepositoryTree {
  return { paths: Object.keys(files).toSorted(), readText: (path) => Promise.resolve(files[path]) };
}

const scaffold = () => Promise.reject(new Error('nobody asked for it'));

function find(
  files: Readonly<Record<string, string | undefined>>,
  query: Partial<Omit<PromptQuery, 'tree'>> = {},
) {
  return repositoryPrompts().find({
    specKitKey: 'codex',
    command: 'plan',
    scaffold,
    ...query,
    tree: treeOf(files),
  });
}

const SKILL = '---\nname: speckit-plan\ndescription: Plan\n---\n\nPlan $ARGUMENTS\n';
const OLD =
  '---\ndescription: Plan\n---\n\nRun `.specify/scripts/bash/setup-plan.sh --json`. Plan $ARGUMENTS\n';
const skills = (folder: string) => `${folder}/skills/speckit-plan/SKILL.md`;

/** Where Spec Kit 1.0 installs the plan prompt for each key; undefined where it is outside the repository. */
const INSTALLED: Readonly<Record<string, string | undefined>> = {
  agy: skills('.agents'),
  alquimia: skills('.alquimia'),
  amp: '.agents/commands/speckit.plan.md',
  auggie: '.augment/commands/speckit.plan.md',
  bob: skills('.bob'),
  claude: skills('.claude'),
  cline: '.clinerules/workflows/speckit-plan.md',
  codebuddy: '.codebuddy/commands/speckit.plan.md',
  codex: skills('.agents'),
  'command-code': skills('.commandcode'),
  copilot: skills('.github'),
  'cursor-agent': skills('.cursor'),
  devin: skills('.devin'),
  droid: skills('.factory'),
  firebender: '.firebender/commands/speckit.plan.mdc',
  forge: '.forge/commands/speckit.plan.md',
  gemini: '.gemini/commands/speckit.plan.toml',
  generic: 'tools/prompts/speckit.plan.md',
  goose: '.goose/recipes/speckit.plan.yaml',
  grok: skills('.grok'),
  hermes: undefined,
  junie: '.junie/commands/speckit-plan.md',
  kilocode: '.kilo/commands/speckit.plan.md',
  kimi: skills('.kimi-code'),
  'kiro-cli': '.kiro/prompts/speckit.plan.md',
  lingma: skills('.lingma'),
  omp: '.omp/commands/speckit.plan.md',
  opencode: '.opencode/commands/speckit.plan.md',
  pi: '.pi/prompts/speckit.plan.md',
  qodercli: skills('.qoder'),
  qwen: '.qwen/commands/speckit.plan.md',
  rovodev: skills('.rovodev'),
  shai: '.shai/commands/speckit.plan.md',
  tabnine: '.tabnine/agent/commands/speckit.plan.toml',
  trae: skills('.trae'),
  vibe: skills('.vibe'),
  zcode: skills('.zcode'),
  zed: skills('.agents'),
};

/** The same prompt in the format a path asks for, with that format's placeholder. */
function prompt(path: string): { readonly text: string; readonly body: string } {
  if (path.endsWith('.toml')) {
    return { text: 'description = "Plan"\nprompt = """\nPlan {{args}}\n"""\n', body: 'Plan {{args}}' };
  }
  if (path.endsWith('.yaml'))
    return { text: 'title: Plan\nprompt: |\n  Plan {{args}}\n', body: 'Plan {{args}}' };
  return { text: SKILL, body: 'Plan $ARGUMENTS' };
}

describe('the prompt Spec Kit 1.0 installed', () => {
  test('is known for all keys', () => {
    expect(Object.keys(INSTALLED).toSorted()).toEqual(SPEC_KIT_KEYS);
  });

  test.each(Object.entries(INSTALLED).filter(([, path]) => path !== undefined))(
    'is found for %s',
    async (specKitKey, path = '') => {
      const { text, body } = prompt(path);
      const files = {
        'README.md': '# x',
        '.specify/init-options.json': '{"speckit_version":"1.0.1"}',
        [path]: text,
      };
      expect(await find(files, { specKitKey })).toEqual({
        pack: 'repository',
        version: '1.0.1',
        origin: path,
        body,
      });
    },
  );

  test('of hermes is at home, so the repository has it only when it was set up for another agent', async () => {
    expect(await find({ 'README.md': '# x' }, { specKitKey: 'hermes' })).toBeUndefined();
    const files = {
      '.specify/integration.json': '{"default_integration":"claude"}',
      [skills('.claude')]: SKILL,
    };
    expect(await find(files, { specKitKey: 'hermes' })).toMatchObject({ origin: skills('.claude') });
  });

  test.each(['specify', 'plan', 'tasks'] as const)('is found for %s', async (command) => {
    const origin = `.agents/skills/speckit-${command}/SKILL.md`;
    expect(await find({ [origin]: SKILL }, { command })).toMatchObject({ origin, version: 'unknown' });
  });
});

describe('a prompt of an older Spec Kit', () => {
  test.each([
    ['agy', '.agent/workflows/speckit.plan.md'],
    ['claude', '.claude/commands/speckit.plan.md'],
    ['claude', '.claude/commands/plan.md'],
    ['codex', '.codex/prompts/speckit.plan.md'],
    ['codex', '.codex/prompts/plan.md'],
    ['copilot', '.github/agents/speckit.plan.agent.md'],
    ['copilot', '.github/prompts/speckit.plan.prompt.md'],
    ['copilot', '.github/prompts/plan.prompt.md'],
    ['cursor-agent', '.cursor/commands/speckit.plan.md'],
    ['kilocode', '.kilocode/workflows/speckit.plan.md'],
    ['kimi', '.kimi/skills/speckit.plan/SKILL.md'],
    ['opencode', '.opencode/command/speckit.plan.md'],
    ['qodercli', '.qoder/commands/speckit.plan.md'],
    ['vibe', '.vibe/prompts/speckit.plan.md'],
  ])('is found for %s in %s', async (specKitKey, origin) => {
    expect(await find({ [origin]: OLD }, { specKitKey })).toMatchObject({ origin });
  });

  test('in TOML is found under its bare name too', async () => {
    const text = 'prompt = """\nRun .specify/scripts/bash/setup-plan.sh with {{args}}\n"""';
    const files = { '.gemini/commands/plan.toml': text };
    expect(await find(files, { specKitKey: 'gemini' })).toMatchObject({
      body: 'Run .specify/scripts/bash/setup-plan.sh with {{args}}',
    });
  });

  test('gives way to a newer one', async () => {
    const files = {
      '.claude/commands/plan.md': OLD,
      '.claude/commands/speckit.plan.md': OLD,
      [skills('.claude')]: SKILL,
    };
    expect(await find(files, { specKitKey: 'claude' })).toMatchObject({ origin: skills('.claude') });
  });

  test("under a bare name is taken only when it is Spec Kit's", async () => {
    const files = { '.claude/commands/plan.md': 'Plan my holidays: $ARGUMENTS' };
    expect(await find(files, { specKitKey: 'claude' })).toBeUndefined();
    const template =
      '---\nscripts:\n  sh: scripts/bash/setup-plan.sh --json\n---\nRun {SCRIPT} for $ARGUMENTS';
    expect(await find({ '.claude/commands/plan.md': template }, { specKitKey: 'claude' })).toMatchObject({
      body: 'Run .specify/scripts/bash/setup-plan.sh --json for $ARGUMENTS',
    });
  });
});

describe('a repository set up for another agent', () => {
  const claude = { [skills('.claude')]: SKILL };

  test.each([
    ['integration.json', '{"default_integration":"claude","installed_integrations":["gemini"]}'],
    ['integration.json', '{"integration":"claude"}'],
    ['integration.json', '{"installed_integrations":["gemini",7,"claude"]}'],
    ['init-options.json', '{"integration":"claude"}'],
    ['init-options.json', '{"ai":"claude"}'],
  ])('lends its prompt: %s %s', async (name, text) => {
    const files = { [`.specify/${name}`]: text, ...claude };
    expect(await find(files, { specKitKey: 'opencode' })).toMatchObject({ origin: skills('.claude') });
  });

  test('lends the prompt of its default agent before that of the others', async () => {
    const files = {
      '.specify/integration.json': '{"installed_integrations":["claude","amp"],"default_integration":"amp"}',
      '.agents/commands/speckit.plan.md': SKILL,
      ...claude,
    };
    expect(await find(files, { specKitKey: 'gemini' })).toMatchObject({
      origin: '.agents/commands/speckit.plan.md',
    });
  });

  test('lends it even when Spec Kit has given that agent up', async () => {
    const files = { '.specify/init-options.json': '{"ai":"windsurf"}', '.windsurf/workflows/plan.md': OLD };
    expect(await find(files)).toMatchObject({ origin: '.windsurf/workflows/plan.md' });
  });

  test('does not lend it when it does not say for whom it was set up', async () => {
    expect(await find(claude, { specKitKey: 'gemini' })).toBeUndefined();
  });

  test.each([
    '{',
    '[]',
    'null',
    '"claude"',
    '{"default_integration":{"a":1}}',
    '{"default_integration":"nobody"}',
    '',
  ])('is not understood from %j, and that is no error', async (text) => {
    const files = { '.specify/integration.json': text, '.specify/init-options.json': text, ...claude };
    expect(await find(files, { specKitKey: 'gemini' })).toBeUndefined();
  });
});

describe('a command file in any folder', () => {
  test('serves when it is the only one', async () => {
    const files = { 'tools/speckit.plan.md': SKILL, '.specify/presets/x/commands/speckit.plan.md': SKILL };
    expect(await find(files)).toMatchObject({ origin: 'tools/speckit.plan.md' });
  });

  test('serves nobody when there are two', async () => {
    expect(await find({ 'a/speckit.plan.md': SKILL, 'b/speckit.plan.md': SKILL })).toBeUndefined();
  });
});

describe('a prompt that cannot be used', () => {
  test.each([
    ['is empty', skills('.agents'), ''],
    ['is a link or too large', skills('.agents'), undefined],
    ['has nothing but frontmatter', skills('.agents'), '---\nname: x\n---\n'],
  ])('because it %s is passed over for the next one', async (_, path, text) => {
    const files = { [path]: text, '.codex/prompts/speckit.plan.md': OLD };
    expect(await find(files)).toMatchObject({ origin: '.codex/prompts/speckit.plan.md' });
    expect(await find({ [path]: text })).toBeUndefined();
  });

  test('because it is malformed is none', async () => {
    const toml = { '.gemini/commands/speckit.plan.toml': 'prompt = """never closed' };
    expect(await find(toml, { specKitKey: 'gemini' })).toBeUndefined();
    expect(
      await find({ '.goose/recipes/speckit.plan.yaml': 'prompt: [' }, { specKitKey: 'goose' }),
    ).toBeUndefined();
  });
});

test.each(['{"speckit_version":" "}', '{"speckit_version":1}', '{"speckit_version"', '{}'])(
  'a version that is not given is unknown: %s',
  async (options) => {
    const files = { [skills('.agents')]: SKILL, '.specify/init-options.json': options };
    expect(await find(files)).toMatchObject({ version: 'unknown' });
  },
);

test('left-overs of a template are rendered for the agent of the run', async () => {
  const files = { [skills('.agents')]: 'Ask __AGENT__, then __SPECKIT_COMMAND_TASKS__. Run {SCRIPT}.' };
  expect(await find(files)).toMatchObject({
    body: 'Ask codex, then $speckit-tasks. Run .specify/scripts/bash/setup-plan.sh --json.',
  });
});
