import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { createRedactor } from './create-redactor.ts';

const MASK = '***REDACTED***';
const redactor = createRedactor([]);
const encode = (text: string) => new TextEncoder().encode(text);
const [BEGIN, END] = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'];
const DRAWN = [
  generateKeyPairSync('ed25519'),
  generateKeyPairSync('x25519'),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
].map(({ privateKey }) => String(privateKey.export({ type: 'pkcs8', format: 'pem' })).trim());
const PUBLIC = String(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
);
/** With several slashes and pluses, and one with neither. */
const KEYS = [
  ...DRAWN,
  `${BEGIN}\nMC4CAQAwBQYDK2VwBCIEIK/OygRX/kwZKDnpp+w5To2O/54Dt1m+6fcebtsY/hmK\n${END}`,
  `${BEGIN}\nMC4CAQAwBQYDK2VwBCIEIAOygRXCkwZKDnppAw5To2O854Dt1mC6fcebtsYchmKb\n${END}`,
];

const fold = (text: string, width: number, joint: string) =>
  (text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join(joint);
const folded = (key: string, width: number, joint = '\n') =>
  `${BEGIN}\n${fold(bodyOf(key), width, joint)}\n${END}`;

function bodyOf(key: string): string {
  return key.split('\n').slice(1, -1).join('');
}

function toEntities(text: string, newLine: string): string {
  return text
    .replaceAll('/', '&#x2F;')
    .replaceAll('+', '&#43;')
    .replaceAll('=', '&#x3D;')
    .replaceAll('\n', newLine);
}

describe('a short private key', () => {
  it.each([
    ['as it is', (key: string) => key],
    ['for a URL', (key: string) => encodeURIComponent(key)],
    ['for a URL, twice', (key: string) => encodeURIComponent(encodeURIComponent(key).replaceAll('%20', ' '))],
    ['in a form', (key: string) => new URLSearchParams({ key }).toString()],
    ['in JSON', (key: string) => JSON.stringify({ key })],
    ['in JSON of PHP', (key: string) => JSON.stringify({ key }).replaceAll('/', String.raw`\/`)],
    ['in JSON of .NET', (key: string) => JSON.stringify({ key }).replaceAll('+', String.raw`\u002B`)],
    ['in HTML', (key: string) => toEntities(key, '&#10;')],
    ['in HTML with lines', (key: string) => toEntities(key, '<br>\n')],
    ['folded at 16', (key: string) => folded(key, 16)],
    ['folded at 20', (key: string) => folded(key, 20)],
    ['folded at 16, on one line', (key: string) => folded(key, 16, ' ')],
    ['in groups of 4', (key: string) => folded(key, 4, ' ')],
    ['in lines of 4', (key: string) => folded(key, 4)],
    ['in JSON, in groups of 4', (key: string) => JSON.stringify(folded(key, 4))],
    ['as strings of PHP', (key: string) => folded(key, 16, '" .\n    "')],
    ['in a log', (key: string) => key.replaceAll('\n', '\n2026-01-01T10:00:00.000Z stdout F ')],
    ['in a log with words', (key: string) => key.replaceAll('\n', '\n[info] the worker says: ')],
    ['with a header', (key: string) => key.replace('\n', '\nComment: a key of no use\n\n')],
    ['without its end', (key: string) => key.slice(0, -END.length)],
    ['without its end, in groups of 4', (key: string) => folded(key, 4, ' ').slice(0, -END.length)],
    ['broken off', (key: string) => key.slice(0, BEGIN.length + 1 + 45)],
    [
      'as grep shows it',
      (key: string) => key.replace('PRIVATE', '\u001B[01;31m\u001B[KPRIVATE\u001B[m\u001B[K'),
    ],
  ])('is masked %s', (_what, write) => {
    for (const key of KEYS) {
      const text = write(key);
      const redacted = redactor.redact(`before ${text}\n\n***\nafter`);
      expect(redacted).toMatch(/^before .*after$/su);
      expect(redacted).toContain(MASK);
      expect(redacted.length).toBeLessThan(60);
      expect(redactor.find(encode(text))).toMatchObject([{ kind: 'private key', isConclusive: true }]);
    }
  });
});

describe('a text that mentions a marker', () => {
  const paths = [
    'src/main/java/com/example/billing/Keys2/PrivateKeyReader.java',
    'src/test/java/com/example/billing/Keys2/PrivateKeyReader.java',
  ];
  it.each([
    [
      'names classes',
      `begins with \`${BEGIN}\`. Parse it with PKCS8EncodedKeySpec, X509EncodedKeySpec, Ed25519PrivateKey and Base64Decoder.`,
    ],
    ['tells a digest', `Not ${BEGIN}:\n\nsha256 ${'e3b0c44298fc1c149afbf4c8996fb924'.repeat(2)}\n`],
    ['tells two paths', `Not ${BEGIN}:\n\n- ${paths.join('\n- ')}\n`],
    ['shows a certificate', `Not ${BEGIN}\n${PUBLIC.replaceAll('PUBLIC KEY', 'CERTIFICATE')}`],
    ['shows what is no key', `${BEGIN}\n${'x'.repeat(64)}\n${END}`],
    ['shows digits', `${BEGIN}\n${'0123456789abcdef'.repeat(8)}\n${END}`],
    ['says what stands there', `${BEGIN}\nhere goes the base64 of your key, with all of its lines\n${END}`],
    ['says it in one word', `${BEGIN}\nReplaceThisLineWithTheBase64OfYourOwnPrivateKeyPlease\n${END}`],
    ['shows what has a form of its own', `${BEGIN}\n${'{"A1":"b2","Kx":"9Z"},\n'.repeat(12)}${END}`],
    ['is followed by words', `see ${BEGIN}\nand so on\n\n${bodyOf(String(KEYS[0]))}\n`],
  ])('is kept when it %s', (_what, text) => {
    expect(redactor.redact(text)).toBe(text);
    expect(redactor.find(encode(text))).toEqual([]);
  });

  it('does not reach into what is public behind a key that was broken off', () => {
    const key = String(KEYS[2]);
    const open = key.slice(0, -END.length);
    expect(redactor.redact(`${open}${PUBLIC}`)).toBe(`${MASK}\n${PUBLIC}`);
  });
});

describe('a short private key in a stream', () => {
  it.each([1, 2, 3, 5, 7, 16, 63, 64, 65, 300])('is masked in pieces of %s that are flushed', (size) => {
    const input = encode(
      KEYS.flatMap((key) => [
        key,
        folded(key, 4, ' '),
        folded(key, 16, '" .\n    "'),
        `see ${BEGIN} and more`,
      ])
        .map((text) => `first words\n${text}\nlast words\n`)
        .join(''),
    );
    const stream = redactor.stream();
    const out: Uint8Array[] = [];
    for (let at = 0; at < input.length; at += size)
      out.push(stream.write(input.subarray(at, at + size)), stream.flush());
    const text = Buffer.concat([...out, stream.end()]).toString();
    // What went out before the marker was whole gives nothing away.
    expect(text.replaceAll(/-----BEGIN (?:PRIVATE )?(?=\*)/gu, '')).toBe(
      [MASK, MASK, MASK, `see ${BEGIN} and more`]
        .map((line) => `first words\n${line}\nlast words\n`)
        .join('')
        .repeat(KEYS.length),
    );
  });
});
