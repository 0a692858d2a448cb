import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SQLITE } from '../../src/store/kysely/dialect.ts';
import { openSqliteStore } from '../../src/store/kysely/open-sqlite.ts';
import { runsQuery } from '../../src/store/kysely/runs.ts';
import type { Database } from '../../src/store/kysely/schema.ts';
import { sqliteDriver } from '../../src/store/kysely/sqlite-driver.ts';
import type { RunQuery } from '../../src/store/port.ts';
import { MIGRATIONS, newRun } from '../support/store-kit.ts';
import { storeContract } from './store-contract.ts';

let root: string;
let directories = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-'));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

storeContract('SQLite', async () => {
  const directory = newDirectory();
  return { open: () => openSqliteStore({ directory }), [Symbol.asyncDispose]: () => Promise.resolve() };
});

describe('SQLite state directory', () => {
  it('is created for its owner only, with the folders above it', async () => {
    const directory = join(newDirectory(), 'deep', 'home');
    await using store = await openSqliteStore({ directory });
    await store.migrate();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'state.db'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'state.db-wal'))).mode & 0o777).toBe(0o600);
  });

  it('is refused when it cannot be a directory or hold the file', async () => {
    const file = newDirectory();
    await writeFile(file, '');
    const refusal = { code: 'home_not_writable', message: expect.stringContaining(file) };
    await expect(openSqliteStore({ directory: file })).rejects.toMatchObject(refusal);
    await expect(openSqliteStore({ directory: join(file, 'home') })).rejects.toMatchObject(refusal);
    const directory = newDirectory();
    await mkdir(join(directory, 'state.db'), { recursive: true });
    await expect(openSqliteStore({ directory })).rejects.toMatchObject({ code: 'home_not_writable' });
  });

  it.each([
    ['NFS', 0x6969],
    ['SMB', 0x517b],
    ['SMB', 0xfe534d42],
    ['CIFS', 0xff534d42],
    ['CIFS', 0xff534d42 - 2 ** 32],
    ['9P', 0x01021997],
    ['Ceph', 0x00c36400],
    ['Lustre', 0x0bd00bd0],
    ['AFS', 0x5346414f],
  ])('is refused on the network file system %s (%i)', async (name, type) => {
    const opening = openSqliteStore({
      directory: newDirectory(),
      fileSystemType: () => Promise.resolve(type),
    });
    await expect(opening).rejects.toMatchObject({
      code: 'state_unlockable',
      message: expect.stringContaining(`${name} is a network file system`),
    });
  });

  it('can be closed twice, also when it was never used', async () => {
    const store = await openSqliteStore({ directory: newDirectory() });
    await store[Symbol.asyncDispose]();
    await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});

