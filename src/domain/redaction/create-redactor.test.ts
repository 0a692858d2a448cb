import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { leaks, TOKEN_KINDS, TRANSFORMS } from '../../../tests/support/secret-transforms.ts';
import { createRedactor, HELD_BYTES } from './create-redactor.ts';
import type { RedactionStream } from './redactor.ts';

const MASK = '***REDACTED***';
const SECRET = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const redactor = createRedactor([SECRET]);
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Everything a stream gives for these pieces. */
function pass(stream: RedactionStream, pieces: readonly Uint8Array[], isFlushed = false): Buffer {
  const out = pieces.flatMap((piece) => [stream.write(piece), ...(isFlushed ? [stream.flush()] : [])]);
  return Buffer.concat([...out, stream.end()]);
}

function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const borders = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

describe('a text', () => {
  it('keeps everything but the secret', () => {
    expect(redactor.redact(`token=${SECRET}; café, end`)).toBe(`token=${MASK}; café, end`);
    expect(redactor.redact('nothing here')).toBe('nothing here');
    expect(redactor.redact('')).toBe('');
  });

  it('loses user names and passwords of URLs, but not the rest of them', () => {
    expect(redactor.redact('see https://ada:pa@ss@example.com/x and http://example.com/@x')).toBe(
      `see https://${MASK}@example.com/x and http://example.com/@x`,
    );
  });

  it.each([
    ['https://medium.com@user', 'https://medium.com@user'],
    ['https://example.com?q=foo@bar', 'https://example.com?q=foo@bar'],
    [
      'https://example.com#a@b and https://example.com/@user',
      'https://example.com#a@b and https://example.com/@user',
    ],
    ['https://token123@host', `https://${MASK}@host`],
    ['https://first.last:pw@host', `https://${MASK}@host`],
    ['postgres://admin:hun/ter2@host/db', `postgres://${MASK}@host/db`],
    ['mongodb+srv://admin:h?n#er2@host/db', `mongodb+srv://${MASK}@host/db`],
    ['redis://:a/b@host', `redis://${MASK}@host`],
    ['mysql://u:p@ss/w@rd@host/db?mail=a@b', `mysql://${MASK}@host/db?mail=a@b`],
    ['postgres://u:p/w@h/a,mysql://u:p:w@h/b', `postgres://${MASK}@h/a,mysql://${MASK}@h/b`],
    ['postgres://localhost:5432/db?mail=a@b', 'postgres://localhost:5432/db?mail=a@b'],
    ['postgres://ada@host/db', `postgres://${MASK}@host/db`],
  ])('loses of %s what is secret, and no host', (url, expected) => {
    expect(createRedactor([]).redact(`${url} end`)).toBe(`${expected} end`);
  });

  it.each([
    ['a GitHub token', `ghs_${'a1B2'.repeat(12)}`],
    ['a fine-grained GitHub token', `github_pat_${'a1B2_'.repeat(16)}`],
    ['an OpenAI key', `sk-proj-${'a1B2'.repeat(12)}`],
    ['an Anthropic key', `sk-ant-api03-${'a1B2'.repeat(22)}`],
    ['an OpenAI key of the old kind', `sk-${'a1B2c'.repeat(4)}T3BlbkFJ${'a1B2c'.repeat(4)}`],
    ['a Stripe key', `sk_live_${'a1B2'.repeat(6)}`],
    ['a restricted Stripe key', `rk_live_${'a1B2'.repeat(20)}`],
    ['a Hugging Face token', `hf_${'aB'.repeat(17)}`],
    [
      'a GitHub token that is a JSON web token',
      `ghs_${['a1B2', 'a1_2', 'a1-2'].map((part) => part.repeat(20)).join('.')}`,
    ],
    ['a very long token', `glpat-${'a1B2'.repeat(240)}`],
    ['a token with a name before it', `token_ghp_${'a1B2'.repeat(9)}`],
    ['an AWS key id', 'AKIAABCDEFGHIJKLMNOP'],
    [
      'a private key',
      `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEow0aB+/\n'.repeat(20)}-----END RSA PRIVATE KEY-----`,
    ],
  ])('loses %s nobody registered', (_what, token) => {
    const redacted = createRedactor([]).redact(`first ${token} last`);
    expect(redacted).toContain(MASK);
    expect(redacted).not.toContain(token.slice(-12));
    expect(redacted.startsWith('first ')).toBe(true);
  });

  it('keeps what only looks a little like a token', () => {
    const innocent =
      'ghp_short sk-learn AKIA_NOT xoxb- npm_config_registry https://example.com/a@b AKIAIOSFODNN7EXAMPLE sk_live_short ' +
      `hf_hub_download xghp_${'a1B2'.repeat(9)} sk_test_${'a1B2'.repeat(6)} sk-${'a'.repeat(48)}`;
    expect(createRedactor([SECRET]).redact(innocent)).toBe(innocent);
  });

  it('loses short secrets only as a whole', () => {
    expect(createRedactor(['hunter2!']).redact('hunter2! hunter2')).toBe(`${MASK} hunter2`);
  });

  it('keeps what cannot be told from ordinary text, and the redactor says of how many secrets that holds', () => {
    const guessable = ['postgres', 'specs', '12345678', 'Secret7', 'PRODUCTIONS', 'x'.repeat(19)];
    const weak = createRedactor([...guessable, 'hunter2!', 'mellonpearcherryplum']);
    const text = guessable.join(' ');
    expect(weak.redact(text)).toBe(text);
    expect(weak.find(encode(text))).toEqual([]);
    expect(weak.guessableSecrets).toBe(guessable.length);
    expect(weak.redact('mellonpearcherryplum')).toBe(MASK);
  });

  it('loses every line of a secret of several lines, and the lines joined', () => {
    const lines = ['-----BEGIN-----', 'q1w2e3r4t5y6u7i8o9p0', 'a9s8d7f6g5h4j3k2l1z0', ''];
    const several = createRedactor([lines.join('\n')]);
    expect(several.redact(`one ${lines[1]} two ${lines[2]}${lines[1]}`)).toBe(`one ${MASK} two ${MASK}`);
  });
});

