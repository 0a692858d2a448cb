import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { toAppError } from '../../domain/app-error.ts';
import { demandLogin, describeToken, loginVariables, type GitHubLogin } from './github-login.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const { privateKey: otherKind } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const APP = { kind: 'app', appId: '42', privateKey, installationId: undefined } as const;
const TOKEN = { kind: 'token', setting: 'GITHUB_TOKEN', token: 'github_pat_11AAAA' } as const;

describe('a login for GitHub', () => {
  it.each<GitHubLogin>([TOKEN, APP, { ...APP, privateKey: privateKey.replaceAll('\n', String.raw`\n`) }])(
    'that is whole is taken (%#)',
    (login) => expect(() => demandLogin(login)).not.toThrow(),
  );

  it.each<[GitHubLogin, string, string]>([
    [{ kind: 'none' }, 'credential_missing', 'GITHUB_TOKEN'],
    [{ ...TOKEN, token: 'two words' }, 'credential_invalid', 'GITHUB_TOKEN'],
    [{ ...TOKEN, token: 'tok\n' }, 'credential_invalid', 'GITHUB_TOKEN'],
    [{ ...APP, appId: undefined }, 'credential_missing', 'GITHUB_APP_ID'],
    [{ ...APP, privateKey: undefined }, 'credential_missing', 'GITHUB_APP_PRIVATE_KEY'],
    [{ ...APP, privateKey: 'hunter2hunter2' }, 'credential_invalid', 'GITHUB_APP_PRIVATE_KEY'],
    [{ ...APP, privateKey: otherKind }, 'credential_invalid', 'GITHUB_APP_PRIVATE_KEY'],
  ])('that is not is told by its setting, and never by its value (%#)', (login, code, setting) => {
    const error = toAppError(thrownBy(() => demandLogin(login)));
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.remedy}`).toContain(setting);
    expect(`${error.message} ${error.remedy}`).not.toMatch(/hunter2|two words/u);
  });

  it.each([
    ['github_pat_11A', 'fine-grained token', undefined],
    ['ghs_a.b-c', 'installation token', undefined],
    ['ghp_abc', 'classic token', 'every repository'],
    ['gho_abc', 'OAuth token', 'person'],
    ['ghu_abc', "user's token of an app", 'person'],
    ['abc', 'token of unknown kind', undefined],
  ])('%s is a %s', (token, name, excess) => {
    const description = describeToken(token);
    expect(description.name).toBe(name);
    expect(description.excess ?? '').toContain(excess ?? '');
  });

  it('is audited by what it consists of', () => {
    expect(loginVariables({ kind: 'none' })).toEqual([]);
    expect(loginVariables({ ...TOKEN, token: 'ghp_1' })).toMatchObject([
      {
        name: 'GITHUB_TOKEN',
        usedBy: ['host git', 'forge'],
        note: expect.stringContaining('every repository'),
      },
    ]);
    expect(loginVariables(APP)).toMatchObject([
      { name: 'GITHUB_APP_PRIVATE_KEY', usedBy: ['forge'] },
      { name: 'installation token', source: 'GitHub App 42', usedBy: ['host git', 'forge'] },
    ]);
  });
});

function thrownBy(task: () => void): unknown {
  try {
    task();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
