const LEAST_CHARS = 8;
const LEAST_CHARS_OF_WORDS = 20;
const LEAST_DIGITS = 16;
const SEPARATORS = /[-_. ]/gu;
/** Words, perhaps with a year or a number behind them. */
const WORDS = /^[a-z]+[0-9]{0,4}$/u;
const DIGITS = /^[0-9]*$/u;

/**
 * Whether a secret cannot be told from ordinary text: masking `postgres`, `local-dev` or `12345678` wherever it stands would hide no
 * secret, but spoil every log and refuse every document that speaks of it. The tool's own name, which begins every branch, is one.
 */
export function isGuessable(secret: string): boolean {
  const plain = secret.replaceAll(SEPARATORS, '').toLowerCase();
  return (
    secret.length < LEAST_CHARS ||
    (plain.length < LEAST_CHARS_OF_WORDS && WORDS.test(plain)) ||
    (plain.length < LEAST_DIGITS && DIGITS.test(plain))
  );
}