describe('every form of every kind of token', () => {
  it.each(TRANSFORMS.filter(({ name }) => name !== 'gzip'))('is masked: $name', ({ apply }) => {
    for (const { prefix, make } of TOKEN_KINDS) {
      const [secret, other] = [make(), prefix + make().slice(prefix.length)];
      const transformed = apply(secret);
      const input = Buffer.concat([Buffer.from('before '), transformed, Buffer.from(' after\n')]);
      const check = { transformed, ordinary: apply(other), length: secret.length };
      expect(leaks(input, check)).toBe(true);
      expect(leaks(pass(createRedactor([secret]).stream(), [input]), check)).toBe(false);
    }
  });
});

describe('what stands between the characters of a secret', () => {
  it.each([
    [
      'numbers written 0x41',
      (secret: string) => Array.from(Buffer.from(secret), (byte) => `0x${byte.toString(16)}`).join(', '),
    ],
    [
      'entities written &#x41;',
      (secret: string) => Array.from(Buffer.from(secret), (byte) => `&#x${byte.toString(16)};`).join(''),
    ],
    [
      'numbers written \\u{41}',
      (secret: string) => Array.from(Buffer.from(secret), (byte) => `\\u{${byte.toString(16)}}`).join(''),
    ],
    [
      'quoted-printable =41',
      (secret: string) => Array.from(Buffer.from(secret), (byte) => `=${byte.toString(16)}`).join(''),
    ],
    [
      'percent twice, %2541',
      (secret: string) => Array.from(Buffer.from(secret), (byte) => `%25${byte.toString(16)}`).join(''),
    ],
    ['UTF-16 in hex', (secret: string) => Buffer.from(secret, 'utf16le').toString('hex')],
    [
      'UTF-16 in hex, high byte first',
      (secret: string) => Buffer.from(secret, 'utf16le').swap16().toString('hex'),
    ],
    ['UTF-16 in base64', (secret: string) => Buffer.from(`x${secret}`, 'utf16le').toString('base64')],
    [
      'UTF-16 in base64, high byte first',
      (secret: string) => Buffer.from(secret, 'utf16le').swap16().toString('base64'),
    ],
    ['soft line ends', (secret: string) => inPieces(secret, '=\r\n')],
    ['lines a diff adds', (secret: string) => inPieces(secret, '\n+')],
    ['lines a diff takes away', (secret: string) => inPieces(secret, '\n-')],
    ['numbered lines', (secret: string) => inPieces(secret, '\n12: ')],
    ['lines numbered with tabs', (secret: string) => inPieces(secret, '\n    12\t')],
    ['lines numbered with bars', (secret: string) => inPieces(secret, '\n 12 | ')],
    ['lines numbered with arrows', (secret: string) => inPieces(secret, '\n 12\u2192')],
    ['strings put together', (secret: string) => inPieces(secret, `' + "`)],
    ['strings put together on several lines', (secret: string) => inPieces(secret, '\\" +\n    \\"')],
    ['strings side by side', (secret: string) => inPieces(secret, '" "')],
    ['spaces of no width', (secret: string) => secret.split('').join('\u200B')],
    ['soft hyphens', (secret: string) => secret.split('').join('\u00AD')],
    ['byte order marks', (secret: string) => secret.split('').join('\uFEFF')],
    ['a colour that is never closed', (secret: string) => `\u001B[31${secret}`],
    ['an escape of two characters', (secret: string) => secret.replaceAll(/(.{5})/gu, '$1\u001B(')],
    ['an escape that never ends', (secret: string) => `\u001B[${'0'.repeat(70)} ${secret}`],
  ])('is seen through: %s', (_what, write) => {
    const text = write(SECRET);
    const redacted = redactor.redact(`(${text})`);
    expect(redacted).toContain(MASK);
    expect(redacted.length).toBeLessThan(text.length);
    expect(redacted).not.toContain(text.slice(-30));
  });
});

