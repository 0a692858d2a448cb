import { generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { ask, gitWith, NEW_PULL, REPOSITORIES, SHOP, startShop } from '../support/github-kit.ts';
import type { GitHubServer } from '../support/open-github.ts';

const NOW_S = 1_800_000_000;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object, key = privateKey) => {
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), key).toString('base64url')}`;
};
const GOOD = { iss: '77', iat: NOW_S - 60, exp: NOW_S + 540 };

async function startWithApp(): Promise<GitHubServer> {
  const permissions = { contents: 'write', pull_requests: 'write' } as const;
  return startShop({
    nowMs: () => NOW_S * 1000,
    repositories: { ...REPOSITORIES, 'acme/other': { a: 'a' }, 'octo/far': { a: 'a' } },
    app: { appId: 77, publicKey, installations: [{ id: 5, account: 'acme', permissions }] },
  });
}

/** The token of an answer. */
function tokenIn(json: unknown): string {
  return typeof json === 'object' && json !== null && 'token' in json ? String(json.token) : '';
}

describe('a GitHub App', () => {
  it('mints a token for what it asks, and revokes it', async () => {
    const hub = await startWithApp();
    const token = jwt(GOOD);
    const installation = await ask(hub, `GET /repos/${SHOP}/installation`, { token });
    expect(installation.json).toMatchObject({ id: 5, account: { login: 'acme' }, app_id: 77 });
    const body = { repositories: ['shop'], permissions: { pull_requests: 'write' } };
    const minted = await ask(hub, 'POST /app/installations/5/access_tokens', { token, body });
    expect(minted.status).toBe(201);
    expect(minted.json).toMatchObject({
      token: expect.stringMatching(/^ghs_/u),
      expires_at: new Date((NOW_S + 3600) * 1000).toISOString().replace('.000', ''),
      permissions: { metadata: 'read', pull_requests: 'write' },
      repository_selection: 'selected',
      repositories: [{ full_name: SHOP }],
    });
    const short = tokenIn(minted.json);
    const status = async (what: string, sent?: unknown) =>
      (await ask(hub, what, { token: short, body: sent })).status;
    expect(await status(`POST /repos/${SHOP}/pulls`, NEW_PULL)).toBe(201);
    expect(await status('GET /repos/acme/other')).toBe(404);
    // Without `contents` it may not even read branches.
    expect(await status(`GET /repos/${SHOP}/branches`)).toBe(403);
    expect((await gitWith(short, '/', 'ls-remote', hub.cloneUrl(SHOP))).stderr).toContain('not found');
    expect(await status('DELETE /installation/token')).toBe(204);
    expect(await status(`GET /repos/${SHOP}`)).toBe(401);
  });

  it('is refused what it was not given', async () => {
    const hub = await startWithApp();
    const mint = async (body: object, id = 5) =>
      (await ask(hub, `POST /app/installations/${id}/access_tokens`, { token: jwt(GOOD), body })).status;
    expect(await mint({}, 6)).toBe(404);
    expect(await mint({ repositories: ['far'] })).toBe(422);
    expect(await mint({ permissions: { administration: 'write' } })).toBe(422);
    expect(await mint({ permissions: { contents: 'read', metadata: 'read' } })).toBe(201);
    expect((await ask(hub, 'GET /repos/octo/far/installation', { token: jwt(GOOD) })).status).toBe(404);
  });

  it.each([
    ['an other key', GOOD, 'A JSON web token could not be decoded'],
    ['an other app', { ...GOOD, iss: '78' }, 'A JSON web token could not be decoded'],
    ['a date of issue to come', { ...GOOD, iat: NOW_S + 30 }, "'Issued at' claim ('iat') must be an Integer"],
    ['an end that is past', { ...GOOD, exp: NOW_S - 1 }, "'Expiration time' claim ('exp') must be a numeric"],
    ['an end too far', { ...GOOD, exp: NOW_S + 601 }, "'Expiration time' claim ('exp') is too far"],
  ])('is not believed with %s', async (what, claims, message) => {
    const hub = await startWithApp();
    const key =
      what === 'an other key' ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : privateKey;
    const { status, json } = await ask(hub, 'GET /app', { token: jwt(claims, key) });
    expect([status, json]).toEqual([
      401,
      expect.objectContaining({ message: expect.stringContaining(message) }),
    ]);
  });
});
