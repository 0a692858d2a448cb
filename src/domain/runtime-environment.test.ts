import { describe, expect, it } from 'vitest';

import {
  isSecretName,
  parseVariables,
  runtimeEnvironmentProblem,
  secretValueProblem,
} from './runtime-environment.ts';

const problemOf = (variables: Readonly<Record<string, string>>, secretNames: readonly string[] = []) =>
  runtimeEnvironmentProblem({ variables, secretNames }, ['TZ', ...Object.keys(variables)]);

const projectProblem = (names: readonly string[]) =>
  runtimeEnvironmentProblem({ variables: { PROJECT: 'x' }, secretNames: [] }, names);

/** None of these, in no case, whatever the operator lists. */
const RESERVED = `
  PATH HOME TMPDIR SHELL BASH_ENV BASH_FUNC_x ENV IFS PWD XDG_CONFIG_HOME LANG LD_PRELOAD
  LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES GCONV_PATH NODE_OPTIONS NODE_EXTRA_CA_CERTS
  npm_config_registry PYTHONPATH PYTHONSTARTUP PERL5OPT RUBYOPT RUBYLIB JAVA_TOOL_OPTIONS
  _JAVA_OPTIONS GOFLAGS CARGO_HOME MAKEFLAGS GIT_SSH_COMMAND GIT_CONFIG_GLOBAL DOCKER_HOST
  GITHUB_TOKEN GH_TOKEN SSH_AUTH_SOCK HTTPS_PROXY http_proxy All_Proxy NO_PROXY OPENAI_BASE_URL
  MY_MODEL_BASE_URL SSL_CERT_FILE EDITOR PAGER LESSOPEN GIT_ASKPASS SUDO_ASKPASS MY_OPTIONS
  OPENSSL_CONF CODEX_HOME CODEX_API_KEY CODEX_ENVIRONMENT CLAUDE_CONFIG_DIR ANTHROPIC_API_KEY
  SPEC_AUTOMATION_HOME SPEC_AUTOMATION_RUN SPECIFY_FEATURE_DIRECTORY SPECIFY_INIT_DIR
`
  .trim()
  .split(/\s+/u);

describe('the variables of a run', () => {
  it.each(RESERVED)('never are %s, as a value or as a secret', (name) => {
    expect(problemOf({ [name]: 'x' })).toContain(`${name}: no run may set it: `);
    expect(problemOf({}, [name.toUpperCase().replace(/^_/u, '')])).toContain('no run may set it: ');
  });

  it.each([
    'MY_TOKEN',
    'api_key',
    'DB_PASSWORD',
    'SECRET_OF_MINE',
    'APIKEY',
    'NPMTOKEN',
    'AUTH',
    'SENTRY_DSN',
  ])('are not called like a secret, as %s is', (name) => {
    expect(problemOf({ [name]: 'x' })).toContain(`set SPEC_AUTOMATION_SECRET_${name.toUpperCase()}`);
  });

  it.each([
    'TZ',
    'CODEX_ENV',
    'PROJECT',
    'KEYBOARD',
    'TOKENIZER',
    'GOAL',
    'ENVIRONMENT',
    'PATHS',
    'a_b',
    '_X1',
  ])('may be %s', (name) => expect(problemOf({ [name]: 'any text, with = and "quotes"' })).toBeUndefined());

  it('are those the operator lists', () => {
    expect(projectProblem(['TZ', 'OTHER'])).toBe(
      'PROJECT: runs may set only TZ, OTHER (SPEC_AUTOMATION_AGENT_RUNTIME_ENV_KEYS)',
    );
    expect(projectProblem([])).toContain('runs may set only nothing');
    expect(projectProblem(['PROJECT'])).toBeUndefined();
  });

  it.each([
    ['of no form', { 'A B': 'x' }, 'a name of another form: it is no name of a variable'],
    ['empty', { '': 'x' }, 'a name of another form'],
    ['too long', { ['A'.repeat(129)]: 'x' }, 'a name of another form'],
    ['with a line break in the value', { A: 'x\ny' }, 'A: its value holds a control character'],
    ['with NUL in the value', { A: 'x\0' }, 'A: its value holds a control character'],
    ['with half a character', { A: '\uD83D' }, 'A: its value holds a control character'],
    ['with a long value', { A: 'x'.repeat(4097) }, 'A: its value has more than 4096 bytes'],
  ])('are not %s', (_how, variables, problem) => expect(problemOf(variables)).toContain(problem));

  it('are no more than 32, secrets included, and each named once', () => {
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`A${index}`, '']));
    expect(problemOf(many, ['B'])).toBeUndefined();
    expect(problemOf(many, ['B', 'C'])).toBe('it names 33 variables, and at most 32 may be');
    expect(problemOf({ A: 'x' }, ['A'])).toBe('A is named twice');
    expect(problemOf({}, ['B', 'B'])).toBe('B is named twice');
  });

  it('are written NAME=VALUE', () => {
    expect(parseVariables(['A=b=c', 'B='])).toEqual({ A: 'b=c', B: '' });
    for (const words of [['A'], ['=b'], ['A=b', 'A=c'], ['']])
      expect(() => parseVariables(words)).toThrow(expect.objectContaining({ code: 'request_invalid' }));
    expect(() => parseVariables(['sk-secret'])).not.toThrow(/sk-secret/u);
  });
});

describe('a secret', () => {
  it.each([
    ['A', true],
    ['REGISTRY_TOKEN2', true],
    ['', false],
    ['a', false],
    ['1A', false],
    ['_A', false],
    ['A-B', false],
    ['A'.repeat(129), false],
  ])('called %s can be named: %s', (name, isName) => {
    expect(isSecretName(name)).toBe(isName);
    expect(problemOf({}, [name]) === undefined).toBe(isName);
  });

  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['x\n', 'it begins or ends with white space or a line break'],
    [' x', 'it begins or ends with white space or a line break'],
    ['a\0b', 'it holds a control character'],
    ['a\u001Bb', 'it holds a control character'],
    ['x'.repeat(65_537), 'it has more than 65536 bytes'],
    ['-----BEGIN KEY-----\nabc\n-----END KEY-----', undefined],
    ['with spaces and ünïcode', undefined],
  ])('of the value %j: %s', (value, problem) => expect(secretValueProblem(value)).toBe(problem));
});
