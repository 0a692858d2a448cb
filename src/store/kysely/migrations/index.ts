import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../dialect.ts';
import { initial } from './0001-initial.ts';
import { allowUnconfined } from './0002-allow-unconfined.ts';
import { runtimeEnvironment } from './0003-runtime-environment.ts';
import { publishing } from './0004-publishing.ts';

/** Every migration by name, oldest first. A static list: nothing is looked up on disk, so a bundler can follow it. */
export function migrations(dialect: SqlDialect): Readonly<Record<string, Migration>> {
  return {
    '0001-initial': initial(dialect),
    '0002-allow-unconfined': allowUnconfined(dialect),
    '0003-runtime-environment': runtimeEnvironment(dialect),
    '0004-publishing': publishing(dialect),
  };
}
