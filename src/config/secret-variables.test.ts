import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

import { runtimeEnvironmentProblem } from '../domain/runtime-environment.ts';
import { readSettings } from './read-settings.ts';
import { SettingsSchema } from './settings.ts';

const VALUE = 'q7Xw2ZpL9vTn4RbYc8Kd';

async function read(env: Readonly<Record<string, string>>, envFile = '') {
  const directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(path.join(directory, '.env'), envFile);
  return readSettings({ env, directory });
}

describe('the secrets of the environment', () => {
  it('are known by the name behind the prefix, and masked', async () => {
    const settings = await read({ SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN: `${VALUE}\n`, OTHER: 'x' });
    expect(settings.runSecrets).toEqual({ REGISTRY_TOKEN: `${VALUE}\n` });
    expect(settings.secrets).toEqual([{ name: 'SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN', value: VALUE }]);
  });

  it.each([
    ['SPEC_AUTOMATION_SECRET_', VALUE],
    ['SPEC_AUTOMATION_SECRET_lower', VALUE],
    ['SPEC_AUTOMATION_SECRET_A-B', VALUE],
    ['SPEC_AUTOMATION_SECRET_NUL', `${VALUE}\0`],
    ['SPEC_AUTOMATION_SECRET_LONG', VALUE.repeat(4000)],
  ])('are refused by name and bound: %s', async (name, value) => {
    const failure = await read({ [name]: value }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'setting_invalid', message: expect.stringContaining(`${name}: `) });
    expect(inspect(failure, { depth: null })).not.toContain(VALUE);
  });

  it('do not count in .env, and whoever wrote one there is told', async () => {
    const failure = await read({}, `SPEC_AUTOMATION_SECRET_A=${VALUE}\n`).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'setting_invalid',
      message: expect.stringContaining('SPEC_AUTOMATION_SECRET_A: it counts only as a variable'),
    });
  });
});

it('tokens of the forge are secrets', async () => {
  const { secrets } = await read({ GITHUB_TOKEN: VALUE }, `SPEC_WORKFLOW_GITHUB_TOKEN=${VALUE}2\n`);
  expect(secrets).toEqual([
    { name: 'GITHUB_TOKEN', value: VALUE },
    { name: 'SPEC_WORKFLOW_GITHUB_TOKEN', value: `${VALUE}2` },
  ]);
});

it('operators list what runs may set', async () => {
  expect((await read({ SPEC_AUTOMATION_AGENT_RUNTIME_ENV_KEYS: ' A, B ' })).runtimeEnvironmentNames).toEqual([
    'A',
    'B',
  ]);
});

it('no run sets what a setting is called, but for CODEX_ENV', () => {
  const names = Object.keys(SettingsSchema.shape);
  const settable = names.filter(
    (name) => runtimeEnvironmentProblem({ variables: { [name]: 'x' }, secretNames: [] }, names) === undefined,
  );
  expect(settable).toEqual(['CODEX_ENV']);
});
