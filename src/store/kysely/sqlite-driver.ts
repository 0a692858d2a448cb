import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

/** `node:sqlite` in the shape Kysely's SQLite dialect expects. */
export function sqliteDriver(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      // SQLite rolls back by itself on a full disk or an I/O error; a second rollback would hide that error.
      const isMoot = text === 'rollback' && !database.isTransaction;
      const statement = database.prepare(isMoot ? 'select 1' : text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...toInput(parameters)),
        run: (parameters) => statement.run(...toInput(parameters)),
        iterate: (parameters) => statement.iterate(...toInput(parameters)),
      };
    },
  };
}

function toInput(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((parameter) => {
    if (parameter === null || typeof parameter === 'string' || typeof parameter === 'number')
      return parameter;
    throw new TypeError(`no column takes a ${typeof parameter}`);
  });
}
