import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';

const git = gitCli(GIT_OPTIONS);

/** Addresses that mean another place than they seem to, or a place nobody should be led to. All are refused. */
const REFUSED = [
  // A user name that looks like a host.
  'https://github.com@evil.example/o/n',
  'https://github.com:443@evil.example/o/n',
  'https://github.com%40evil.example/o/n',
  'https://github.com%2f@evil.example/o/n',
  'https://user:pw@github.com/o/n',
  'https://@github.com/o/n',
  'https://:@github.com/o/n',
  'https://github.com\\@evil.example/o/n',
  'https://evil.example\\@github.com/o/n',
  'https://github.com#@evil.example/o/n',
  'https://github.com?@evil.example/o/n',
  // Slashes that only some parsers see.
  'https:\\\\github.com\\o\\n',
  'https:/github.com/o/n',
  'https:github.com/o/n',
  'https:///github.com/o/n',
  'https:////evil.example/o/n',
  'https://github.com\\o\\n',
  // Numbers that are addresses.
  'https://2130706433/o/n',
  'https://0x7f000001/o/n',
  'https://0x7f.0.0.1/o/n',
  'https://0177.0.0.1/o/n',
  'https://017700000001/o/n',
  'https://127.1/o/n',
  'https://127.0.1/o/n',
  'https://0/o/n',
  'https://127.0.0.1./o/n',
  'https://0xA9FEA9FE/latest/meta-data',
  'https://2852039166/latest/meta-data',
  'https://0251.0376.0251.0376/latest',
  'https://999.1.1.1/o/n',
  // IPv6 that is written in a longer way, or holds an IPv4.
  'https://[::ffff:127.0.0.1]/o/n',
  'https://[::127.0.0.1]/o/n',
  'https://[0:0:0:0:0:0:0:1]/o/n',
  'https://[0000::1]/o/n',
  'https://[::ffff:169.254.169.254]/latest',
  'https://[64:ff9b::127.0.0.1]/o/n',
  'https://[::1%25eth0]/o/n',
  'https://[::1/o/n',
  'http://[::ffff:7f00:1]/o/n',
  // Other schemes, and programs.
  'http://github.com/o/n',
  'http://169.254.169.254/latest/meta-data',
  'http://0.0.0.0/o/n',
  'http://127.0.0.2/o/n',
  'http://localhost.evil.example/o/n',
  'HTTP://EVIL.example/o/n',
  'file://evil.example/o/n',
  'file://github.com/o/n',
  'FILE://evil.example/etc/passwd',
  'file:///etc/passwd?x',
  'ext::sh -c id% >&2',
  'EXT::sh -c id',
  'ext://sh -c id',
  'fd::17/foo',
  'testgit::/o/n',
  'ssh://-oProxyCommand=id/o/n',
  'ssh://git@github.com/o/n',
  'SSH://github.com/o/n',
  'git+ssh://github.com/o/n',
  'git@github.com:o/n',
  'github.com:o/n',
  '-oProxyCommand=id:o/n',
  'git://github.com/o/n',
  'GIT://github.com/o/n',
  'ftp://github.com/o/n',
  'ftps://github.com/o/n',
  'gopher://127.0.0.1:6379/_x',
  'dict://127.0.0.1:11211/',
  'ldap://127.0.0.1/',
  'javascript://github.com/%0aid',
  'data:text/plain,x',
  // Characters that are dropped, folded or end a line.
  'https://github.com\t.evil.example/o/n',
  'https://git\nhub.com/o/n',
  'https://github.com/o/n\r\nHost: evil.example',
  'https://github.com /o/n',
  ' https://evil.example/o/n',
  'https://github.com/o/n ',
  'https://github.com\0.evil.example/o/n',
  'https://gith\u{AD}ub.com/o/n',
  'https://github\u{3002}com/o/n',
  'https://github\u{FF0E}com/o/n',
  'https://ｇithub.com/o/n',
  'https://g\u{131}thub.com/o/n',
  'https://githu\u{4CF}.com/o/n',
  'https://\u{2460}27.0.0.1/o/n',
  'https://github.com\u{FF0F}evil.example/o/n',
  'https://%67ithub.com/o/n',
  'https://github%2ecom/o/n',
  'https://github.com%00.evil.example/o/n',
  'https://github.com%09/o/n',
  // Ports and dots.
  'https://github.com:/o/n',
  'https://github.com:0443/o/n',
  'https://github.com:443443/o/n',
  'https://github.com:44a/o/n',
  'https://github.com./o/n',
  'https://.github.com/o/n',
  'https://github..com/o/n',
  'https://-github.com/o/n',
  'https://./o/n',
  'https://*.github.com/o/n',
  // Paths, queries and fragments.
  'https://github.com/../o/n',
  'https://github.com/o/n/..',
  'https://github.com/o/%2e%2e/n',
  'https://evil.example/o/%2E%2e/n',
  'https://evil.example/o/.%2e/n',
  'https://evil.example/o%2fn',
  'https://evil.example/o%5cn',
  'https://evil.example/o%0an',
  'https://github.com/o/n?service=x',
  'https://github.com/o/n#main',
  'https://github.com/o/n?',
  'https://github.com/o/n#',
];

/** Addresses that are what they say: taken, for exactly the host that is written, which no login of the forge belongs to. */
const HARMLESS = [
  ['https://github.com.evil.example/o/n', 'github.com.evil.example'],
  ['https://evil.example/github.com/o/n', 'evil.example'],
  ['https://evil.example/https://github.com/o/n', 'evil.example'],
  ['https://github-com.evil.example/o/n.git', 'github-com.evil.example'],
  ['https://xn--gthub-cta.com/o/n', 'xn--gthub-cta.com'],
  ['https://GITHUB.COM.EVIL.EXAMPLE/o/n', 'github.com.evil.example'],
  ['https://www.github.com/o/n', 'www.github.com'],
  ['https://github.com:8443/o/n', 'github.com:8443'],
  ['https://github.com:80/o/n', 'github.com:80'],
  ['https://127.0.0.1/o/n', '127.0.0.1'],
  ['https://10.0.0.1:3000/o/n', '10.0.0.1:3000'],
  ['https://[::1]/o/n', '[::1]'],
  ['https://localhost/o/n', 'localhost'],
  ['https://evil.example/o/n@github.com', 'evil.example'],
] as const;

describe('an address', () => {
  it.each(REFUSED)('%j is refused', async (name) => {
    await expect(git.canonicalRepository(name, '/nonexistent')).rejects.toMatchObject({
      code: 'repository_invalid',
    });
  });

  it.each(HARMLESS)('%s is taken for the host %s', async (name, host) => {
    const canonical = await git.canonicalRepository(name, '/nonexistent');
    const { protocol, host: parsed, origin } = new URL(canonical);
    expect([protocol, parsed]).toEqual(['https:', host]);
    expect(origin).not.toBe('https://github.com');
  });
});
