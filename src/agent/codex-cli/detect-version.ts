import { appError } from '../../domain/app-error.ts';
import { exec } from '../../lib/exec.ts';
import { isOlder } from '../../lib/is-older.ts';
import { KEY_VARIABLE } from './codex-config.ts';
import type { CodexProgram } from './locate-codex.ts';
import type { CodexProfile } from './profile.ts';

/** The one its options and events were tried with. */
const OLDEST_VERSION = '0.169.0';
const TIMEOUT_MS = 10_000;

/** What has to be there before Codex can work. */
export interface CodexNeeds {
  readonly agent: string;
  readonly program: CodexProgram | undefined;
  readonly searchPath: string;
  readonly apiKey: string | undefined;
  /** A gateway of the operator may need no key of ours. */
  readonly isKeyNeeded: boolean;
  readonly profile: CodexProfile | undefined;
}

/** Make sure the key and the profile can be used. @throws `credential_missing`, `credential_invalid`, `setting_invalid` */
export async function checkSettings(needs: CodexNeeds): Promise<void> {
  demandKey(needs);
  const problem = needs.profile?.problem;
  if (problem !== undefined) throw appError('setting_invalid', { name: 'CODEX_PROFILE', problem });
}

/** The version of the installed program. @throws `agent_unavailable` */
export async function detectVersion({ agent, program, searchPath }: CodexNeeds): Promise<string> {
  const unavailable = (problem: string) =>
    appError('agent_unavailable', {
      agent,
      problem,
      install: `npm install -g @openai/codex@${OLDEST_VERSION}`,
      setting: 'SPEC_AUTOMATION_CODEX_PATH',
    });
  if (program === undefined) throw unavailable('no program codex was found');
  const env = { PATH: searchPath };
  const result = await exec([program.path, '--version'], { env, timeoutMs: TIMEOUT_MS, maxBytes: 4096 });
  const version = /(\d+\.\d+\.\d+)/u.exec(result.stdout.toString('utf8'))?.[1];
  if (result.ending === 'timeout') throw unavailable(`${program.path} --version did not end within 10 s`);
  if (result.exitCode !== 0 || version === undefined)
    throw unavailable(`${program.path} --version told no version`);
  if (isOlder(version, OLDEST_VERSION))
    throw unavailable(`${program.path} is version ${version}, and ${OLDEST_VERSION} or newer is needed`);
  return version;
}

/** The key itself stays out of every message. */
function demandKey({ agent, apiKey, isKeyNeeded }: CodexNeeds): void {
  const who = `agent '${agent}'`;
  if (apiKey === undefined) {
    const what = 'key for the model';
    const instead = 'pass --agent outline, which needs none';
    if (isKeyNeeded) throw appError('credential_missing', { who, what, setting: KEY_VARIABLE, instead });
    return;
  }
  const problem = /\s/u.test(apiKey)
    ? 'it holds white space or a line break'
    : /^[\u0021-\u007E]+$/u.test(apiKey)
      ? undefined
      : 'it holds characters no key has';
  if (problem !== undefined) throw appError('credential_invalid', { who, setting: KEY_VARIABLE, problem });
}
