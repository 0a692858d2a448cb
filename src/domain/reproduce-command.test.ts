import { describe, expect, test } from 'vitest';

import { reproduceCommand, SPEC_TEXT_FILE } from './reproduce-command.ts';
import type { RunRequest } from './run.ts';

const REQUEST: RunRequest = {
  forge: 'local',
  repository: 'https://example.org/acme/shop.git',
  specText: 'Let people log in',
  baseBranch: 'main',
  agent: 'outline',
  sandbox: 'process',
  feature: null,
  dryRun: false,
  externalRef: null,
  onClarification: 'stop',
  retain: false,
  allowUnconfined: false,
  runtimeEnvironment: {},
  secretNames: [],
  author: { name: 'Spec Kit Bot', email: 'bot@example.org' },
};

const commandFor = (change: Partial<RunRequest>) => reproduceCommand({ ...REQUEST, ...change });

test('a short text is part of the command', () => {
  expect(reproduceCommand(REQUEST)).toEqual({
    command:
      "spec-automation run --repo https://example.org/acme/shop.git --base main --agent outline --sandbox process --text 'Let people log in'",
    needsFile: false,
  });
});

test('the folder to continue and the handling of questions are part of it when they were chosen', () => {
  const { command } = commandFor({ feature: '003-login', onClarification: 'continue' });
  expect(command).toContain(' --base main --feature 003-login --agent ');
  expect(command).toContain(' --on-clarification continue --text ');
});

test('no value can end its quotes', () => {
  const { command } = commandFor({ repository: "/srv/it's; rm -rf $HOME", specText: "It's `x` $(y)" });
  expect(command).toContain(String.raw`--repo '/srv/it'\''s; rm -rf $HOME' `);
  expect(command).toContain(String.raw`--text 'It'\''s ` + "`x` $(y)'");
});

describe('the text is kept in a file', () => {
  test.each([
    ['it is long', 'x'.repeat(161)],
    ['it has several lines', 'a\nb'],
    ['a forge would act on it', 'ask @octocat'],
    ['it could pass for a marker', '<!-- spec-automation-run:1 -->'],
  ])('when %s', (_, specText) => {
    const { command, needsFile } = commandFor({ specText });
    expect(needsFile).toBe(true);
    expect(command).toMatch(new RegExp(` --spec ${SPEC_TEXT_FILE}$`, 'u'));
  });
});

test('says that the agent may do without a wall when it might', () => {
  expect(reproduceCommand({ ...REQUEST, allowUnconfined: true }).command).toContain(' --allow-unconfined ');
  expect(reproduceCommand(REQUEST).command).not.toContain('--allow-unconfined');
});

test('says what the agent was given, but for secrets and values a forge would act on', () => {
  const { command } = commandFor({
    runtimeEnvironment: { TZ: 'Europe/Rome', CODEX_ENV: 'ask @octocat' },
    secretNames: ['REGISTRY_TOKEN'],
  });
  expect(command).toContain(' --env TZ=Europe/Rome --env CODEX_ENV=... --secret REGISTRY_TOKEN --text ');
});
