/** What stands where a secret stood. */
export const REDACTED = '***REDACTED***';

/** Up to the last at sign before the path: a password may hold one. */
const URL_USERINFO = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/'"]+@/giu;

/** Replace the user name and password of every URL in a text. */
export function redactUrls(text: string): string {
  return text.replaceAll(URL_USERINFO, `$1${REDACTED}@`);
}
