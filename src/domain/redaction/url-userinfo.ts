import type { FoundPattern } from './provider-patterns.ts';

/** The kind of what `findUserinfo` finds. */
export const PASSWORD_IN_URL = 'password in a URL';

const SCHEME_END = '://';
const SCHEME_MAX_CHARS = 16;
const USERINFO_MAX_CHARS = 1_000;
/** User name and password end where the path, the query or the fragment begins (RFC 3986). */
const USERINFO = /^[^\s/?#'"<>]+(?=@)/u;
/** People write a name of a host into links of social networks; nobody writes a password like that. */
const HOST_NAME = /^(?:[a-z0-9-]{1,30}\.){1,4}[a-z]{2,12}$/u;
/** Addresses of databases and queues carry passwords as they are, with a slash, a question mark or a hash. */
const DATABASE = /(?:postgres(?:ql)?|mysql2?|mariadb|mssql|sqlserver|rediss?|mongodb(?:\+srv)?|amqps?)$/iu;
/** A user name, a colon, and what is neither a port nor reaches into another URL; with the query left out if that is possible. */
const PASSWORD =
  /^[^\s/?#@'"<>:]*:(?!\d{1,5}[/?#])(?:(?:[^\s?'"<>:]|:(?!\/\/))+|(?:[^\s'"<>:]|:(?!\/\/))+)(?=@)/u;

/** Where a text holds URLs with a user name or password: these two, without the at sign. */
export function findUserinfo(text: string): readonly FoundPattern[] {
  const found: FoundPattern[] = [];
  for (let at = text.indexOf(SCHEME_END); at !== -1; at = text.indexOf(SCHEME_END, at + 1)) {
    const start = at + SCHEME_END.length;
    const rest = text.slice(start, start + USERINFO_MAX_CHARS);
    const isDatabase = DATABASE.test(text.slice(Math.max(at - SCHEME_MAX_CHARS, 0), at));
    const userinfo = ((isDatabase ? PASSWORD.exec(rest) : null) ?? USERINFO.exec(rest))?.[0];
    if (userinfo !== undefined && !HOST_NAME.test(userinfo))
      found.push({ name: PASSWORD_IN_URL, start, end: start + userinfo.length });
  }
  return found;
}
