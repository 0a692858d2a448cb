import { describe, expect, test } from 'vitest';

import { AppError, appError, describeThrown, toAppError, retryAt } from './app-error.ts';
import { isReasonCode, type ReasonCode, type ReasonContext, REASONS } from './reasons.ts';

const SECRET = 's3cret-t0ken';

describe('an error of the table', () => {
  test('carries its code, its text, its remedy and its cause', () => {
    const cause = new Error('disk on fire');
    const error = appError('input_unreadable', { path: 'a.md', problem: 'gone' }, cause);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      name: 'AppError',
      code: 'input_unreadable',
      kind: 'input',
      isTransient: false,
      message: "Cannot read 'a.md': gone.",
      remedy: 'Check the path and its permissions, or pass - to read standard input.',
      cause,
    });
  });

  test('says whether another try may help', () => {
    expect(appError('clone_failed', { repository: 'r', problem: 'p' }).isTransient).toBe(true);
  });
});

test('no code ever shows the credentials of a URL it was given', () => {
  for (const code of Object.keys(REASONS).filter(isReasonCode)) {
    const { text, remedy } = REASONS[code];
    const names = [...`${text} ${remedy}`.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '');
    const context: ReasonContext<ReasonCode> = Object.assign(
      Object.create(null),
      Object.fromEntries(names.map((name) => [name, `https://x:${SECRET}@example.org/${name}`])),
    );
    const error = appError(code, context);
    expect(`${error.message} ${error.remedy}`).not.toContain(SECRET);
    expect(`${error.message} ${error.remedy}`).not.toMatch(/\{\w+\}/u);
  }
});

test('an error may say before when trying again does harm', () => {
  const cause = new Error('slow down');
  const error = appError('spec_empty', {}, cause);
  const { code, message, remedy } = error;
  expect(error.retryAtMs).toBeUndefined();
  expect(retryAt(error, 7)).toMatchObject({ code, message, remedy, cause, retryAtMs: 7 });
});

describe('a thrown value', () => {
  test('that is an error of the table stays itself', () => {
    const error = appError('spec_empty', {});
    expect(toAppError(error)).toBe(error);
  });

  test('of any other kind becomes internal, with its words and itself as the cause', () => {
    const thrown = new TypeError('x is\n  not a function');
    expect(toAppError(thrown)).toMatchObject({
      code: 'internal',
      message: 'Something unexpected happened: x is not a function.',
      cause: thrown,
    });
  });

  test('is described on one line even when it is no error', () => {
    expect(describeThrown('  plain\ttext ')).toBe('plain text');
    expect(describeThrown(undefined)).toBe('undefined');
  });
});
