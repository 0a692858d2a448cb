import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { failureOf, folder, read } from '../../tests/support/settings-kit.ts';
import { readSettings } from './read-settings.ts';
import { ENVIRONMENT_ONLY, type SettingName } from './settings.ts';

/** Values that would be taken from the environment. */
const EXAMPLES: Partial<Record<SettingName, string>> = {
  DOCKER_HOST: 'unix:///evil.sock',
  SPEC_AUTOMATION_PROFILE: 'development',
  SPEC_AUTOMATION_ALLOW_UNCONFINED: 'true',
  CODEX_BASE_URL: 'https://evil.example',
  GITHUB_SERVER_URL: 'https://evil.example',
  GITHUB_API_URL: 'https://evil.example',
};

describe('the .env file', () => {
  it.each(ENVIRONMENT_ONLY.map((only) => `${only}=${EXAMPLES[only] ?? '1000000'}`))(
    'may not say %s, since it may be somebody else’s',
    async (line) => {
      const { message } = await failureOf({}, line);
      expect(message).toContain('it counts only as a variable of the environment');
    },
  );

  it('is read, and the environment wins over it', async () => {
    const file = 'SPEC_AUTOMATION_CONCURRENCY=2\nSPEC_AUTOMATION_AGENT_BACKEND="outline" # why not\r\n';
    expect(await read({ SPEC_AUTOMATION_CONCURRENCY: '9' }, file)).toMatchObject({
      concurrency: 9,
      agent: 'outline',
    });
  });

  it('counts where the environment holds an empty value', async () => {
    const env = { SPEC_AUTOMATION_CONCURRENCY: '', SPEC_AUTOMATION_SANDBOX: ' ' };
    const file = 'SPEC_AUTOMATION_CONCURRENCY=2\nSPEC_AUTOMATION_SANDBOX=\nSPEC_AUTOMATION_AGENT_BACKEND=\n';
    expect(await read(env, file)).toMatchObject({ concurrency: 2, sandbox: undefined, agent: 'codex_cli' });
  });

  it('sets nothing but settings', async () => {
    const file = 'PATH=/evil\nLD_PRELOAD=/evil.so\nhttps_proxy=http://evil\nHTTPS_PROXY=http://proxy\n';
    const settings = await read({}, file);
    expect(settings.path).toBe('/usr/local/bin:/usr/bin:/bin');
    expect(settings.networkEnv).toEqual({ HTTPS_PROXY: 'http://proxy' });
  });

  it('may begin with a byte order mark', async () => {
    expect(await read({}, '\uFEFFSPEC_AUTOMATION_CONCURRENCY=2\n')).toMatchObject({ concurrency: 2 });
  });

  it('may be a folder of another tool', async () => {
    const directory = await folder();
    await mkdir(path.join(directory, '.env'));
    expect(readSettings({ env: {}, directory }).concurrency).toBe(4);
  });

  it('is named when it cannot be read', async () => {
    const directory = await folder();
    await symlink('.env', path.join(directory, '.env'));
    expect(() => readSettings({ env: {}, directory })).toThrow(path.join(directory, '.env'));
  });

  it('is named by its setting when a value in it is bad or a name unknown', async () => {
    expect((await failureOf({}, 'SPEC_AUTOMATION_CONCURRENCY=many\n')).message).toContain('CONCURRENCY');
    expect((await failureOf({}, 'SPEC_AUTOMATION_CONCURENCY=2\n')).message).toBe(
      'Setting SPEC_AUTOMATION_CONCURENCY: no setting has this name.',
    );
  });
});
