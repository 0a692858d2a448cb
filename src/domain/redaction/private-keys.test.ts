import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRedactor } from './create-redactor.ts';
import { KEY_MAX_CHARS } from './private-keys.ts';

const MASK = '***REDACTED***';
const redactor = createRedactor([]);
const encode = (text: string) => new TextEncoder().encode(text);
const KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey.trim();

/** A key of so many bytes, in lines of 64 characters. */
function makeKey(label: string, bytes: number, header = ''): string {
  const body = randomBytes(bytes)
    .toString('base64')
    .replaceAll(/(.{64})/gu, '$1\n');
  return `-----BEGIN ${label}-----\n${header}${body}\n-----END ${label}-----`;
}

/** Whether eight characters of the key's lines survive. */
function survives(output: string, key: string): boolean {
  const lines = key.split('\n').filter((line) => /^[0-9A-Za-z+/=]+$/u.test(line));
  return lines.some((line) =>
    Array.from({ length: Math.max(line.length - 7, 1) }, (_, at) => line.slice(at, at + 8)).some((part) =>
      output.includes(part),
    ),
  );
}

describe('a private key', () => {
  const lines = KEY.split('\n');
  it.each([
    ['as it is', KEY],
    ['with line ends of another system', lines.join('\r\n')],
    ['in JSON', JSON.stringify({ key: KEY })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ key: KEY }))],
    ['as a variable', `KEY="${lines.join('\\n')}"`],
    ['for a URL', encodeURIComponent(KEY)],
    ['in a form', new URLSearchParams({ key: KEY }).toString()],
    ['joined by <br>', lines.join('<br>')],
    ['as strings of a program', lines.map((line) => `"${line}\\n"`).join(' +\n')],
    ...['> ', '# ', ' * ', '| ', '+', '+ ', '- ', '    ', '//', '2026-01-01T10:00:00.000Z stdout F '].map(
      (prefix) => [`with lines that begin with '${prefix}'`, lines.map((line) => prefix + line).join('\n')],
    ),
    ['with numbered lines', lines.map((line, index) => `${index + 1}: ${line}`).join('\n')],
    ['on one line', lines.join(' ')],
    ['without its end', `${lines.slice(0, -3).join('\n')} ...`],
    ['without its end, broken off within a line', `${KEY.slice(0, 400)} ...`],
  ])('is masked %s', (_what, text) => {
    const redacted = redactor.redact(`before ${text} after`);
    expect(survives(redacted, KEY)).toBe(false);
    expect(redacted).toMatch(/^before .* after$/su);
    expect(redacted.match(/\*{3}REDACTED/gu)).toHaveLength(1);
    expect(redacted).not.toContain('BEGIN');
    expect(redactor.find(encode(text))).toMatchObject([{ kind: 'private key', isConclusive: true }]);
  });

  it.each([
    ['RSA PRIVATE KEY', ''],
    ['RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n'],
    ['EC PRIVATE KEY', ''],
    ['OPENSSH PRIVATE KEY', ''],
    ['ENCRYPTED PRIVATE KEY', ''],
    ['PGP PRIVATE KEY BLOCK', 'Version: GnuPG v1.4.11 (GNU/Linux)\nComment: https://gnupg.org\n\n'],
  ])('is masked as %s', (label, header) => {
    const key = makeKey(label, 400, header);
    expect(redactor.redact(`a ${key}\n${key} b`)).toBe(`a ${MASK}\n${MASK} b`);
  });

  it('is masked up to a limit, and what follows is looked at again', () => {
    const endless = makeKey('PRIVATE KEY', 30_000).replace(/\n-----END.*/su, '');
    const redacted = redactor.redact(`${endless}\n${KEY} end`);
    expect(redacted).toMatch(/^\*{3}REDACTED\*{3}[^*]+\*{3}REDACTED\*{3} end$/u);
    expect(Math.abs(redacted.length - (endless.length - KEY_MAX_CHARS))).toBeLessThan(100);
  });

  it('is masked when its end is missing and another begins', () => {
    const open = KEY.slice(0, 800);
    expect(redactor.redact(`${open}\n${KEY} end`)).toBe(`${MASK}\n${MASK} end`);
  });
});

describe('a text that only speaks of private keys', () => {
  const [begin, end] = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'];
  it.each([
    [
      'names the marker',
      `A file that begins with \`${begin}\` is refused, and so is every other file of its kind.`,
    ],
    ['names both markers', `Between \`${begin}\` and \`${end}\` stands what nobody may see.`],
    ['leaves the body out', `${begin}\n...\n${end}`],
    ['shows a short body', `${begin}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n${end}`],
    ['goes on about something else', `${begin} and words ${'and words '.repeat(60)}\n${'A1b2'.repeat(40)}\n`],
    ['ends with the marker', `see ${begin}`],
    ['shows public things', KEY.replaceAll('PRIVATE KEY', 'CERTIFICATE')],
  ])('is kept when it %s', (_what, text) => {
    expect(redactor.redact(text)).toBe(text);
    expect(redactor.find(encode(text))).toEqual([]);
  });

  it('hides no key that follows the mention', () => {
    expect(redactor.redact(`Not \`${begin}\` but:\n${KEY}\n`)).toBe(`Not \`${begin}\` but:\n${MASK}\n`);
    expect(redactor.redact(`${begin}\n...\n${end}\n${KEY}\n`)).toBe(`${begin}\n...\n${end}\n${MASK}\n`);
  });
});

describe('a private key in a stream', () => {
  const long = makeKey('RSA PRIVATE KEY', 3_000);

  it('leaves no line in clear, whatever the size of the pieces and the flushes', () => {
    const input = encode(`first line\n${long}\nlast line\n`);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), fc.boolean(), (size, isFlushed) => {
        const stream = redactor.stream();
        const out: Uint8Array[] = [];
        for (let at = 0; at < input.length; at += size) {
          out.push(stream.write(input.subarray(at, at + size)));
          if (isFlushed) out.push(stream.flush());
        }
        const text = Buffer.concat([...out, stream.end()]).toString();
        expect(survives(text, long)).toBe(false);
        expect(text).toMatch(/^first line\n.*\*{3}REDACTED\*{3}\nlast line\n$/su);
        expect(text.length).toBeLessThan(80);
      }),
      {
        numRuns: 60,
        examples: [
          [1, true],
          [1, false],
          [65, true],
        ],
      },
    );
  });

  it('holds back nothing for long when it was only a mention', () => {
    const stream = redactor.stream();
    stream.write(encode('see -----BEGIN PRIVATE KEY-----\n'));
    expect(Buffer.from(stream.flush()).toString()).toBe('see ');
    stream.write(encode('and these words '.repeat(40)));
    expect(Buffer.from(stream.flush()).toString()).toMatch(/^-----BEGIN PRIVATE KEY-----\nand these/u);
  });

  it('goes on as before after each of several keys', () => {
    const stream = redactor.stream();
    const filler = 'and these words\n'.repeat(200);
    const pieces = [long, filler, long, filler].map((text) => stream.write(encode(`${text}\n`)));
    const text = Buffer.concat([...pieces, stream.end()]).toString();
    expect(text).toBe(`${MASK}\n${filler}\n`.repeat(2));
  });

  it('may end within the key', () => {
    const stream = redactor.stream();
    const out = [stream.write(encode(long.slice(0, 2_000))), stream.flush(), stream.end()];
    expect(Buffer.concat(out).toString()).toBe(MASK);
  });
});
