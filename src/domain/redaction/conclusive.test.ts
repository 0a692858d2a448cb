import { describe, expect, it } from 'vitest';

import { createRedactor } from './create-redactor.ts';

const SECRET = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const encode = (text: string) => new TextEncoder().encode(text);

describe('what is found before publishing', () => {
  it('is told by kind and place, never by content', () => {
    const content = encode(`# Spec\n\nUse ${SECRET} and AKIAABCDEFGHIJKLMNOP.\n`);
    const found = createRedactor([SECRET]).find(content);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(
      new Set(['registered', 'aws access key id', 'github token']),
    );
    expect(found.every(({ offset, length }) => offset > 8 && offset + length < content.length)).toBe(true);
    expect(JSON.stringify(found)).not.toContain('0123');
    expect(createRedactor([SECRET]).find(encode('nothing'))).toEqual([]);
  });

  it.each([
    'xoxb-your-slack-bot-token-here',
    'ghp_your_personal_access_token_with_repo_scope',
    `ghp_${'x'.repeat(36)}`,
    'glpat-xxxxxxxxxxxxxxxxxxxx',
    'AKIAXXXXXXXXXXXXXXXX',
    'AKIAABCDEFGHIJKLMNOP',
    `sk_live_${'x'.repeat(24)}`,
    `npm_${'X'.repeat(36)}`,
    `AIzaSy${'X'.repeat(33)}`,
    `sk-ant-api03-${'x'.repeat(93)}`,
    'sk-proj-your-openai-project-api-key-goes-right-here-please',
    'sk-proj-1-key-of-the-project-that-2-teams-share-among-them',
    'tool_ghs_installation_access_token_for_the_repository_owner',
    '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',
    `ghp_${'aB1'.repeat(12)}`,
  ])('is no reason to refuse where it only shows what a token looks like: %s', (text) => {
    const found = createRedactor([]).find(encode(`Set it to ${text}.`));
    expect(found.filter(({ isConclusive }) => isConclusive)).toEqual([]);
  });

  it.each([
    'ghp_q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQi',
    'ghs_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NTYifQ.q7Xw2ZpL9vTn4RbYc8Kd',
    'glpat-q7Xw2ZpL9vTn4RbYc8Kd',
    'AKIAQ3EGZ7MXW2RTKV5B',
    'sk_live_q7Xw2ZpL9vTn4RbYc8KdM3hJ',
    'xoxp-123456789012-123456789012-0f3a9c27be41d8560f3a9c27be41d856',
    'xoxb-w7k2m9q4z1p8v5t3n6r0b2c4',
    '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',
  ])('is reason to refuse where it is a token: %s', (token) => {
    const found = createRedactor([]).find(encode(`Use ${token}.`));
    expect(found).toMatchObject([{ isConclusive: true, offset: 4, length: token.length }]);
  });

  it.each([
    'the production database',
    'production production production',
    'password-2025',
    Buffer.from('production').toString('base64'),
    'production-PASSWORD',
  ])('is no reason to refuse where it is a word of the secret: %s', (text) => {
    const words = createRedactor(['production-password-2024', 'zebra-xyl0phone-7']);
    expect(words.find(encode(text)).filter(({ isConclusive }) => isConclusive)).toEqual([]);
  });

  it.each([
    ['as it is', 'production-password-2024'],
    ['on two lines', 'production-\n  password-2024'],
    ['all but its end', 'production-passwor'],
    ['in base64', Buffer.from('x:production-password-2024').toString('base64')],
    ['in hex', Buffer.from('production-password-2024').toString('hex')],
    ['for a URL', encodeURIComponent('staging/password/2024')],
    ['of another, which is shorter than sixteen characters', 'see zebra-xyl9phon'],
    ['of another, which is shorter than twelve', 'see hunter2!'],
    ['with many equal characters', `ab${'Z'.repeat(16)}cd`],
    ['that repeats itself', 'xY'.repeat(40)],
  ])('is reason to refuse where it is the whole secret or much of it: %s', (_what, text) => {
    const words = createRedactor([
      'production-password-2024',
      'staging/password/2024',
      'zebra-xyl9phon',
      'hunter2!',
      `ab${'Z'.repeat(16)}cd`,
      'xY'.repeat(40),
    ]);
    expect(words.find(encode(text)).some(({ isConclusive }) => isConclusive)).toBe(true);
  });
});
