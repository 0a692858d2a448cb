import { AppError, appError, describeThrown } from '../../domain/app-error.ts';

/** What a message about the state directory names. */
interface Place {
  readonly directory: string;
  readonly path: string;
  readonly waitedMs: number;
}

/** Result codes of SQLite (sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const PROTOCOL = 15;
const NOT_A_DATABASE = 26;

/** I/O errors that come from locking or from the write-ahead log's shared memory: unlock, read lock, reserved lock, lock, shm. */
const LOCK_IO_ERRORS: ReadonlySet<number> = new Set([2058, 2314, 3594, 3850, 4618, 4874, 5130, 5386]);

/** The error of a state directory a failure of `node:sqlite` stands for; anything else comes back as it was. */
export function translateSqliteError(thrown: unknown, { directory, path, waitedMs }: Place): unknown {
  const extendedCode = sqliteCode(thrown);
  if (extendedCode === undefined) return thrown;
  const problem = describeThrown(thrown);
  if (LOCK_IO_ERRORS.has(extendedCode)) return appError('state_unlockable', { directory, problem }, thrown);
  switch (extendedCode & 0xff) {
    case BUSY:
    case LOCKED:
      return appError('state_busy', { directory, waited_ms: waitedMs }, thrown);
    case CORRUPT:
    case NOT_A_DATABASE:
      return appError('state_damaged', { path, problem }, thrown);
    case PROTOCOL:
      return appError('state_unlockable', { directory, problem }, thrown);
    case CANNOT_OPEN:
    case FULL:
    case IO_ERROR:
    case READONLY:
      return appError('home_not_writable', { directory, problem }, thrown);
    default:
      return thrown;
  }
}

/** True for "another connection holds the lock". */
export function isBusy(thrown: unknown): boolean {
  return ((sqliteCode(thrown) ?? 0) & 0xff) === BUSY;
}

function sqliteCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || thrown instanceof AppError || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode : undefined;
}
