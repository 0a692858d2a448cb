import { domainToASCII } from 'node:url';

/** Why a tunnel was not opened for the name an agent gave. */
export type AuthorityRefusal = 'malformed' | 'port_not_allowed' | 'ip_literal' | 'not_in_list';

/** A host that may be reached, in its one spelling, or why it may not. */
export type AuthorityVerdict =
  | { readonly isAllowed: true; readonly host: string }
  | { readonly isAllowed: false; readonly reason: AuthorityRefusal };

/** The only port: what is not TLS cannot be judged by the name in its first message. */
export const EGRESS_PORT = 443;

const AUTHORITY_MAX_CHARS = 512;
const HOST_MAX_CHARS = 253;
/** Nothing that means more in a URL than a letter of a name; `%` would be decoded by whoever normalises. */
const AUTHORITY = /^(?<host>[^\s:/?#@[\]\\%]+):(?<port>\d{1,5})$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
/** What the WHATWG's URL standard reads as the end of an IPv4 address, in any base. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/u;

/** Judge the `host:port` of a CONNECT request by a list of normal names (`normalEntry`). */
export function judgeAuthority(authority: string, allowed: readonly string[]): AuthorityVerdict {
  if (authority.length > AUTHORITY_MAX_CHARS) return refused('malformed');
  if (/^\[.*\](?::\d*)?$/u.test(authority)) return refused('ip_literal');
  const { host, port } = AUTHORITY.exec(authority)?.groups ?? {};
  if (host === undefined) return refused('malformed');
  if (port !== String(EGRESS_PORT)) return refused('port_not_allowed');
  const normal = normalHost(host);
  if (normal === undefined) return refused(isAddress(host) ? 'ip_literal' : 'malformed');
  return isListed(normal, allowed) ? { isAllowed: true, host: normal } : refused('not_in_list');
}

/**
 * The one spelling of a name: lower case, punycode, without the dot of the root. `undefined` for what is no name, addresses in all
 * their spellings included.
 */
export function normalHost(host: string): string | undefined {
  if (/[\s:/?#@[\]\\%]/u.test(host) || isNumeric(host)) return undefined;
  const ascii = withoutRootDot(domainToASCII(host));
  const isName = ascii.length <= HOST_MAX_CHARS && ascii.split('.').every((label) => LABEL.test(label));
  return isName && !isNumeric(ascii) ? ascii : undefined;
}

/** An entry of the list in its one spelling: a name, or a dot and a name for everything below it. */
export function normalEntry(entry: string): string | undefined {
  const isSuffix = entry.startsWith('.');
  const host = normalHost(isSuffix ? entry.slice(1) : entry);
  return host === undefined || !isSuffix ? host : `.${host}`;
}

function isListed(host: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.startsWith('.') ? host.endsWith(entry) : host === entry));
}

/** The same after what a browser does to a name, such as turning digits of other scripts into ours. */
function isAddress(host: string): boolean {
  return isNumeric(host) || isNumeric(domainToASCII(host));
}

/** Whether the last label is a number, so that somebody may read the whole as an address. */
function isNumeric(host: string): boolean {
  return NUMBER.test(withoutRootDot(host.toLowerCase()).split('.').at(-1) ?? '');
}

function withoutRootDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function refused(reason: AuthorityRefusal): AuthorityVerdict {
  return { isAllowed: false, reason };
}
