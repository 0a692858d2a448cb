/** Documents show what a token looks like with these. */
const PLACEHOLDER = /your|example|placeholder|changeme|token_here/iu;
const SAME_CHARACTER = /(.)\1{5}/u;
const HEX = /[0-9a-f]{24}/iu;
/** Where letters and digits meet; names have a version or two, no more. */
const BORDERS = /[a-z](?=[0-9])|[0-9](?=[a-z])/giu;
const LEAST_BORDERS = 4;
const LONG = 30;
const LEAST_DIFFERENT = 8;
const LEAST_DIFFERENT_LONG = 10;

/** What the letters of a token are by its form: of both cases with digits, large ones with digits, or letters only. */
export type TokenLetters = 'mixed' | 'large' | 'only';

/**
 * Whether what stands behind the prefix of a token is by chance rather than a placeholder such as `xxxx` or `your-token-here`. A text
 * with a placeholder is masked like any other, but no reason to refuse a document.
 */
export function isRealToken(body: string, letters: TokenLetters): boolean {
  if (PLACEHOLDER.test(body) || SAME_CHARACTER.test(body)) return false;
  const least = body.length >= LONG ? LEAST_DIFFERENT_LONG : LEAST_DIFFERENT;
  if (new Set(body).size < least) return false;
  // Words put together have no two large letters in a row.
  if (letters === 'only') return hasBothCases(body) && /[A-Z]{2}/u.test(body);
  if (!/[0-9]/u.test(body)) return false;
  return letters === 'large' || hasBothCases(body) || HEX.test(body) || isInterspersed(body);
}

function hasBothCases(text: string): boolean {
  return /[a-z]/u.test(text) && /[A-Z]/u.test(text);
}

function isInterspersed(text: string): boolean {
  return Array.from(text.matchAll(BORDERS)).length >= LEAST_BORDERS;
}
