import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { GITHUB_SETTINGS, githubSettings } from './github-settings.ts';

const schema = z.object(GITHUB_SETTINGS);
const read = (values: Readonly<Record<string, string>>) => githubSettings(schema.parse(values));

describe('the settings about GitHub', () => {
  it.each([
    ['https://github.com', 'https://api.github.com'],
    ['https://github.com/', 'https://api.github.com'],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com'],
    ['https://git.acme.example', 'https://git.acme.example/api/v3'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/api/v3'],
  ])('find the API of %s at %s', (server, api) => {
    expect(read({ GITHUB_SERVER_URL: server })).toMatchObject({ apiUrl: api });
  });

  it('take an API elsewhere, an app, and what may be worked on', () => {
    const given = {
      GITHUB_API_URL: 'https://proxy.acme.example/github/',
      GITHUB_APP_ID: 'Iv1.abc',
      GITHUB_APP_PRIVATE_KEY: 'pem',
      GITHUB_APP_INSTALLATION_ID: '7',
      GITHUB_REPOS: 'acme/shop, octo/*',
      SPEC_WORKFLOW_GITHUB_REPOSITORY: 'acme/shop',
    };
    expect(read(given)).toEqual({
      serverUrl: 'https://github.com',
      apiUrl: 'https://proxy.acme.example/github',
      token: undefined,
      appId: 'Iv1.abc',
      appPrivateKey: 'pem',
      appInstallationId: 7,
      allowed: ['acme/shop', 'octo/*'],
      defaultRepository: 'acme/shop',
    });
  });

  it('use the token of the workflow before the general one', () => {
    const general = { GITHUB_TOKEN: 'a' };
    expect(read(general).token).toEqual({ setting: 'GITHUB_TOKEN', value: 'a' });
    expect(read({ ...general, SPEC_WORKFLOW_GITHUB_TOKEN: 'b' }).token).toEqual({
      setting: 'SPEC_WORKFLOW_GITHUB_TOKEN',
      value: 'b',
    });
  });

  it.each([
    ['GITHUB_SERVER_URL', 'http://git.acme.example'],
    ['GITHUB_SERVER_URL', 'https://user:word@git.acme.example'],
    ['GITHUB_API_URL', 'https://git.acme.example/?a'],
    ['GITHUB_API_URL', 'ssh://git.acme.example'],
    ['GITHUB_REPOS', 'acme/shop,acme'],
    ['GITHUB_REPOS', '*/*'],
    ['GITHUB_APP_ID', '4 2'],
    ['GITHUB_APP_INSTALLATION_ID', '0'],
  ])('refuse %s=%s', (name, value) => {
    expect(schema.safeParse({ [name]: value }).success).toBe(false);
  });
});
