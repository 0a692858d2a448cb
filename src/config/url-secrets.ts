const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//iu;
const SECRET_PARAMETERS = new Set(['password', 'sslpassword']);
/** A user name of that length without a password is a token. */
const TOKEN_MIN_CHARS = 20;

/**
 * What nobody may see of a URL, which may lack its scheme, as proxies are often given: the password, passwords in the query, and a
 * token that stands for user name and password. Each as it is written and, where that differs, as it is meant.
 */
export function urlSecrets(url: string): readonly string[] {
  const rest = url.trim().replace(SCHEME, '');
  const { user, password } = userinfoOf(rest, isWellFormed(url));
  const token = password === '' && user.length >= TOKEN_MIN_CHARS ? [user] : [];
  const written = [password, ...token].flatMap((value) => [value, decoded(value)]);
  const inQuery = parametersOf(rest).flatMap((value) => [
    value,
    decoded(value),
    decoded(value.replaceAll('+', ' ')),
  ]);
  return [...new Set([...written, ...inQuery])].filter((value) => value !== '');
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
