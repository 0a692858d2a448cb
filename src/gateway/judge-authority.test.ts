import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';

import { judgeAuthority, normalEntry, normalHost } from './judge-authority.ts';

const LIST = ['example.com', '.example.org', 'xn--bcher-kva.de', 'a.b.c.example.net', 'localhost', 'x-1.io'];
const LONG = `${'a'.repeat(63)}.example.org`;

const ALLOWED: readonly (readonly [authority: string, host: string])[] = [
  ['example.com:443', 'example.com'],
  ['EXAMPLE.com:443', 'example.com'],
  ['eXaMpLe.CoM:443', 'example.com'],
  ['example.com.:443', 'example.com'],
  ['EXAMPLE.COM.:443', 'example.com'],
  ['a.example.org:443', 'a.example.org'],
  ['a.b.example.org:443', 'a.b.example.org'],
  ['A.B.Example.ORG.:443', 'a.b.example.org'],
  ['1.example.org:443', '1.example.org'],
  ['127.0.0.1.example.org:443', '127.0.0.1.example.org'],
  ['xn--a-b.example.org:443', 'xn--a-b.example.org'],
  ['bücher.de:443', 'xn--bcher-kva.de'],
  ['BÜCHER.de:443', 'xn--bcher-kva.de'],
  ['bu\u0308cher.de:443', 'xn--bcher-kva.de'],
  ['xn--bcher-kva.de:443', 'xn--bcher-kva.de'],
  ['XN--BCHER-KVA.DE.:443', 'xn--bcher-kva.de'],
  ['a.b.c.example.net:443', 'a.b.c.example.net'],
  ['localhost:443', 'localhost'],
  ['x-1.io:443', 'x-1.io'],
  [`${LONG}:443`, LONG],
  ['ｅxample.com:443', 'example.com'],
  ['example。com:443', 'example.com'],
  ['exam\u00ADple.com:443', 'example.com'],
];

const MALFORMED = [
  '',
  ':',
  ':443',
  'example.com',
  'example.com:',
  'example.com: 443',
  ' example.com:443',
  'example.com :443',
  'example.com:443 ',
  'example.com:443\n',
  'example.com\n:443',
  'example.com\r\nHost: evil.test:443',
  'example.com\0:443',
  'example.com\0.evil.test:443',
  'example.com\t:443',
  'example.com:+443',
  'example.com:-443',
  'example.com:0x1bb',
  'example.com:4e2',
  'example.com:44３',
  'example.com:443:443',
  'example.com:80:443',
  'example.com:443/',
  'example.com/:443',
  'example.com:443/path',
  'example.com:443?q',
  'example.com?:443',
  'example.com#:443',
  'example.com:443#',
  'https://example.com:443',
  'http://example.com:443',
  '//example.com:443',
  'user@example.com:443',
  'user:pw@example.com:443',
  'example.com@evil.test:443',
  'example.com:443@evil.test:443',
  'evil.test\\@example.com:443',
  'example.com\\:443',
  'example.com\\.evil.test:443',
  '%65xample.com:443',
  'example%2ecom:443',
  'example.com%00:443',
  'example.com%2f:443',
  '.example.com:443',
  'example..com:443',
  'example.com..:443',
  '..:443',
  '.:443',
  '-example.com:443',
  'example-.com:443',
  '-.example.org:443',
  'a_b.example.org:443',
  '*.example.org:443',
  'exa mple.com:443',
  'example,com:443',
  'example;com:443',
  "example'.com:443",
  'example".com:443',
  '$(id).example.org:443',
  '`id`.example.org:443',
  'example.com|evil:443',
  '<example.com>:443',
  `${'a'.repeat(64)}.example.org:443`,
  `${'a.'.repeat(130)}example.org:443`,
  `${'a'.repeat(600)}:443`,
  'example.com:000443',
  '[:443',
  ']:443',
  '[::1:443',
  '::1]:443',
  '::1:443',
  '::ffff:127.0.0.1:443',
  'fe80::1%eth0:443',
  'exam\u200Bple\u2028.com:443',
];

const OTHER_PORTS = [
  'example.com:80',
  'example.com:0',
  'example.com:22',
  'example.com:442',
  'example.com:444',
  'example.com:4430',
  'example.com:8443',
  'example.com:65535',
  'example.com:65979',
  'example.com:99999',
  'example.com:0443',
  'example.com:00443',
  '127.0.0.1:80',
];

