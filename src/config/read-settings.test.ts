import { homedir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { failureOf, folder, read } from '../../tests/support/settings-kit.ts';
import { DOCKER_SETTINGS, dockerSettings } from './docker-settings.ts';
import { GITHUB_SETTINGS, githubSettings } from './github-settings.ts';
import { readSettings } from './read-settings.ts';

const DAY_MS = 86_400_000;
const FOR_AGENTS = { runSecrets: {}, runtimeEnvironmentNames: ['CODEX_ENV', 'TZ'] };

describe('readSettings', () => {
  it('has a default for everything', async () => {
    const home = path.join(homedir(), '.spec-automation');
    expect(await read({})).toEqual({
      home,
      workspaceRoot: home,
      databaseUrl: undefined,
      agent: 'codex_cli',
      allowedAgents: undefined,
      sandbox: undefined,
      docker: dockerSettings(z.object(DOCKER_SETTINGS).parse({})),
      github: githubSettings(z.object(GITHUB_SETTINGS).parse({})),
      onForeignCommits: 'stop',
      retentionMs: 7 * DAY_MS,
      secrets: [],
      ...FOR_AGENTS,
      stallTimeoutMs: 300_000,
      completionGraceMs: 10_000,
      allowUnconfined: false,
      phaseTimeoutMs: 900_000,
      concurrency: 4,
      diskReserveBytes: 268_435_456,
      isTestMode: false,
      author: { name: expect.any(String), email: expect.stringContaining('@') },
      path: '/usr/local/bin:/usr/bin:/bin',
      codex: {
        program: undefined,
        apiKey: undefined,
        model: undefined,
        profile: undefined,
        environmentName: undefined,
        operatorHome: path.join(homedir(), '.codex'),
        baseUrl: undefined,
      },
      networkEnv: {},
    });
  });

  it('reads every value', async () => {
    const settings = await read({
      SPEC_AUTOMATION_HOME: '/state',
      SPEC_AUTOMATION_WORKSPACE_ROOT: '/work',
      SPEC_AUTOMATION_DATABASE_URL: 'postgresql://user:secret@host/database',
      SPEC_AUTOMATION_AGENT_BACKEND: 'claude',
      SPEC_AUTOMATION_ALLOWED_AGENT_BACKENDS: ' claude, ,outline,',
      SPEC_AUTOMATION_SANDBOX: 'docker',
      SPEC_AUTOMATION_RETENTION_DAYS: '30',
      SPEC_AUTOMATION_PHASE_TIMEOUT_S: '60',
      SPEC_AUTOMATION_CONCURRENCY: '1',
      SPEC_AUTOMATION_DISK_RESERVE_BYTES: '0',
      SPEC_WORKFLOW_TEST_MODE: 'true',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      SSL_CERT_FILE: '/ca.pem',
      SPEC_AUTOMATION_ON_FOREIGN_COMMITS: 'next_branch',
      GITHUB_SERVER_URL: 'https://git.acme.example',
      SPEC_AUTOMATION_CODEX_PATH: '/opt/codex',
      CODEX_API_KEY: 'sk-1',
      CODEX_MODEL: 'gpt-5.5',
      CODEX_PROFILE: 'careful',
      CODEX_ENV: 'staging',
      CODEX_HOME: '/codex',
      CODEX_BASE_URL: 'https://gateway.example/v1',
      PATH: '/programs',
    });
    expect(settings).toEqual({
      home: '/state',
      ...FOR_AGENTS,
      secrets: [
        { name: 'SPEC_AUTOMATION_DATABASE_URL', value: 'secret' },
        { name: 'CODEX_API_KEY', value: 'sk-1' },
      ],
      workspaceRoot: '/work',
      databaseUrl: 'postgresql://user:secret@host/database',
      agent: 'claude',
      allowedAgents: ['claude', 'outline'],
      sandbox: 'docker',
      docker: expect.anything(),
      github: expect.objectContaining({ serverUrl: 'https://git.acme.example' }),
      onForeignCommits: 'next_branch',
      retentionMs: 30 * DAY_MS,
      stallTimeoutMs: 300_000,
      completionGraceMs: 10_000,
      allowUnconfined: false,
      phaseTimeoutMs: 60_000,
      concurrency: 1,
      diskReserveBytes: 0,
      isTestMode: true,
      author: { name: 'Ada', email: 'ada@example.com' },
      path: '/programs',
      codex: {
        program: '/opt/codex',
        apiKey: 'sk-1',
        model: 'gpt-5.5',
        profile: 'careful',
        environmentName: 'staging',
        operatorHome: '/codex',
        baseUrl: 'https://gateway.example/v1',
      },
      networkEnv: { SSL_CERT_FILE: '/ca.pem' },
    });
  });

  it('begins relative paths at the folder and ~ at the home directory of the user', async () => {
    const directory = await folder();
    const homeOf = (place: string) => readSettings({ env: { SPEC_AUTOMATION_HOME: place }, directory }).home;
    expect(homeOf('state')).toBe(path.join(directory, 'state'));
    expect(homeOf('~/state')).toBe(path.join(homedir(), 'state'));
    expect(homeOf('~')).toBe(homedir());
    expect(homeOf('~other/state')).toBe(path.join(directory, '~other/state'));
  });

  it('looks for a program that is a name on the search path, and for one that is a path at the folder', async () => {
    const directory = await folder();
    const programOf = (program: string) =>
      readSettings({ env: { SPEC_AUTOMATION_CODEX_PATH: program }, directory }).codex.program;
    expect(programOf('codex-next')).toBe('codex-next');
    expect(programOf('./bin/codex')).toBe(path.join(directory, 'bin/codex'));
  });

  it.each([
    ['CODEX_MODEL', '--config'],
    ['CODEX_PROFILE', '../other'],
    ['CODEX_BASE_URL', 'ftp://gateway.example'],
    ['CODEX_BASE_URL', 'https://user:secret@gateway.example'],
  ])('refuses %s=%s', async (name, value) => {
    const { message } = await failureOf({ [name]: value });
    expect(message).toContain(name);
    expect(message).not.toContain('secret');
  });

  describe('a bad value', () => {
    it.each([
      ['SPEC_AUTOMATION_CONCURRENCY', '0', 'a whole number from 1 to 1000 is expected'],
      ['SPEC_AUTOMATION_CONCURRENCY', '1.5', 'a whole number from 1 to 1000 is expected'],
      ['SPEC_AUTOMATION_CONCURRENCY', 'four', 'a whole number from 1 to 1000 is expected'],
      ['SPEC_AUTOMATION_CONCURRENCY', 'Infinity', 'a whole number from 1 to 1000 is expected'],
      ['SPEC_AUTOMATION_RETENTION_DAYS', '6', 'a whole number from 7 to 3650 is expected'],
      ['SPEC_AUTOMATION_PHASE_TIMEOUT_S', '86401', 'a whole number from 1 to 86400 is expected'],
      ['SPEC_WORKFLOW_TEST_MODE', 'yes', 'true, false, 1 or 0 is expected'],
      ['SPEC_AUTOMATION_DATABASE_URL', 'host/database', 'a URL that begins with postgres:// is expected'],
    ])('of %s (%s) is refused with what is expected', async (name, value, problem) => {
      expect((await failureOf({ [name]: value })).message).toBe(`Setting ${name}: ${problem}.`);
    });

    it('does not hide another, nor an unknown name', async () => {
      const { message } = await failureOf({
        SPEC_AUTOMATION_CONCURRENCY: 'x',
        SPEC_WORKFLOW_TEST_MODE: 'x',
        SPEC_AUTOMATION_COLOUR: 'blue',
      });
      expect(message).toMatch(/COLOUR: no setting .*; SPEC_AUTOMATION_CONCURRENCY: .*; SPEC_WORKFLOW_TEST/u);
    });

    it('is not repeated, since it may hold a password', async () => {
      for (const url of ['mysql://user:hunter2@host/database', 'postgres//user:hunter2@host', 'hunter2']) {
        const failure = await failureOf({ SPEC_AUTOMATION_DATABASE_URL: url });
        expect(inspect(failure, { depth: null })).not.toContain('hunter2');
      }
    });

    it('of a name that only every object has is no setting', async () => {
      await expect(read({ constructor: 'x', toString: 'y' })).resolves.toMatchObject({ concurrency: 4 });
    });
  });

  describe('the secrets', () => {
    const token = 'q7Xw2ZpL9vTn4RbYc8Kd';
    it.each([
      ['password', 'postgres://u:pa%2Fss@h/x', ['pa%2Fss', 'pa/ss']],
      ['password with colons and at signs', 'postgres://u:a:b@c@h/x', ['a:b@c']],
      [
        'password in the query',
        'postgres://u@h/x?a=b&password=p%3Dss&sslpassword=c+d',
        ['p%3Dss', 'p=ss', 'c+d', 'c d'],
      ],
      ['password in the query, named in large letters', 'postgres://h/x?Password=s=cret#f', ['s=cret']],
      ['token for a user name', `postgres://${token}@h/x`, [token]],
      ['user name that is none', 'postgres://postgres@h:5432/x?user=a@b', []],
    ])('of a database include its %s', async (_what, url, values) => {
      const { secrets } = await read({ SPEC_AUTOMATION_DATABASE_URL: url });
      expect(secrets).toEqual(values.map((value) => ({ name: 'SPEC_AUTOMATION_DATABASE_URL', value })));
    });

    it.each([
      ['http://u:hunter22@proxy:3128', ['hunter22']],
      ['u:hunter22@proxy:3128', ['hunter22']],
      ['u:http://x@proxy:3128', ['http://x']],
      ['proxy:3128', []],
      ['u@proxy:3128', []],
      [`http://${token}@proxy:3128`, [token]],
      [`https://${token}:@proxy`, [token]],
      [`x-access-token:${token}@proxy`, [token]],
      [`http://${token}:hunter22@proxy:80`, ['hunter22', token]],
      [
        'http://AbCdEf0123456789AbCdEf0123456789:x-oauth-basic@proxy:80',
        ['AbCdEf0123456789AbCdEf0123456789'],
      ],
      ['http://q7Xw2ZpL9vTn@proxy', ['q7Xw2ZpL9vTn']],
      ['http://q7Xw2ZpL9vTn:x-oauth-basic@proxy', ['q7Xw2ZpL9vTn']],
      ['http://q7Xw2ZpL9vTn:hunter22@proxy', ['hunter22']],
      ['http://spec-automation@proxy', []],
      ['http://x-access-token@proxy', []],
      ['http://u:50%off@127.0.0.1:9', ['50%off']],
      ['http://u:hun/ter2@proxy:3128', ['hun/ter2']],
      ['http://proxy:3128/path@x', []],
    ])('of a proxy are found in %s', async (url, values) => {
      const { secrets } = await read({ HTTPS_PROXY: url });
      expect(secrets).toEqual(values.map((value) => ({ name: 'HTTPS_PROXY', value })));
    });
  });
});
