import { appError, type AppError } from '../domain/app-error.ts';
import { REDACTED } from '../domain/redact.ts';
import { quote } from '../domain/validate.ts';

const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/u;
const NAME = /^(?!\.{1,2}$)(?!.*\.(?:git|lock|wiki)$)[A-Za-z0-9._-]{1,100}$/iu;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const DEFAULT_PORTS: Readonly<Record<string, RegExp>> = { 'https:': /:443$/u, 'http:': /:80$/u };
/** Names of hosts and addresses, as they are written and no other way. */
const HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:]+\])(?::\d+)?$/u;
/** Whatever could be a user name and password, in something that is perhaps no URL at all. */
const POSSIBLE_USERINFO = /^([a-z][a-z0-9+.-]*:\/\/).*@|^.*:.*@/isu;

interface UrlRule {
  readonly isBroken: (url: URL, name: string) => boolean;
  readonly problem: string;
}

/** In order; the first hit is reported. What is left has one reading, whoever parses it. */
const URL_RULES: readonly UrlRule[] = [
  {
    isBroken: (url) => url.username !== '' || url.password !== '',
    problem: 'it holds a user name or password',
  },
  { isBroken: (_, name) => /[?#]/u.test(name), problem: 'it holds a query or a fragment' },
  { isBroken: (_, name) => /[\s\\]/u.test(name), problem: 'it holds white space or a backslash' },
  {
    isBroken: (_, name) => /%(?:[01][0-9a-f]|2e|2f|5c|7f)/iu.test(name),
    problem: 'it holds escaped dots, slashes or control characters',
  },
  {
    isBroken: (url, name) => !HOST.test(url.host) || url.host !== writtenHost(url, name),
    problem: 'its host is not written in the plain form',
  },
];

/** True for `owner/name` as forges have them. */
export function isSlug(text: string): boolean {
  const [owner = '', name = '', ...more] = text.split('/');
  return more.length === 0 && OWNER.test(owner) && NAME.test(name);
}

/**
 * The one form of a URL: `https`, or `http` to this machine, without credentials. One below the forge names a repository of it and
 * loses its `.git`. @throws `repository_invalid`
 */
export function canonicalUrl(forgeUrl: string, name: string): string {
  const url = parseUrl(name);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!isAllowed) throw invalidName(name, `${url.protocol}// is not supported`);
  const broken = URL_RULES.find(({ isBroken }) => isBroken(url, name));
  if (broken !== undefined) throw invalidName(name, broken.problem);
  const plain = url.href.replace(/\/+$/u, '');
  const small = plain.toLowerCase();
  return small === forgeUrl.toLowerCase() || small.startsWith(`${forgeUrl}/`.toLowerCase())
    ? forgeRepository(forgeUrl, plain)
    : plain;
}

/** @throws `repository_invalid` */
export function parseUrl(name: string): URL {
  if (!URL.canParse(name)) throw invalidName(name, 'it is not a valid URL');
  const url = new URL(name);
  if (url.search !== '' || url.hash !== '') throw invalidName(name, 'it holds a query or a fragment');
  return url;
}

/** `repository_invalid` for a name that is shown without the password it may hold. */
export function invalidName(name: string, problem: string, cause?: unknown): AppError {
  return appError('repository_invalid', { repository: quote(hideUserinfo(name)), problem }, cause);
}

/** Before the name is cut to length: what is left of a cut password no longer looks like one. */
export function hideUserinfo(name: string): string {
  return name.replace(POSSIBLE_USERINFO, (_, scheme: string | undefined) => `${scheme ?? ''}${REDACTED}@`);
}

function forgeRepository(forgeUrl: string, plain: string): string {
  const slug = plain.slice(forgeUrl.length + 1).replace(/\.git$/iu, '');
  if (!isSlug(slug)) throw invalidName(plain, `a repository there is named ${forgeUrl}/owner/name`);
  // Forges do not tell capital letters from small ones: two spellings are one repository.
  return `${forgeUrl}/${slug.toLowerCase()}`;
}

/** The host and port as the caller wrote them, in small letters, without the port that goes without saying. */
function writtenHost({ protocol }: URL, name: string): string {
  const written = /^[^:]+:\/\/([^/?#]*)/u.exec(name)?.[1]?.toLowerCase() ?? '';
  return written.replace(DEFAULT_PORTS[protocol] ?? '', '');
}
