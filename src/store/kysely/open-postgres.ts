import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { appError } from '../../domain/app-error.ts';
import type { Store } from '../port.ts';
import { POSTGRES, POSTGRES_VALUE_PARSERS } from './dialect.ts';
import { kyselyStore } from './kysely-store.ts';
import { translatePostgresError } from './postgres-errors.ts';
import type { Database } from './schema.ts';

const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Longer than the server's own limit: it only matters when the server no longer answers at all. */
const ANSWER_TIMEOUT_MS = 40_000;

/** What `openPostgresStore` needs. */
export interface PostgresStoreOptions {
  /** `postgresql://user:password@host:port/database` */
  readonly url: string;
}

/**
 * A store on PostgreSQL; the tables come with `migrate`. Connects with the first verb, so a server that is away shows then.
 * @throws `database_unreachable` when `url` has not the form of one
 */
export function openPostgresStore({ url }: PostgresStoreOptions): Promise<Store> {
  const location = describeUrl(url);
  const pool = new Pool({
    connectionString: url,
    application_name: 'spec-automation',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    types: POSTGRES_VALUE_PARSERS,
  });
  // An idle connection that breaks is replaced by the next verb; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const close = async () => {
    await db.destroy();
    // Kysely leaves alone a pool it never ran a query on.
    if (!pool.ending) await pool.end();
  };
  return Promise.resolve(kyselyStore({ db, dialect: POSTGRES, location, run, close }));
}

async function run<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb();
  } catch (thrown) {
    throw translatePostgresError(thrown);
  }
}

/** The URL without anything secret: no login, no query. */
function describeUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(?:ql)?:$/u.test(parsed.protocol)) {
    // Without the URL and without a cause, both of which could hold the password.
    throw appError('database_unreachable', { problem: 'its address is not a postgresql:// URL' });
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
