import { randomBytes, randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A way in which a token comes out of a program. Built on Node's own encoders, not on those of the redactor. */
export interface Transform {
  readonly name: string;
  readonly apply: (secret: string) => Buffer;
}

const each = (secret: string, write: (byte: number) => string) =>
  Array.from(Buffer.from(secret), write).join('');
const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const letters = (secret: string) => secret.split('');
const text = (name: string, write: (secret: string) => string): Transform => ({
  name,
  apply: (secret) => Buffer.from(write(secret)),
});
const base64 = (value: string) => Buffer.from(value).toString('base64');

/** Thirty-one of them; gzip, the last, is the documented rest: what is compressed or encrypted is not recognised. */
export const TRANSFORMS: readonly Transform[] = [
  text('as it is', (secret) => secret),
  text('base64', base64),
  text('echo | base64', (secret) => base64(`${secret}\n`)),
  text('base64 after one character', (secret) => base64(`:${secret}:x`)),
  text('base64 after two characters', (secret) => base64(`a:${secret}`)),
  text('base64url', (secret) => Buffer.from(secret).toString('base64url')),
  text('base64 folded', (secret) => base64(secret).replaceAll(/(.{12})/gu, '$1\n')),
  text('base64 twice', (secret) => base64(base64(secret))),
  text('base32', (secret) => base32(secret)),
  text('base32 in small letters', (secret) => base32(`x${secret}`).toLowerCase()),
  text('hex', (secret) => each(secret, hex)),
  text('HEX', (secret) => each(secret, hex).toUpperCase()),
  text('hex with colons', (secret) => each(secret, (byte) => `${hex(byte)}:`)),
  text('xxd', xxd),
  text('hex of 16-bit words', (secret) =>
    [...secret.matchAll(/(.)(.?)/gu)].map(([, a, b = '']) => each(b + a, hex)).join(' '),
  ),
  text('octal escapes', (secret) => each(secret, (byte) => `\\${byte.toString(8).padStart(3, '0')}`)),
  text('\\x escapes', (secret) => each(secret, (byte) => `\\x${hex(byte)}`)),
  text('percent, every byte', (secret) => each(secret, (byte) => `%${hex(byte).toUpperCase()}`)),
  text('encodeURIComponent', (secret) => encodeURIComponent(secret)),
  text('JSON in JSON', (secret) => JSON.stringify(JSON.stringify({ token: secret }))),
  text('\\u escapes', (secret) => each(secret, (byte) => `\\u00${hex(byte)}`)),
  text('HTML entities', (secret) => each(secret, (byte) => `&#${byte};`)),
  { name: 'UTF-16, low byte first', apply: (secret) => Buffer.from(secret, 'utf16le') },
  { name: 'UTF-16, high byte first', apply: (secret) => Buffer.from(secret, 'utf16le').swap16() },
  text('reversed', (secret) => letters(secret).toReversed().join('')),
  text('rot13', (secret) => secret.replaceAll(/[a-z]/giu, (letter) => rotate(letter))),
  text('spaced out', (secret) => letters(secret).join(' ')),
  text('coloured letter by letter', (secret) =>
    letters(secret)
      .map((letter) => `\u001B[3${letter.length}m${letter}\u001B[0m`)
      .join(''),
  ),
  text('folded', (secret) => secret.replaceAll(/(.{9})/gu, '$1\r\n  ')),
  text('its first two thirds', (secret) => secret.slice(0, Math.ceil((secret.length * 2) / 3))),
  { name: 'gzip', apply: (secret) => gzipSync(secret) },
];

/** A kind of token: what it begins with for everybody to know, and a fresh one. */
export interface TokenKind {
  readonly name: string;
  readonly prefix: string;
  readonly make: () => string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const random = (length: number, alphabet = LETTERS) =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
const kind = (name: string, prefix: string, body: () => string): TokenKind => ({
  name,
  prefix,
  make: () => prefix + body(),
});

export const TOKEN_KINDS: readonly TokenKind[] = [
  kind('GitHub classic', 'ghp_', () => random(36)),
  kind('GitHub app', 'ghs_', () => `${random(12)}.${random(40, `${LETTERS}_-.`)}`),
  kind('OpenAI', 'sk-proj-', () => random(80, `${LETTERS}_-`)),
  kind('Anthropic', 'sk-ant-api03-', () => random(93, `${LETTERS}_-`)),
  kind('of nobody known', '', () => randomBytes(30).toString('base64')),
];

/** A transformed secret, and another of the same kind transformed likewise: what both begin with is public. */
export interface Printed {
  readonly transformed: Buffer;
  readonly ordinary: Buffer;
  /** Of the secret, in characters. */
  readonly length: number;
}

/** Whether as much as eight characters of a secret make survives in a row, without what all tokens of its kind begin with. */
export function leaks(output: Buffer, { transformed, ordinary, length }: Printed): boolean {
  const window = Math.ceil((transformed.length / length) * 8);
  const first = transformed.findIndex((byte, index) => byte !== ordinary[index]);
  // Reversed, the beginning comes last.
  const after = transformed.findLastIndex((byte, index) => byte !== ordinary[index]) + 1;
  for (let at = first; at + window <= after; at += 1)
    if (output.includes(transformed.subarray(at, at + window))) return true;
  return false;
}

function base32(secret: string): string {
  const bits = each(secret, (byte) => byte.toString(2).padStart(8, '0'));
  const groups = bits.match(/.{1,5}/gu) ?? [];
  return groups
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('');
}

function xxd(secret: string): string {
  const bytes = Buffer.from(secret);
  // The last line, with less than eight characters, and the text beside the digits would blur the measure.
  const line = (at: number) =>
    (
      bytes
        .subarray(at, at + 16)
        .toString('hex')
        .match(/.{1,4}/gu) ?? []
    ).join(' ');
  return Array.from({ length: Math.floor(bytes.length / 16) }, (_, index) => line(index * 16)).join(
    '  |\n: ',
  );
}

function rotate(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const first = code < 97 ? 65 : 97;
  return String.fromCodePoint(((code - first + 13) % 26) + first);
}
