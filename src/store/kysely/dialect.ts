import { sql, type RawBuilder } from 'kysely';
import { types as pgTypes, type CustomTypesConfig } from 'pg';

/** Everything that differs between the two databases. The clock is always the database's, read when a statement runs. */
export interface SqlDialect {
  readonly nowMs: RawBuilder<number>;
  readonly isUniqueViolation: (thrown: unknown) => boolean;
  readonly isMissingTable: (thrown: unknown) => boolean;
  /** Whether a table can be created inside the migrator's own transaction. */
  readonly hasTransactionalDdl: boolean;
  readonly columnTypes: {
    /** Text compared byte by byte, so that id ranges mean the same everywhere. */
    readonly id: RawBuilder<unknown>;
    readonly flag: RawBuilder<unknown>;
    readonly json: RawBuilder<unknown>;
  };
}

const SQLITE_CONSTRAINT_UNIQUE = 2067;
const POSTGRES_UNIQUE_VIOLATION = '23505';
const POSTGRES_UNDEFINED_TABLE = '42P01';

/** SQLite through `node:sqlite`. */
export const SQLITE: SqlDialect = {
  // Rounded: 'subsec' answers a float, and cutting it off would lose a millisecond now and then.
  nowMs: sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`,
  isUniqueViolation: (thrown) => propertyOf(thrown, 'errcode') === SQLITE_CONSTRAINT_UNIQUE,
  isMissingTable: (thrown) => String(propertyOf(thrown, 'message')).startsWith('no such table'),
  hasTransactionalDdl: false,
  columnTypes: { id: sql`text`, flag: sql`integer`, json: sql`text` },
};

/** PostgreSQL through `pg`. */
export const POSTGRES: SqlDialect = {
  // Not now(): that is the transaction's start, and a statement may wait for a row lock longer than a lease lasts.
  nowMs: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
  isUniqueViolation: (thrown) => propertyOf(thrown, 'code') === POSTGRES_UNIQUE_VIOLATION,
  isMissingTable: (thrown) => propertyOf(thrown, 'code') === POSTGRES_UNDEFINED_TABLE,
  hasTransactionalDdl: true,
  columnTypes: { id: sql`text collate "C"`, flag: sql`boolean`, json: sql`jsonb` },
};

/** Value parsers for one pool, so that rows look as they do in SQLite: bigint as number, JSON as text. */
export const POSTGRES_VALUE_PARSERS: CustomTypesConfig = {
  getTypeParser(type, format) {
    if (type === pgTypes.builtins.INT8) return Number;
    if (type === pgTypes.builtins.JSONB) return String;
    return pgTypes.getTypeParser(type, format);
  },
};

function propertyOf(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}
