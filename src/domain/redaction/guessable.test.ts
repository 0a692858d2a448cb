import { describe, expect, it } from 'vitest';

import { createRedactor } from './create-redactor.ts';
import { isGuessable } from './guessable.ts';

describe('a secret', () => {
  it.each([
    'spec_automation',
    'spec-automation',
    'postgres-password',
    'local-dev',
    'Password1',
    'Summer2026',
    'mellonpearcherry',
    'zebra-xylophone-7',
    'correct horse',
    '2026-11-21',
    '1234 5678 9012',
    'hunter2',
    '--------',
    'a'.repeat(19),
  ])('is guessable: %s', (secret) => {
    expect(isGuessable(secret)).toBe(true);
  });

  it.each([
    'hunter2!',
    'zebra-xyl9phon',
    'q7Xw2ZpL',
    'production-password-2024',
    'Summer20261',
    '1234567890123456',
    'pass1word',
    'a'.repeat(20),
  ])('is not guessable: %s', (secret) => {
    expect(isGuessable(secret)).toBe(false);
  });

  it.each([
    ['spec_automation', 'spec_automation/20261121/aaf5a743'],
    ['spec-automation', 'Use spec automation to draft'],
    ['postgres-password', 'The postgres password is read from a file'],
    ['Password1', 'Password123 is refused by the form'],
    ['local-dev', 'run it for local-dev'],
  ])('%s is not found in words: %s', (secret, text) => {
    const redactor = createRedactor([secret]);
    expect(redactor.find(new TextEncoder().encode(text))).toEqual([]);
    expect(redactor.redact(text)).toBe(text);
  });
});
