import { expect, test } from 'vitest';

import { renderLeftOvers } from './render-left-overs.ts';

const render = (body: string, change: { readonly script?: string; readonly specKitKey?: string } = {}) =>
  renderLeftOvers({
    body,
    script: change.script,
    command: 'plan',
    specKitKey: change.specKitKey ?? 'claude',
  });

test('the script of the frontmatter is put in with the path it has in a repository', () => {
  const script = 'scripts/bash/setup-plan.sh --json "{ARGS}"';
  expect(render('Run `{SCRIPT}`, then {SCRIPT}.', { script })).toBe(
    'Run `.specify/scripts/bash/setup-plan.sh --json "$ARGUMENTS"`, then .specify/scripts/bash/setup-plan.sh --json "$ARGUMENTS".',
  );
  expect(render('{SCRIPT}', { script: '.specify/scripts/bash/a.sh' })).toBe('.specify/scripts/bash/a.sh');
});

test.each([
  ['specify', 'check-prerequisites.sh --json --paths-only'],
  ['plan', 'setup-plan.sh --json'],
  ['tasks', 'setup-tasks.sh --json'],
] as const)('without one, %s gets the script Spec Kit has for it', (command, script) => {
  expect(renderLeftOvers({ body: '{SCRIPT}', script: undefined, command, specKitKey: 'amp' })).toBe(
    `.specify/scripts/bash/${script}`,
  );
});

test.each([
  ['claude', '/speckit.plan', '/speckit.git.commit'],
  ['codex', '$speckit-plan', '$speckit-git-commit'],
  ['kimi', '/skill:speckit-plan', '/skill:speckit-git-commit'],
])('other commands are named the way users of %s call them', (specKitKey, plan, commit) => {
  const body = 'Then __SPECKIT_COMMAND_PLAN__ or __SPECKIT_COMMAND_GIT_COMMIT__ in __AGENT__';
  expect(render(body, { specKitKey })).toBe(`Then ${plan} or ${commit} in ${specKitKey}`);
});

test('a rendered body stays as it is', () => {
  const body = 'Run .specify/scripts/bash/setup-plan.sh with $ARGUMENTS, {{args}} and $& in it';
  expect(render(body)).toBe(body);
});