const LITERALS = [
  '127.0.0.1:443',
  '127.0.0.1.:443',
  '10.0.0.1:443',
  '169.254.169.254:443',
  '8.8.8.8:443',
  '0.0.0.0:443',
  '255.255.255.255:443',
  '127.1:443',
  '127.0.1:443',
  '2130706433:443',
  '0:443',
  '0x7f000001:443',
  '0X7F000001:443',
  '0x7f.1:443',
  '0x7f.0x0.0x0.0x1:443',
  '0177.0.0.1:443',
  '017700000001:443',
  '0300.0250.0.1:443',
  '1.2.3.4.5:443',
  '256.256.256.256:443',
  '999999999999:443',
  'example.com.1:443',
  'example.org.0x:443',
  'example.org.0xff:443',
  'a.example.org.08:443',
  '１２７.０.０.１:443',
  '①②⑦.0.0.1:443',
  '127。0。0。1:443',
  '[::1]:443',
  '[::]:443',
  '[::ffff:127.0.0.1]:443',
  '[::ffff:7f00:1]:443',
  '[0:0:0:0:0:ffff:a9fe:a9fe]:443',
  '[2001:db8::1]:443',
  '[fe80::1%25eth0]:443',
  '[64:ff9b::7f00:1]:443',
  '[127.0.0.1]:443',
  '[example.com]:443',
  '[::1]',
  '[]:443',
];

const UNLISTED = [
  'evil.test:443',
  'example.org:443',
  'example.org.:443',
  'wwwexample.org:443',
  'www.example.com:443',
  'notexample.com:443',
  'example.com.evil.test:443',
  'example.co:443',
  'xexample.com:443',
  'a.example.org.evil.test:443',
  'b.c.example.net:443',
  'c.example.net:443',
  'z.a.b.c.example.net:443',
  'bucher.de:443',
  'xn--bcher-kvb.de:443',
  'ехample.com:443',
  'com:443',
  'org:443',
  'metadata.google.internal:443',
  'host.docker.internal:443',
  'kubernetes.default.svc:443',
];

describe('a host of the list', () => {
  it.each(ALLOWED)('may be reached: %j', (authority, host) => {
    expect(judgeAuthority(authority, LIST)).toEqual({ isAllowed: true, host });
  });
});

describe.each([
  ['malformed', MALFORMED],
  ['port_not_allowed', OTHER_PORTS],
  ['ip_literal', LITERALS],
  ['not_in_list', UNLISTED],
] as const)('what is %s', (reason, authorities) => {
  it.each(authorities)('may not: %j', (authority) => {
    expect(judgeAuthority(authority, LIST)).toEqual({ isAllowed: false, reason });
  });
});

it('an empty list allows nothing', () => {
  expect(ALLOWED.filter(([authority]) => judgeAuthority(authority, []).isAllowed)).toEqual([]);
});

it.each([
  ['Example.COM.', 'example.com'],
  ['.Example.com', '.example.com'],
  ['.bücher.de', '.xn--bcher-kva.de'],
  ['*.example.com', undefined],
  ['..example.com', undefined],
  ['.', undefined],
  ['', undefined],
  ['.1', undefined],
  ['10.0.0.1', undefined],
  ['example.com:443', undefined],
  ['https://example.com', undefined],
])('the entry %j is %j', (entry, normal) => {
  expect(normalEntry(entry)).toBe(normal);
});

/** What a browser makes of the text, and a library that knows addresses. */
function oracle(authority: string): string | undefined {
  const url = URL.parse(`https://${authority}`);
  if (url === null || url.port !== '' || `${url.username}${url.password}${url.search}${url.hash}` !== '')
    return undefined;
  const isAddress = url.hostname.startsWith('[') || ipaddr.isValid(url.hostname);
  return isAddress || url.pathname !== '/' ? undefined : url.hostname.replace(/\.$/u, '');
}

const character = fc.constantFrom(
  ...Array.from('abcxyzABCXYZ0123456789-_.:@/\\?#%[]()\0\t\n ﻿。．é１ａ'),
  '\u00AD',
  '\u200B',
  '0x',
  'xn--',
  '%2e',
  '..',
);
const label = fc.string({ unit: character, maxLength: 8 });
const piece = fc.oneof(
  label,
  fc.constantFrom('example.com', 'a.example.org', 'example', 'com', '127', '0x7f', '::1', '[', ']'),
  fc.ipV4(),
  fc.ipV6(),
  fc.domain(),
);
const authorities = fc
  .tuple(
    fc.array(piece, { maxLength: 4 }),
    fc.constantFrom('', '.', ':'),
    fc.constantFrom(':443', ':80', ':443:443', '', ':0443'),
  )
  .map(([pieces, glue, port]) => pieces.join(glue) + port);

describe('whatever is asked for', () => {
  it('is let through only as the host a browser would go to too', () => {
    fc.assert(
      fc.property(authorities, (authority) => {
        const host = normalHost(authority.replace(/:443$/u, ''));
        const verdict = judgeAuthority(authority, [...LIST, ...(host === undefined ? [] : [host])]);
        if (!verdict.isAllowed) return;
        expect(verdict.host).toBe(oracle(authority));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is let through when it is a name of the list, in any case', () => {
    fc.assert(
      fc.property(fc.domain(), fc.boolean(), fc.constantFrom('', '.'), (domain, isUpper, dot) => {
        const authority = `${isUpper ? domain.toUpperCase() : domain}${dot}:443`;
        expect(judgeAuthority(authority, [domain.toLowerCase()])).toEqual({
          isAllowed: true,
          host: domain.toLowerCase(),
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
