import { constants } from 'node:fs';
import { access, open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { appError, describeThrown } from '../../domain/app-error.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import type { Store } from '../port.ts';
import { SQLITE } from './dialect.ts';
import { networkFileSystem } from './file-systems.ts';
import { kyselyStore } from './kysely-store.ts';
import type { Database } from './schema.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

const DATABASE_FILE = 'state.db';
const BUSY_TIMEOUT_MS = 5000;

/** What `openSqliteStore` needs. */
export interface SqliteStoreOptions {
  /** Created with mode 0700 when absent. */
  readonly directory: string;
  /** How long a verb waits for another process's lock before it gives up with `state_busy`. */
  readonly busyTimeoutMs?: number;
  /** The `type` of `statfs` for a path; node's unless a test says otherwise. */
  readonly fileSystemType?: (path: string) => Promise<number>;
}

/**
 * Open `<directory>/state.db`, creating it when absent; the tables come with `migrate`. Several processes may have it open.
 * @throws `home_not_writable`, `state_unlockable`, `state_damaged`, `state_busy`
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { directory, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const path = join(directory, DATABASE_FILE);
  const run = async <T>(verb: () => T | Promise<T>): Promise<T> => {
    try {
      return await waitWhileBusy(verb, busyTimeoutMs);
    } catch (thrown) {
      throw translateSqliteError(thrown, { directory, path, waitedMs: busyTimeoutMs });
    }
  };
  await prepareFile(directory, path);
  await refuseNetworkFileSystem(options);
  const database = await run(() => openDatabase(directory, path));
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqliteDriver(database) }) });
  const close = async () => {
    await db.destroy();
    // Kysely leaves alone a database it never ran a query on.
    if (database.isOpen) database.close();
  };
  return kyselyStore({ db, dialect: SQLITE, location: directory, run, close });
}

/** SQLite's own files take over the mode of the database file, so it has to exist with the right one first. */
async function prepareFile(directory: string, path: string): Promise<void> {
  try {
    await makeDirectory(directory, 0o700);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    await createFile(path);
    await access(path, constants.R_OK | constants.W_OK);
  } catch (thrown) {
    throw appError('home_not_writable', { directory, problem: describeThrown(thrown) }, thrown);
  }
}

/**
 * An existing file is never opened here: closing it again would drop the locks that another store of this process has on it
 * (sqlite.org/howtocorrupt.html, 2.2).
 */
async function createFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  }
}

async function refuseNetworkFileSystem({ directory, fileSystemType }: SqliteStoreOptions): Promise<void> {
  const type = await (fileSystemType ?? statfsType)(directory);
  const name = networkFileSystem(type);
  if (name !== undefined) {
    throw appError('state_unlockable', { directory, problem: `${name} is a network file system` });
  }
}

async function statfsType(path: string): Promise<number> {
  const { type } = await statfs(path);
  return type;
}

function openDatabase(directory: string, path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    configure(database, directory);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function configure(database: DatabaseSync, directory: string): void {
  const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
  if (mode !== 'wal') {
    throw appError('state_unlockable', {
      directory,
      problem: `SQLite could not turn on its write-ahead log (journal_mode is '${String(mode)}')`,
    });
  }
  database.exec('pragma synchronous = full');
}
