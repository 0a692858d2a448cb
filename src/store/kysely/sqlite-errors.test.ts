import { expect, it } from 'vitest';
import { appError } from '../../domain/app-error.ts';
import { isBusy, translateSqliteError } from './sqlite-errors.ts';

const place = { directory: '/home', path: '/home/state.db', waitedMs: 30 };

it.each([
  ['state_busy', 'a lock held elsewhere', 5],
  ['state_busy', 'a snapshot that grew old', 517],
  ['state_damaged', 'a malformed file', 11],
  ['state_damaged', 'a file that is no database', 26],
  ['state_unlockable', 'a lock the file system refuses', 3850],
  ['state_unlockable', 'shared memory the file system refuses', 5386],
  ['state_unlockable', 'a broken locking protocol', 15],
  ['home_not_writable', 'a full disk', 13],
  ['home_not_writable', 'a read-only directory', 1544],
  ['home_not_writable', 'a failing write', 778],
  ['home_not_writable', 'a file that cannot be opened', 14],
])('says %s for %s (%i)', (code, problem, errcode) => {
  const thrown = Object.assign(new Error(problem), { errcode });
  expect(translateSqliteError(thrown, place)).toMatchObject({ code, cause: thrown });
});

it('leaves constraint violations, its own errors and other values as they are', () => {
  const others = [
    Object.assign(new Error('UNIQUE'), { errcode: 2067 }),
    appError('lease_lost', { run_id: 'x' }),
    new TypeError('x'),
    Object.assign(new Error('odd'), { errcode: 'x' }),
    'text',
  ];
  expect(others.map((thrown) => translateSqliteError(thrown, place))).toEqual(others);
});

it('tells a held lock from other failures', () => {
  expect(isBusy(Object.assign(new Error('locked'), { errcode: 5 }))).toBe(true);
  expect(isBusy(Object.assign(new Error('full'), { errcode: 13 }))).toBe(false);
  expect(isBusy(undefined)).toBe(false);
});
