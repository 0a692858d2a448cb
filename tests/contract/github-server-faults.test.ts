import { describe, expect, it } from 'vitest';

import { ask, NEW_PULL, openPull, PULLS, SHOP, startShop } from '../support/github-kit.ts';
import type { GitHubServer } from '../support/open-github.ts';

describe('faults', () => {
  it.each([
    ['502', 502, 0],
    ['504 after effect', 504, 1],
    ['truncated JSON', 201, 1],
    ['401', 401, 0],
    ['403 secondary', 403, 0],
    ['403 primary', 403, 0],
    ['403 plain', 403, 0],
    ['429', 429, 0],
  ] as const)('%s answers %i, and %i pull requests are there', async (fault, status, pulls) => {
    const hub = await startShop();
    hub.failNext({ match: PULLS, fault });
    const reply = await openPull(hub);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([status, null]);
    // What is cut off is no JSON any more.
    expect(reply.json === undefined).toBe(fault === '502' || pulls === 1);
    expect(await hub.pullRequests(SHOP)).toHaveLength(pulls);
    expect(hub.requests.at(-1)).toMatchObject({ status, fault });
    // Once is the default.
    expect((await openPull(hub)).status).toBe(pulls === 0 ? 201 : 422);
  });

  it.each([
    ['reset', 0],
    ['reset after effect', 1],
    ['reset in the answer', 1],
  ] as const)('%s breaks the connection, and %i pull requests are there', async (fault, pulls) => {
    const hub = await startShop();
    hub.failNext({ match: PULLS, fault });
    await expect(openPull(hub)).rejects.toThrow(/fetch failed|terminated/u);
    expect(await hub.pullRequests(SHOP)).toHaveLength(pulls);
  });

  it.each([
    ['hang', 0],
    ['hang after effect', 1],
  ] as const)(
    '%s answers nothing until the client goes, and %i pull requests are there',
    async (fault, pulls) => {
      const hub = await startShop();
      hub.failNext({ match: PULLS, fault });
      const asked = new AbortController();
      const body = JSON.stringify(NEW_PULL);
      const headers = { authorization: `Bearer ${hub.token}` };
      const url = `${hub.apiUrl}/repos/${SHOP}/pulls`;
      const reply = fetch(url, { method: 'POST', headers, body, signal: asked.signal });
      await expect.poll(() => hub.pullRequests(SHOP)).toHaveLength(pulls);
      await expect.poll(() => hub.requests.at(-1)?.fault).toBe(fault);
      asked.abort();
      await expect(reply).rejects.toThrow('abort');
      await expect.poll(() => hub.requests.at(-1)?.endedMs).toBeDefined();
      expect(hub.requests.at(-1)?.status).toBeUndefined();
    },
  );

  it('say when to come back, in the server’s time', async () => {
    const nowMs = 1_800_000_000_000;
    const hub = await startShop({ nowMs: () => nowMs });
    const match = { path: /^\/repos\/acme\/shop$/u };
    const failed = async (fault: Parameters<GitHubServer['failNext']>[0]['fault']) => {
      hub.failNext({ match, fault });
      return ask(hub, `GET /repos/${SHOP}`);
    };
    const secondary = await failed({ name: '403 secondary', retryAfterSeconds: 30 });
    expect([secondary.status, secondary.headers.get('retry-after')]).toEqual([403, '30']);
    expect(secondary.text).toContain('You have exceeded a secondary rate limit');
    expect((await failed({ name: '429', retryAfterSeconds: 5 })).headers.get('retry-after')).toBe('5');
    const primary = await failed({ name: '403 primary', resetInSeconds: 90 });
    expect(primary.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(primary.headers.get('x-ratelimit-reset')).toBe(String(nowMs / 1000 + 90));
  });

  it('send elsewhere', async () => {
    const [hub, elsewhere] = [await startShop(), await startShop()];
    const location = `${elsewhere.apiUrl}/repos/${SHOP}`;
    hub.failNext({ match: { path: /shop$/u }, fault: { name: 'redirect', location } });
    const { status, json } = await ask(hub, `GET /repos/${SHOP}`);
    // A client that follows is seen there; this one left its token behind.
    expect([status, json]).toEqual([404, expect.objectContaining({ message: 'Not Found' })]);
    expect(hub.requests).toMatchObject([{ status: 301, fault: 'redirect' }]);
    expect(elsewhere.requests).toMatchObject([{ path: `/repos/${SHOP}`, token: undefined }]);
  });

  it('come as often as asked, after as many as asked, until they are cleared', async () => {
    const hub = await startShop();
    hub.failNext({ match: { path: /shop$/u }, fault: '502', times: Infinity, after: 1 });
    const statuses: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) statuses.push((await ask(hub, `GET /repos/${SHOP}`)).status);
    hub.clearFaults();
    statuses.push((await ask(hub, `GET /repos/${SHOP}`)).status);
    expect(statuses).toEqual([200, 502, 502, 200]);
  });
});

describe('the record', () => {
  it('tells what was asked, by whom, and how it went', async () => {
    const hub = await startShop();
    await ask(hub, `GET /repos/${SHOP}/pulls?state=all&head=acme:x`);
    await openPull(hub);
    expect(hub.apiCalls()).toHaveLength(2);
    expect(hub.requests).toMatchObject([
      {
        number: 1,
        kind: 'api',
        method: 'GET',
        path: `/repos/${SHOP}/pulls`,
        query: { state: 'all', head: 'acme:x' },
        headers: { authorization: `Bearer ${hub.token}` },
        token: hub.token,
        status: 200,
      },
      { number: 2, method: 'POST', body: NEW_PULL, status: 201, fault: undefined },
    ]);
    const [first, second] = hub.requests;
    await expect.poll(() => second?.endedMs).toBeGreaterThan(first?.begunMs ?? Infinity);
    expect(hub.writes()).toEqual([second]);
  });

  it('knows who came although told to wait', async () => {
    let nowMs = 1_800_000_000_000;
    const hub = await startShop({ nowMs: () => nowMs });
    const other = hub.addToken();
    const shop = (token = hub.token) => ask(hub, `GET /repos/${SHOP}`, { token });
    hub.failNext({ match: { path: /shop$/u }, fault: { name: '429', retryAfterSeconds: 10 } });
    await shop();
    await shop(other);
    nowMs += 10_000;
    await shop();
    expect(hub.requestsInsideWindows()).toEqual([]);
    hub.failNext({ match: { path: /shop$/u }, fault: { name: '403 primary', resetInSeconds: 60 } });
    await shop();
    nowMs += 59_000;
    await shop();
    expect(hub.requestsInsideWindows()).toMatchObject([
      { request: { number: 5 }, window: { announcedTo: 4 } },
    ]);
  });
});
