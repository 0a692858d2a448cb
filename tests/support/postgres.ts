import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A server to test on; `undefined` when none was given. */
export const POSTGRES_URL = process.env['TEST_POSTGRES_URL'] || undefined;

/** Where a missing service is a failure and not a reason to skip. */
export const ARE_SERVICES_REQUIRED = process.env['CI'] === 'true' || process.env['REQUIRE_SERVICES'] === '1';

/** A new database on the server, dropped on disposal. */
export async function createDatabase(serverUrl: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const name = `spec_automation_test_${randomUUID().replaceAll('-', '')}`;
  await runStatement(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => runStatement(serverUrl, `drop database ${name} with (force)`),
  };
}

/** Run one statement on its own connection. */
export async function runStatement(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
