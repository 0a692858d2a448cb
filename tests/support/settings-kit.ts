import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, onTestFinished } from 'vitest';

import { readSettings, type SettingSources } from '../../src/config/read-settings.ts';
import { toAppError } from '../../src/domain/app-error.ts';

/** A folder for settings to be read in, with a `.env` when there is a text for it. */
export async function folder(envFile?: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  if (envFile !== undefined) await writeFile(path.join(directory, '.env'), envFile);
  return directory;
}

/** The settings of an environment, and of a `.env`. */
export async function read(env: SettingSources['env'], envFile?: string) {
  return readSettings({ env, directory: await folder(envFile) });
}

/** Why settings are refused. */
export async function failureOf(env: SettingSources['env'], envFile?: string) {
  const thrown = await read(env, envFile).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ name: 'AppError', code: 'setting_invalid' });
  return toAppError(thrown);
}