describe('SQLite database file', () => {
  it.each([
    ['is not a database', () => Buffer.from('just some text\n'.repeat(500))],
    ['was cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['was cut off in its first page', (bytes: Buffer) => bytes.subarray(0, 50)],
    ['has overwritten pages', (bytes: Buffer) => Buffer.from(bytes).fill(0xa5, 4096)],
  ])('is reported and left as it was when it %s', async (_name, damage) => {
    const directory = await migratedDirectory();
    const path = join(directory, 'state.db');
    const damaged = damage(await readFile(path));
    await writeFile(path, damaged);
    await expect(openAndMigrate(directory)).rejects.toMatchObject({
      code: 'state_damaged',
      message: expect.stringContaining(path),
    });
    expect(damaged.equals(await readFile(path))).toBe(true);
  });

  it('is a new database when it is empty', async () => {
    const directory = await migratedDirectory();
    await truncate(join(directory, 'state.db'));
    expect(await openAndMigrate(directory)).toEqual(MIGRATIONS);
  });

  it('is brought up to date with the runs an older version left in it', async () => {
    const directory = newDirectory();
    const id = newRun().id;
    {
      await using store = await openSqliteStore({ directory });
      await store.migrate();
      await store.createRun(newRun({ id }));
    }
    {
      const database = new DatabaseSync(join(directory, 'state.db'));
      for (const column of ['runtime_environment', 'secret_names', 'publish_intents', 'forge'])
        database.exec(`alter table spec_automation_runs drop column ${column}`);
      database.exec("delete from spec_automation_migrations where name >= '0003'");
      database.close();
    }
    await using store = await openSqliteStore({ directory });
    expect(await store.migrate()).toEqual(MIGRATIONS.slice(2));
    expect(await store.findRun(id)).toMatchObject({
      runtimeEnvironment: {},
      secretNames: [],
      publishIntents: [],
      forge: null,
    });
  });

  it('is refused when a newer version wrote it', async () => {
    const directory = await migratedDirectory();
    const database = new DatabaseSync(join(directory, 'state.db'));
    database.exec("insert into spec_automation_migrations values ('9999-later', '2099-01-01')");
    database.close();
    await expect(openAndMigrate(directory)).rejects.toMatchObject({
      code: 'state_newer',
      message: expect.stringContaining('9999-later'),
    });
  });

  it('holds statuses of the table only', async () => {
    const directory = await migratedDirectory();
    using database = new DatabaseSync(join(directory, 'state.db'));
    await using store = await openSqliteStore({ directory });
    await store.createRun(newRun());
    expect(() => database.exec("update spec_automation_runs set status = 'done'")).toThrow(
      /CHECK constraint/u,
    );
    expect(() => database.exec("update spec_automation_run_tasks set status = 'done'")).toThrow(
      /CHECK constraint/u,
    );
  });
});

describe('SQLite lock', () => {
  it('is waited for without blocking this process', async () => {
    const directory = await migratedDirectory();
    await using store = await openSqliteStore({ directory });
    using holder = new DatabaseSync(join(directory, 'state.db'));
    holder.exec('begin immediate');
    const creation = store.createRun(newRun());
    await setImmediate();
    holder.exec('commit');
    expect(await creation).toMatchObject({ status: 'queued' });
  });

  it('lets readers in while it is held', async () => {
    const directory = await migratedDirectory();
    await using store = await openSqliteStore({ directory });
    const { id } = await store.createRun(newRun());
    using holder = new DatabaseSync(join(directory, 'state.db'));
    holder.exec('begin immediate');
    expect((await store.findRun(id))?.id).toBe(id);
  });

  it('is given up on in the end', async () => {
    const directory = await migratedDirectory();
    await using store = await openSqliteStore({ directory, busyTimeoutMs: 30 });
    using holder = new DatabaseSync(join(directory, 'state.db'));
    holder.exec('begin immediate');
    await expect(store.createRun(newRun())).rejects.toMatchObject({
      code: 'state_busy',
      message: `The state in ${directory} stayed locked by another process for 30 ms.`,
    });
  });
});

describe('SQLite with other processes', () => {
  it('lets five of them create the tables of a new directory at once', async () => {
    const directory = newDirectory();
    const outputs = await Promise.all(
      Array.from({ length: 5 }, () => runProcess(directory, 'console.log(...await store.migrate())')),
    );
    expect(outputs.toSorted().join('')).toBe(`\n\n\n\n${MIGRATIONS.join(' ')}\n`);
  });

  it('lets another one read and submit while this one works', async () => {
    const directory = await migratedDirectory();
    await using store = await openSqliteStore({ directory });
    const { id } = await store.createRun(newRun());
    const claim = await store.claimRun({ runId: id, owner: 'worker-1', ttlMs: 60_000 });
    const submitted = newRun();
    const output = runProcess(
      directory,
      `await store.createRun(${JSON.stringify(submitted)});
       console.log((await store.findRun('${id}')).status, await store.claimRun({ runId: '${id}', owner: 'x', ttlMs: 1 }));`,
    );
    const submitter = { isOver: false };
    void output.finally(() => (submitter.isOver = true));
    let count = 0;
    while (!submitter.isOver) {
      await store.appendEvent(claim!.fence, {
        type: 'phase_progressed',
        phase: 'discover',
        text: `${count}`,
      });
      count += 1;
      await setImmediate();
    }
    expect(await output).toBe('in_progress undefined\n');
    expect(await store.readEvents(id, 2, 100_000)).toHaveLength(count);
    expect(await store.findRun(submitted.id)).toMatchObject({ status: 'queued' });
  });

  it('keeps what a killed one was told is saved', async () => {
    const directory = await migratedDirectory();
    const submitted = newRun();
    await runProcess(
      directory,
      `await store.createRun(${JSON.stringify(submitted)}); process.kill(process.pid, 'SIGKILL');`,
    );
    await using store = await openSqliteStore({ directory });
    expect(await store.findRun(submitted.id)).toMatchObject({ status: 'queued' });
  });
});

describe('SQLite lists', () => {
  const cursor = Buffer.from(`1.${newRun().id}`).toString('base64url');

  it.each<Omit<RunQuery, 'limit'>>([
    {},
    { cursor },
    { status: 'failed' },
    { status: 'failed', cursor },
    { repository: '/r', cursor },
    { externalRef: 'x', cursor },
    { repository: '/r', status: 'failed', externalRef: 'x', cursor },
  ])('are read off an index without sorting for %o', async (query) => {
    using database = new DatabaseSync(join(await migratedDirectory(), 'state.db'));
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqliteDriver(database) }) });
    const statement = runsQuery({ db, dialect: SQLITE, location: '' }, { ...query, limit: 50 }).compile();
    const parameters = statement.parameters.map(String);
    const plan = database.prepare(`explain query plan ${statement.sql}`).all(...parameters);
    expect(plan.map((step) => step['detail'])).toEqual([expect.stringMatching(/USING INDEX/u)]);
  });
});

function newDirectory(): string {
  directories += 1;
  return join(root, String(directories));
}

async function migratedDirectory(): Promise<string> {
  const directory = newDirectory();
  await openAndMigrate(directory);
  return directory;
}

async function openAndMigrate(directory: string): Promise<readonly string[]> {
  await using store = await openSqliteStore({ directory });
  return await store.migrate();
}

/** Standard output of another process that ran `steps` on a store of its own. */
async function runProcess(directory: string, steps: string): Promise<string> {
  const module = pathToFileURL(join(import.meta.dirname, '../../src/store/kysely/open-sqlite.ts')).href;
  const program = `import { openSqliteStore } from ${JSON.stringify(module)};
    await using store = await openSqliteStore({ directory: ${JSON.stringify(directory)} });
    ${steps}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output;
}
