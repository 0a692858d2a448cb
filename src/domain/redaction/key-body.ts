/** The body of the shortest key there is, Ed25519 in PKCS #8, has 64; a text that only speaks of keys holds less. */
const LEAST_CHARS = 40;
/** Base64 of that length uses about twice as many. */
const LEAST_DIFFERENT = 10;
/** Of base64, one pair of neighbours in six is two small letters; of words, most are. */
const WORDS_SHARE = 0.4;
/** With prefixes of lines, quotes and what joins strings, so much of a body may be something else. */
const OTHER_SHARE = 0.5;

const STRONG_RUN = /[0-9A-Za-z+/]{40,}/gu;
/** What parts the pieces of a key that was folded, is shorter than what stands between other things. */
const MERGED_RUN = /[0-9A-Za-z+/=]+(?:[^0-9A-Za-z+/=]{1,4}[0-9A-Za-z+/=]+)*/gu;
const NOT_BASE64 = /[^0-9A-Za-z+/]+/gu;
const HEX_WORD = /(?<![0-9A-Za-z+/])(?:[0-9a-f]{16,}|[0-9A-F]{16,})(?![0-9A-Za-z+/])/gu;
const HEADER = /^\W*[A-Z][0-9A-Za-z-]*: /u;
/** Groups of a key may look like words; of the same length, they do not count. */
const WORDS = /(?<![0-9A-Za-z+/])[A-Za-z][a-z]+ [A-Za-z][a-z]+(?![0-9A-Za-z+/=])/gu;
const ESCAPE =
  /\\+u00(?<unicode>[0-9A-Fa-f]{2})|%(?:25)?(?<percent>[0-9A-Fa-f]{2})|&#(?:[xX](?<hex>[0-9A-Fa-f]{2,4})|(?<decimal>\d{2,3}));/gu;
const HEX = 16;

/** What stands behind the line that begins a key: one, only a mention of it, or what more text will show. */
export type Judgement = 'key' | 'mention' | 'open';

/** Judge the text behind the marker that begins a key: up to the one that ends it (`whole`), or as far as it is known. */
export function judgeKeyBody(body: string, isWhole: boolean): Judgement {
  const lines = decoded(body).split('\n');
  const full = isWhole ? lines : lines.slice(0, -1);
  if (full.some((line) => !isStrong(line) && isProse(line))) return 'mention';
  const material = lines
    .filter((line) => isStrong(line) || !(HEADER.test(line) || isProse(line)))
    .join('\n')
    .replaceAll(HEX_WORD, '');
  const pieces = isWhole ? [mostly(material)] : Array.from(material.matchAll(MERGED_RUN), ([run]) => run);
  if (pieces.some((piece) => isMaterial(piece.replaceAll(NOT_BASE64, '')))) return 'key';
  return isWhole ? 'mention' : 'open';
}

/** Nothing where too much of it is something else than base64. */
function mostly(material: string): string {
  const base64 = material.replaceAll(NOT_BASE64, '');
  const others = material.replaceAll(/[\s=]/gu, '').length - base64.length;
  return others <= base64.length * OTHER_SHARE ? base64 : '';
}

/** Whether a line holds so much of a key at once that nothing else in it matters. */
function isStrong(line: string): boolean {
  return Array.from(line.matchAll(STRONG_RUN)).some(([run]) => isMaterial(run));
}

function isProse(line: string): boolean {
  if (HEADER.test(line)) return false;
  return Array.from(line.matchAll(WORDS)).some(([two]) => two.indexOf(' ') !== (two.length - 1) / 2);
}

/** Whether characters of base64 are by chance: neither few, nor hex, nor words, paths or the like. */
function isMaterial(base64: string): boolean {
  if (base64.length < LEAST_CHARS || new Set(base64).size < LEAST_DIFFERENT) return false;
  if (![/[a-z]/u, /[A-Z]/u, /[0-9+]/u].every((kind) => kind.test(base64))) return false;
  return Array.from(base64.matchAll(/[a-z](?=[a-z])/gu)).length < base64.length * WORDS_SHARE;
}

/** Without the escapes of JSON, URLs and HTML; white space as one character. */
function decoded(body: string): string {
  return body
    .replaceAll(ESCAPE, (_, ...others) => {
      const { unicode, percent, hex, decimal } = others.at(-1);
      const code = decimal === undefined ? Number.parseInt(unicode ?? percent ?? hex, HEX) : Number(decimal);
      return String.fromCodePoint(code);
    })
    .replaceAll(/\\+\//gu, '/')
    .replaceAll(/\s*(?:\\+[rn]|[\r\n])\s*/gu, '\n')
    .replaceAll(/[^\S\n]+/gu, ' ');
}