describe('a stream', () => {
  it('holds back no more than it says', () => {
    const stream = redactor.stream();
    let sent = 0;
    for (let written = 0; written < 50_000; written += 100) {
      sent += stream.write(encode('x'.repeat(99) + '\n')).length;
      expect(written + 100 - sent).toBeLessThanOrEqual(HELD_BYTES);
    }
  });

  it('sends what is complete when it is flushed', () => {
    const stream = redactor.stream();
    expect(decode(stream.write(encode('one line\nhalf')))).toBe('');
    expect(decode(stream.flush())).toBe('one line\n');
    expect(decode(stream.flush())).toBe('');
    expect(decode(stream.end())).toBe('half');
  });

  it('gives the same however it is cut', () => {
    const input = encode(
      `a ${SECRET} b ${Buffer.from(SECRET).toString('hex')}\n${'filler '.repeat(400)}${SECRET}`,
    );
    const whole = pass(redactor.stream(), [input]).toString();
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (places) => {
        expect(pass(redactor.stream(), cut(input, places)).toString()).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('lets no eight characters of a secret out, whatever the cuts, flushes and the secret; one that replaces does', () => {
    const letter = fc.constantFrom('a', 'b');
    const hostile = fc.array(letter, { minLength: 20, maxLength: 28 }).map((letters) => letters.join(''));
    const input = fc.record({
      secret: hostile.filter((secret) => new Set(secret).size > 1),
      noise: fc.array(letter, { maxLength: 40 }).map((letters) => letters.join('')),
      places: fc.array(fc.nat(), { maxLength: 9 }),
      isFlushed: fc.boolean(),
    });
    const failures = { naive: 0 };
    fc.assert(
      fc.property(input, ({ secret, noise, places, isFlushed }) => {
        const pieces = cut(encode(`${noise}${secret}${noise}${secret}\n`), places);
        const out = pass(createRedactor([secret]).stream(), pieces, isFlushed).toString();
        expect(survives(out, secret)).toBe(false);
        const naive = pieces.map((piece) => decode(piece).replaceAll(secret, MASK)).join('');
        if (survives(naive, secret)) failures.naive += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(failures.naive).toBeGreaterThan(100);
  });
});

/** In pieces too short to be known by themselves. */
function inPieces(secret: string, joint: string): string {
  return (secret.match(/.{1,5}/gu) ?? []).join(joint);
}

/** Some eight characters of the secret in a row, not all the same. */
function survives(text: string, secret: string): boolean {
  for (let at = 0; at + 8 <= secret.length; at += 1) {
    const part = secret.slice(at, at + 8);
    if (new Set(part).size > 1 && text.includes(part)) return true;
  }
  return false;
}
