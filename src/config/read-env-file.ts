import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { appError, describeThrown } from '../domain/app-error.ts';

/** No such file, or a folder of that name, as Python's virtual environments are. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** The values of a folder's `.env`; none when there is no such file. @throws `setting_invalid` when it cannot be read */
export function readEnvFile(directory: string): Readonly<Record<string, string | undefined>> {
  const file = path.join(directory, '.env');
  try {
    // Some editors begin a file with a byte order mark, which would become a part of the first name.
    return parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/u, ''));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && ABSENT.has(String(thrown.code))) return {};
    throw appError('setting_invalid', { name: file, problem: describeThrown(thrown) }, thrown);
  }
}
