import { expect, test } from 'vitest';

import { hasBareName, promptLocations, SPEC_KIT_KEYS } from './prompt-locations.ts';

test('every key of Spec Kit 1.0 is known', () => {
  expect(SPEC_KIT_KEYS).toHaveLength(38);
  expect(SPEC_KIT_KEYS).toEqual(SPEC_KIT_KEYS.toSorted());
});

test.each([
  ['codex', '.agents/skills/speckit-plan/SKILL.md'],
  ['claude', '.claude/skills/speckit-plan/SKILL.md'],
  ['copilot', '.github/skills/speckit-plan/SKILL.md'],
  ['gemini', '.gemini/commands/speckit.plan.toml'],
  ['goose', '.goose/recipes/speckit.plan.yaml'],
  ['cline', '.clinerules/workflows/speckit.plan.md'],
  ['windsurf', '.windsurf/workflows/speckit.plan.md'],
])('the newest form comes first: %s', (key, path) => {
  expect(promptLocations(key, 'plan')[0]).toBe(path);
});

test('every location stays in the repository and names its command', () => {
  for (const location of SPEC_KIT_KEYS.flatMap((key) => promptLocations(key, 'tasks'))) {
    expect(location).toMatch(/^\.[a-z]/u);
    expect(location).toContain('tasks');
    expect(location).not.toMatch(/[{}]|\.\./u);
  }
});

test('a key Spec Kit does not have has no location', () => {
  expect(promptLocations('nobody', 'plan')).toEqual([]);
  expect(promptLocations('__proto__', 'plan')).toEqual([]);
  expect(promptLocations('hermes', 'plan')).toEqual([]);
});

test('names from before the prefix are told apart', () => {
  expect(hasBareName('.claude/commands/plan.md')).toBe(true);
  expect(hasBareName('.claude/commands/speckit.plan.md')).toBe(false);
  expect(hasBareName('.agents/skills/speckit-plan/SKILL.md')).toBe(false);
  expect(hasBareName('.speckit/commands/plan.md')).toBe(true);
});
