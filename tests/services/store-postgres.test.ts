import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAppError } from '../../src/domain/app-error.ts';
import { openPostgresStore } from '../../src/store/kysely/open-postgres.ts';
import { storeContract } from '../contract/store-contract.ts';
import { ARE_SERVICES_REQUIRED, createDatabase, POSTGRES_URL, runStatement } from '../support/postgres.ts';
import { MIGRATIONS, newRun } from '../support/store-kit.ts';

const SECRET = 'hunter2';

describe.skipIf(POSTGRES_URL === undefined && !ARE_SERVICES_REQUIRED)(
  'with TEST_POSTGRES_URL (skipped without it; set it or use scripts/with-postgres.ts)',
  () => {
    const serverUrl = POSTGRES_URL ?? 'postgresql://TEST_POSTGRES_URL.is.not.set.invalid/';

    storeContract('PostgreSQL', async () => {
      const database = await createDatabase(serverUrl);
      return {
        open: () => openPostgresStore({ url: database.url }),
        [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
      };
    });

    describe('PostgreSQL store', () => {
      let database: Awaited<ReturnType<typeof createDatabase>>;

      beforeAll(async () => {
        database = await createDatabase(serverUrl);
      });

      afterAll(async () => {
        await database?.[Symbol.asyncDispose]();
      });

      it('lets five stores create the tables of a new database at once', async () => {
        await using fresh = await createDatabase(serverUrl);
        const stores = await Promise.all(
          Array.from({ length: 5 }, () => openPostgresStore({ url: fresh.url })),
        );
        const applied = await Promise.all(stores.map((store) => store.migrate()));
        expect(applied.flat()).toEqual(MIGRATIONS);
        await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
      });

      it('refuses tables that are newer than this version and names the database without its login', async () => {
        await using fresh = await createDatabase(serverUrl);
        await using store = await openPostgresStore({ url: withLogin(fresh.url) });
        await store.migrate();
        await runStatement(
          fresh.url,
          "insert into spec_automation_migrations values ('9999-later', '2099-01-01')",
        );
        const error = await failureOf(store.migrate());
        expect(error).toMatchObject({ code: 'state_newer' });
        expect(error.message).toContain('9999-later');
        expect(error.message).not.toContain(SECRET);
      });

      it('goes on after the server closed its idle connections', async () => {
        await using store = await openPostgresStore({ url: database.url });
        await store.migrate();
        await runStatement(
          serverUrl,
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(database.url).pathname.slice(1)}'`,
        );
        await expect
          .poll(() => store.createRun(newRun()).then(({ status }) => status, toAppError))
          .toBe('queued');
      });

      it('gives back counts and times as numbers', async () => {
        await using store = await openPostgresStore({ url: database.url });
        await store.migrate();
        const run = await store.createRun(newRun());
        expect([typeof run.epoch, typeof run.createdAtMs]).toEqual(['number', 'number']);
        expect(Math.abs(run.createdAtMs - Date.now())).toBeLessThan(60_000);
      });

      it('says that a database does not exist', async () => {
        await using store = await openPostgresStore({ url: new URL('/no_such_database', serverUrl).href });
        await expect(store.migrate()).rejects.toMatchObject({ code: 'database_unreachable' });
      });
    });
  },
);

describe('PostgreSQL store without a server', () => {
  it('says that nobody listens, without the login', async () => {
    await using store = await openPostgresStore({ url: `postgresql://ada:${SECRET}@127.0.0.1:1/runs` });
    const error = await failureOf(store.findRun('x'));
    expect(error).toMatchObject({ code: 'database_unreachable' });
    expect(error.message).toContain('ECONNREFUSED');
    expect(JSON.stringify([error.message, error.remedy, error.cause])).not.toContain(SECRET);
  });

  it('gives up on a server that never answers after five seconds', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await using store = await openPostgresStore({ url: `postgresql://ada:${SECRET}@127.0.0.1:${port}/runs` });
    const startedAt = performance.now();
    const error = await failureOf(store.migrate());
    expect(error).toMatchObject({ code: 'database_unreachable' });
    expect(performance.now() - startedAt).toBeLessThan(8000);
    server.close();
  });

  it.each(['nonsense', 'mysql://h/db', `postgresql://ada:${SECRET}@[bad/db`])(
    'refuses an address that is none without showing it (%#)',
    async (url) => {
      const error = await failureOf(Promise.resolve().then(() => openPostgresStore({ url })));
      expect(error).toMatchObject({ code: 'database_unreachable' });
      expect(`${error.message}${error.stack ?? ''}${String(error.cause)}`).not.toContain(SECRET);
    },
  );
});

function withLogin(url: string): string {
  const changed = new URL(url);
  changed.password = SECRET;
  return changed.href;
}

async function failureOf(promise: Promise<unknown>) {
  try {
    await promise;
  } catch (thrown) {
    return toAppError(thrown);
  }
  throw new Error('it did not fail');
}
