/**
 * What programs put between the characters of a value. Each of these looks at one place and returns where the value goes on; the same
 * place when nothing of its kind stands there.
 */

const CODE = {
  space: 0x20,
  plus: 0x2b,
  zero: 0x30,
  nine: 0x39,
  firstFinal: 0x40,
  bracket: 0x5b,
  lastFinal: 0x7e,
};
const LINE_NUMBER_MAX_DIGITS = 6;
const SEQUENCE_MAX_BYTES = 64;
/** White space and a quote on each side of a plus: an indented line is no longer than that. */
const CONCATENATION_MAX_BYTES = 64;
/** What parts a number from its line. */
const AFTER_NUMBER = ['\t', ': ', '|', ' |', '\u2192'].map((text) => new TextEncoder().encode(text));
const QUOTES = codesOf('"\'`');
const BEFORE_QUOTE = codesOf(' \t\n\r\\');
/** Soft hyphen, zero-width spaces and joiners, directions, word joiner, byte order mark. */
const INVISIBLE = ['\u00AD', '\u200B', '\u200C', '\u200D', '\u200E', '\u200F', '\u2060', '\uFEFF'].map(
  (character) => new TextEncoder().encode(character),
);

/** What stands before the text of a line: the plus of a diff, or a number (`  12<tab>`, `12: `, `12 | `). */
export function endOfLinePrefix(source: Uint8Array, start: number): number {
  if (source[start] === CODE.plus) return start + 1;
  let at = start;
  while (source[at] === CODE.space) at += 1;
  const first = at;
  while (isDigit(source[at]) && at - first < LINE_NUMBER_MAX_DIGITS) at += 1;
  const after = at === first ? 0 : lengthOfAny(AFTER_NUMBER, source, at);
  return after === 0 ? start : at + after;
}

/** An escape sequence (ECMA-48: CSI, or two characters). */
export function endOfSequence(source: Uint8Array, start: number): number {
  if (source[start + 1] !== CODE.bracket) return start + 2;
  const limit = Math.min(start + SEQUENCE_MAX_BYTES, source.length);
  for (let index = start + 2; index < limit; index += 1) {
    const code = Number(source[index]);
    if (code >= CODE.firstFinal && code <= CODE.lastFinal) return index + 1;
  }
  return start + 2;
}

/** The plus between two strings of a program: `'abc' + "def"`. Every other one may be part of base64. */
export function endOfConcatenation(source: Uint8Array, place: number): number {
  return isQuoteNext(source, place, -1) && isQuoteNext(source, place, 1) ? place + 1 : place;
}

/** A character nobody sees. */
export function endOfInvisible(source: Uint8Array, start: number): number {
  return start + lengthOfAny(INVISIBLE, source, start);
}

function isQuoteNext(source: Uint8Array, place: number, step: 1 | -1): boolean {
  let away = 1;
  while (away < CONCATENATION_MAX_BYTES && BEFORE_QUOTE.has(source[place + away * step])) away += 1;
  return QUOTES.has(source[place + away * step]);
}

/** How long the text of a list is that stands at a place; 0 when none does. */
function lengthOfAny(texts: readonly Uint8Array[], source: Uint8Array, start: number): number {
  return texts.find((bytes) => bytes.every((byte, index) => source[start + index] === byte))?.length ?? 0;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= CODE.zero && code <= CODE.nine;
}

function codesOf(characters: string): ReadonlySet<number | undefined> {
  return new Set(new TextEncoder().encode(characters));
}
