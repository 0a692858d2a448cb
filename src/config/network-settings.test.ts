import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { readSettings, type SettingSources } from './read-settings.ts';

async function read(env: SettingSources['env'], envFile = '') {
  const directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(path.join(directory, '.env'), envFile);
  return readSettings({ env, directory });
}

describe('what git gets for the network', () => {
  it('includes proxies named in small letters, unless the large ones are set', async () => {
    const small = { https_proxy: 'http://small', no_proxy: 'localhost', ssl_cert_file: '/not/read' };
    expect((await read(small)).networkEnv).toEqual({ HTTPS_PROXY: 'http://small', NO_PROXY: 'localhost' });
    const { networkEnv } = await read({ ...small, HTTPS_PROXY: 'http://large', NO_PROXY: '' });
    expect(networkEnv).toEqual({ HTTPS_PROXY: 'http://large', NO_PROXY: 'localhost' });
  });

  it('takes those of the environment before those of the file', async () => {
    const { networkEnv } = await read({ https_proxy: 'http://small' }, 'HTTPS_PROXY=http://file\n');
    expect(networkEnv).toEqual({ HTTPS_PROXY: 'http://small' });
  });
});
