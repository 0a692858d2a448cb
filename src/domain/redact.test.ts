import { expect, test } from 'vitest';

import { REDACTED } from './redact.ts';
import { createRedactor } from './redaction/create-redactor.ts';

const redactUrls = (text: string) => createRedactor([]).redact(text);

test('user name and password of every URL are replaced, whatever the scheme', () => {
  expect(redactUrls('from https://bot:s3cret@example.org/a.git to ssh://git@host/b')).toBe(
    `from https://${REDACTED}@example.org/a.git to ssh://${REDACTED}@host/b`,
  );
  expect(redactUrls('POSTGRES://u:p@db/x')).toBe(`POSTGRES://${REDACTED}@db/x`);
});

test('a password that holds an at sign is replaced completely', () => {
  expect(redactUrls('postgres://u:p@ss@db/x')).toBe(`postgres://${REDACTED}@db/x`);
});

test('text without credentials stays as it is', () => {
  const text = 'see https://example.org/a@b and mail me@example.org';
  expect(redactUrls(text)).toBe(text);
});

test('a long text without any URL takes no time to look through', () => {
  const text = 'a.'.repeat(200_000);
  const startedAtMs = performance.now();
  expect(redactUrls(text)).toBe(text);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
