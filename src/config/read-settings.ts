import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { z } from 'zod';

import { appError } from '../domain/app-error.ts';
import { daysToMs, NETWORK_NAMES, SettingsSchema, type Settings } from './settings.ts';

/** Where settings come from. */
export interface SettingSources {
  /** The process's environment; it wins. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder whose `.env` is read; only names of the schema are taken from it. */
  readonly directory: string;
}

const OWN_PREFIX = 'SPEC_AUTOMATION_';
const FALLBACK_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Read, check and name the settings. An empty value counts as absent.
 * @throws `setting_invalid` for a bad value and for an unknown `SPEC_AUTOMATION_*` name
 */
export function readSettings(sources: SettingSources): Settings {
  const values = { ...readEnvFile(sources.directory), ...definedValues(sources.env) };
  for (const name of Object.keys(values)) rejectUnknown(name);
  const parsed = SettingsSchema.safeParse(values);
  if (!parsed.success) throw describeIssue(parsed.error);
  const { data } = parsed;
  const home = path.resolve(data.SPEC_AUTOMATION_HOME ?? path.join(homedir(), '.spec-automation'));
  return {
    home,
    workspaceRoot: path.resolve(data.SPEC_AUTOMATION_WORKSPACE_ROOT ?? home),
    databaseUrl: data.SPEC_AUTOMATION_DATABASE_URL,
    agent: data.SPEC_AUTOMATION_AGENT_BACKEND,
    allowedAgents: data.SPEC_AUTOMATION_ALLOWED_AGENT_BACKENDS,
    sandbox: data.SPEC_AUTOMATION_SANDBOX,
    retentionMs: daysToMs(data.SPEC_AUTOMATION_RETENTION_DAYS),
    phaseTimeoutMs: data.SPEC_AUTOMATION_PHASE_TIMEOUT_S * 1000,
    concurrency: data.SPEC_AUTOMATION_CONCURRENCY,
    diskReserveBytes: data.SPEC_AUTOMATION_DISK_RESERVE_BYTES,
    isTestMode: data.SPEC_WORKFLOW_TEST_MODE,
    author: { name: data.GIT_AUTHOR_NAME, email: data.GIT_AUTHOR_EMAIL },
    path: sources.env['PATH'] ?? FALLBACK_PATH,
    networkEnv: Object.fromEntries(
      NETWORK_NAMES.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])),
    ),
  };
}

function readEnvFile(directory: string): Readonly<Record<string, string>> {
  const file = path.join(directory, '.env');
  if (!existsSync(file)) return {};
  const entries = Object.entries(parseEnv(readFileSync(file, 'utf8')));
  const known = entries.filter(
    ([name, value]) => value !== '' && (name in SettingsSchema.shape || name.startsWith(OWN_PREFIX)),
  );
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? '']));
}

function definedValues(env: SettingSources['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value]],
    ),
  );
}

function rejectUnknown(name: string): void {
  if (!name.startsWith(OWN_PREFIX) || name in SettingsSchema.shape) return;
  throw appError('setting_invalid', { name, problem: 'no setting has this name' });
}

function describeIssue(error: z.ZodError) {
  const [issue] = error.issues;
  return appError(
    'setting_invalid',
    { name: issue?.path.join('.') ?? 'unknown', problem: issue?.message ?? 'it cannot be read' },
    error,
  );
}
