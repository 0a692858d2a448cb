import { toByteString } from './byte-string.ts';
import { base32Cores, base64Cores, digitsOf, rot13, swapPairs } from './encodings.ts';

/** The forms in which a secret may come out, as byte strings. */
export interface SecretVariants {
  /** Forms with many different characters: eight of them in a row are no accident. */
  readonly texts: readonly string[];
  /** Forms made of digits: ordinary text holds eight in a row that happen to be the same, so it takes twelve. */
  readonly digits: readonly string[];
  /** Forms whose every second byte is zero: it takes twenty to hold as many as five characters of the secret. */
  readonly wide: readonly string[];
}

/**
 * Beginnings of tokens that say only what kind they are. Text that mentions them gives nothing away, so no form is made of
 * them; the longest that fits is left out.
 */
const PUBLIC_PREFIXES = [
  'github_pat_',
  'ghp_',
  'gho_',
  'ghu_',
  'ghs_',
  'ghr_',
  'glpat-',
  'sk-ant-api03-',
  'sk-ant-',
  'sk-proj-',
  'sk-svcacct-',
  'sk-',
  'xoxb-',
  'xoxp-',
  'AKIA',
  'AIza',
];

/**
 * Every form this project looks for. What programs add between characters (white space, quotes, backslashes, `%`, colour) is not
 * part of a form: it is taken away from what is searched.
 */
export function secretVariants(secret: string): SecretVariants {
  const body = toByteString(withoutPrefix(secret));
  const bodies = [body, reverse(body), rot13(body), body.toLowerCase(), body.toUpperCase()];
  const base64 = base64Cores(body);
  const wide = toUtf16(body);
  const base32 = base32Cores(body);
  const orders = [body, reverse(body), swapPairs(body), swapPairs(body.slice(1))];
  const hex = orders.map((order) => digitsOf(order, 16));
  return {
    texts: [
      ...bodies,
      ...escaped(body),
      ...[...base64, ...base64.flatMap(base64Cores)].flatMap((text) => [text, toUrlAlphabet(text)]),
      ...base32.flatMap((text) => [text, text.toLowerCase()]),
      ...base64.map(reverse),
    ],
    digits: [...hex, ...hex.map((text) => text.toUpperCase()), digitsOf(body, 8), digitsOf(body, 10)],
    // The other order of UTF-16 is the same but for its first zero.
    wide: [...base64Cores(wide), digitsOf(wide, 16), digitsOf(wide, 16).toUpperCase()],
  };
}

/** A secret without the beginning that only tells its kind. */
function withoutPrefix(secret: string): string {
  return secret.slice(PUBLIC_PREFIXES.find((prefix) => secret.startsWith(prefix))?.length ?? 0);
}

/** As others write it where it holds characters that mean something to them. */
function escaped(body: string): readonly string[] {
  const percent = body.replaceAll(
    /[^A-Za-z0-9_.!~*'()-]/gu,
    (character) => `%${digitsOf(character, 16).toUpperCase()}`,
  );
  const html = body
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [percent, percent.toLowerCase(), html, JSON.stringify(body).slice(1, -1)].filter(
    (form) => form !== body,
  );
}

/** Every byte with a zero behind it: UTF-16, as long as all characters are of ASCII. */
function toUtf16(body: string): string {
  return body.replaceAll(/./gsu, '$&\0');
}

function toUrlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function reverse(text: string): string {
  return Array.from(text).toReversed().join('');
}
