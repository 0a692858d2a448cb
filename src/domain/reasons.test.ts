import { describe, expect, test } from 'vitest';

import { fillReasonText, fillRunId } from './fill-reason.ts';
import { isReasonCode, REASONS } from './reasons.ts';

const CODES = Object.keys(REASONS).filter(isReasonCode);

describe.each(CODES)('reason %s', (code) => {
  const { text, remedy } = REASONS[code];

  test('says what failed in a sentence', () => {
    expect(text).toMatch(/^['A-Z{].*\.$/u);
  });

  test('says what to do in a sentence, or ends with a command to type', () => {
    expect(remedy).toMatch(/^[A-Z].*(?:\.|\b(?:spec-automation|iconv|fuser) [^:]*)$/u);
  });

  test('is told in plain words, without a placeholder nobody can fill', () => {
    const names = [...`${text} ${remedy}`.matchAll(/\{([^}]*)\}/gu)].map((match) => match[1]);
    for (const name of names) expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/u);
  });

  test('leaves no placeholder open when every value is given', () => {
    const names = [...`${text} ${remedy}`.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '');
    const context = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const filled = `${fillReasonText(text, context)} ${fillReasonText(remedy, context)}`;
    expect(filled).not.toMatch(/[{}]/u);
    for (const name of names) expect(filled).toContain(`<${name}>`);
  });
});

test('codes are stable words in alphabetic order within their kind', () => {
  const kinds = ['input', 'environment', 'failure', 'outcome'] as const;
  for (const kind of kinds) {
    const codes = CODES.filter((code) => REASONS[code].kind === kind);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes).toEqual(codes.toSorted());
    for (const code of codes) expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/u);
  }
});

test('only failures are worth an automatic second try', () => {
  const transient = CODES.filter((code) => REASONS[code].retry === 'transient');
  expect(transient).not.toEqual([]);
  for (const code of transient) expect(REASONS[code].kind).toBe('failure');
});

test('a string that is no code is not taken for one', () => {
  expect(isReasonCode('no_diff')).toBe(true);
  expect(isReasonCode('toString')).toBe(false);
  expect(isReasonCode('')).toBe(false);
});

test('filling leaves unknown placeholders alone and never fills a value twice', () => {
  expect(fillReasonText('{a} {b}', { a: '{b}' })).toBe('{b} {b}');
  expect(fillReasonText('{a}', { a: 0 })).toBe('0');
  expect(fillReasonText('{constructor} {toString}', {})).toBe('{constructor} {toString}');
  expect(fillReasonText('{a}', { a: '$& $1' })).toBe('$& $1');
});

test('whoever knows the run fills its id in where the text has room for it', () => {
  expect(fillRunId(REASONS.cancelled.remedy, '0f1e2d3c')).toMatch(/ runs retry 0f1e2d3c$/u);
  expect(fillRunId('{toString} stays', '0f1e2d3c')).toBe('{toString} stays');
});
