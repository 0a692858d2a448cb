const LEAST_CHARS = 8;
const LEAST_CHARS_OF_ONE_KIND = 16;
const ONE_KIND = /^(?:[a-z]*|[A-Z]*|[0-9]*)$/u;

/**
 * Whether a secret cannot be told from ordinary text: masking `postgres` or `12345678` wherever it stands would hide no secret, but
 * spoil every log and refuse every document that speaks of it.
 */
export function isGuessable(secret: string): boolean {
  return secret.length < LEAST_CHARS || (secret.length < LEAST_CHARS_OF_ONE_KIND && ONE_KIND.test(secret));
}
