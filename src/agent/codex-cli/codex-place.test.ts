import { expect, it } from 'vitest';

import type { CodexCliOptions } from './codex-cli.ts';
import { codexPlace, codexVariables } from './codex-place.ts';

const OPTIONS: CodexCliOptions = {
  searchPath: '/bin',
  packageDirectory: '/package',
  program: undefined,
  apiKey: 'sk-test',
  model: undefined,
  profile: undefined,
  operatorHome: '/home/me/.codex',
  environmentName: 'staging',
  baseUrl: undefined,
  networkEnv: { HTTPS_PROXY: 'http://u:p@proxy', SSL_CERT_FILE: '/ca.pem' },
};

it.each([
  ['host', undefined],
  ['host', 'http://gateway:8080'],
  ['image', undefined],
  ['image', 'http://gateway:8080'],
] as const)(
  'programs of the %s and gateway %s: the audit names every variable it gets',
  (programs, gatewayOrigin) => {
    const surroundings = { programs, gatewayOrigin };
    const inSandbox = codexVariables(OPTIONS, surroundings).filter(({ goesTo }) => goesTo === 'sandbox');
    const { env } = codexPlace(OPTIONS, surroundings, undefined);
    expect(inSandbox.map(({ name }) => name).toSorted()).toEqual(Object.keys(env).toSorted());
  },
);
