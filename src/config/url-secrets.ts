import { isGuessable } from '../domain/redaction/guessable.ts';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//iu;
const SECRET_PARAMETERS = new Set(['password', 'sslpassword']);
/** A user name of that length is a token, whatever the password. */
const TOKEN_MIN_CHARS = 20;
/** Without a password, so is a shorter one unless it is made of words. */
const LONE_TOKEN_MIN_CHARS = 12;
/** Everybody writes these where a token takes the place of the other half. */
const PUBLIC_WORDS = new Set(['x-oauth-basic', 'x-access-token', 'oauth2']);

/**
 * What nobody may see of a URL, which may lack its scheme, as proxies are often given: the password, passwords in the query, and a
 * token in the place of the user name. Each as it is written and, where that differs, as it is meant.
 */
export function urlSecrets(url: string): readonly string[] {
  const rest = url.trim().replace(SCHEME, '');
  const { user, password } = userinfoOf(rest, isWellFormed(url));
  const token = isToken(user, password) ? [user] : [];
  const written = [password, ...token].flatMap((value) => [value, decoded(value)]);
  const inQuery = parametersOf(rest).flatMap((value) => [
    value,
    decoded(value),
    decoded(value.replaceAll('+', ' ')),
  ]);
  return [...new Set([...written, ...inQuery])].filter((value) => value !== '' && !PUBLIC_WORDS.has(value));
}

function isToken(user: string, password: string): boolean {
  if (user.length >= TOKEN_MIN_CHARS) return true;
  const isAlone = password === '' || PUBLIC_WORDS.has(password);
  return isAlone && user.length >= LONE_TOKEN_MIN_CHARS && !isGuessable(user);
}

/** By hand, since a URL class changes what it reads, and refuses what other programs take. */
function userinfoOf(rest: string, isStrict: boolean): { readonly user: string; readonly password: string } {
  const authority = /^[^/?#]*/u.exec(rest)?.[0] ?? '';
  // A password with a slash makes no proper URL; what it is meant to be is plain nevertheless.
  const place = authority.includes('@') || isStrict ? authority : rest;
  const userinfo = place.slice(0, Math.max(place.lastIndexOf('@'), 0));
  const [user = '', ...others] = userinfo.split(':');
  return { user, password: others.join(':') };
}

function isWellFormed(url: string): boolean {
  return URL.canParse(SCHEME.test(url) ? url : `http://${url}`);
}

function parametersOf(rest: string): readonly string[] {
  const query = /^[^?#]*\?([^#]*)/u.exec(rest)?.[1] ?? '';
  return query.split('&').flatMap((parameter) => {
    const [name = '', ...others] = parameter.split('=');
    return SECRET_PARAMETERS.has(decoded(name).toLowerCase()) ? [others.join('=')] : [];
  });
}

/** As it is where it cannot be decoded: `50%off`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
