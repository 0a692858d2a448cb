import { describe, expect, it } from 'vitest';

import { ask, openPull, SHOP, startShop } from '../support/github-kit.ts';
import { isOpenApiInstalled, validateAgainstOpenApi } from '../support/github-openapi.ts';

describe.skipIf(!isOpenApiInstalled)(
  'requests held against GitHub’s description (install it with: npm run openapi:install)',
  () => {
    it('have no problems when they are as GitHub wants them', async () => {
      const hub = await startShop();
      await openPull(hub);
      await ask(hub, `GET /repos/${SHOP}/pulls?state=all&head=acme:feature/one&per_page=100`);
      await ask(hub, `POST /repos/${SHOP}/issues/1/labels`, { body: { labels: ['spec'] } });
      await ask(hub, `PATCH /repos/${SHOP}/pulls/1`, { body: { title: 'New', body: 'Newer' } });
      await ask(hub, `GET /repos/${SHOP}/git/ref/heads/feature/one`);
      await ask(hub, 'POST /app/installations/5/access_tokens', {
        body: { repositories: ['shop'], permissions: { contents: 'write', pull_requests: 'write' } },
      });
      await ask(hub, 'DELETE /installation/token');
      expect(validateAgainstOpenApi(hub.requests)).toEqual([]);
      expect(hub.requests).toHaveLength(7);
    });

    it('have the problems they have', async () => {
      const hub = await startShop();
      const pulls = `/repos/${SHOP}/pulls`;
      await openPull(hub, { title: 7, drafty: true });
      await ask(hub, `POST ${pulls}`);
      await ask(hub, `GET ${pulls}?state=merged&page=one&heads=x`);
      await ask(hub, `GET ${pulls}/one`);
      await ask(hub, `POST /repos/${SHOP}/issues/1/labels`, {
        body: { labels: [{ name: 'a', colour: 'b' }] },
      });
      await ask(hub, 'POST /app/installations/5/access_tokens', {
        body: { permissions: { contents: 'all' } },
      });
      await ask(hub, 'DELETE /installation/token', { body: {} });
      await ask(hub, 'GET /nothing');
      const problems = validateAgainstOpenApi(hub.requests);
      const perRequest = hub.requests.map(({ number }) =>
        problems.filter(({ request }) => request === number).map(({ problem }) => problem),
      );
      expect(perRequest).toEqual([
        ['body/title: must be string', 'body/drafty: is not known'],
        ['body: is required'],
        [
          'query/state: must be equal to one of the allowed values',
          'query/page: must be integer',
          'query/heads: is not known',
        ],
        ['path/pull_number: must be integer'],
        ['body/labels/0/colour: is not known'],
        ['body/permissions/contents: must be equal to one of the allowed values'],
        ['body: there should be none'],
        ['there is no such operation'],
      ]);
      expect(problems[0]?.operation).toBe('POST /repos/{owner}/{repo}/pulls');
    });
  },
);
