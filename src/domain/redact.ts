/** What stands where a secret stood. */
export const REDACTED = '***REDACTED***';

const URL_USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/giu;

/** Replace the user name and password of every URL in a text. */
export function redactUrls(text: string): string {
  return text.replaceAll(URL_USERINFO, `$1${REDACTED}@`);
}
