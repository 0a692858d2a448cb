import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { parse as parseToml } from 'smol-toml';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ON_HOST } from '../../domain/surroundings.ts';
import type { AgentInvocation } from '../port.ts';
import { codexCliAgent, type CodexCliOptions } from './codex-cli.ts';

const KEY = 'sk-test-0123456789';
const PATH = '/usr/bin:/bin';

const INVOCATION: AgentInvocation = {
  phase: 'speckit_specify',
  specKitCommand: 'specify',
  prompt: 'Write it, then suggest $speckit-plan or $speckit-tasks; $speckit-plan first.',
  specText: 'Renew loans',
  requestedOn: '2026-11-21',
  featureDirectory: 'specs/001-renewals',
  branchName: 'b',
  clarifications: [],
  notes: null,
  surroundings: ON_HOST,
};

async function directory(): Promise<string> {
  const place = await realpath(await mkdtemp(path.join(tmpdir(), 'codex-cli-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}

/** A folder with a program `codex` that does what a shell script says. */
async function fakeCodex(script: string): Promise<string> {
  const place = await directory();
  const file = path.join(place, 'codex');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return place;
}

function agent(options: Partial<CodexCliOptions> = {}) {
  return codexCliAgent({
    searchPath: PATH,
    packageDirectory: '/nonexistent',
    program: undefined,
    apiKey: KEY,
    model: undefined,
    profile: undefined,
    operatorHome: '/nonexistent',
    environmentName: undefined,
    baseUrl: undefined,
    networkEnv: {},
    ...options,
  });
}

function programOf(options: Partial<CodexCliOptions>): string {
  return agent(options).command(INVOCATION).argv[0];
}

describe('the command', () => {
  it.each([
    ['speckit_specify', 'specify'],
    ['speckit_plan', 'plan'],
    ['speckit_tasks', 'tasks'],
  ] as const)('for %s is the same, and takes the prompt on standard input', (phase, specKitCommand) => {
    const command = agent().command({ ...INVOCATION, phase, specKitCommand });
    expect(command.stdin).toBe(INVOCATION.prompt);
    expect(command.argv).toEqual([
      'codex',
      'exec',
      '--json',
      '--color',
      'never',
      '--skip-git-repo-check',
      '--strict-config',
      '--ignore-rules',
      '--sandbox',
      'danger-full-access',
      '-c',
      'approval_policy="never"',
      '-c',
      'model_provider="spec_automation"',
      '-c',
      'model_providers.spec_automation.base_url="https://api.openai.com/v1"',
      '-c',
      'shell_environment_policy.exclude=["CODEX_API_KEY"]',
      '-c',
      'features.hooks=false',
      '-c',
      'features.plugins=false',
      '-c',
      'features.apps=false',
      '-',
    ]);
  });

  it('hands the key on as a variable and nowhere else', () => {
    const command = agent().command(INVOCATION);
    expect(command.env).toEqual({ CODEX_API_KEY: KEY });
    expect(JSON.stringify({ ...command, env: {} })).not.toContain(KEY);
  });

  it('names every variable, with its value in none', () => {
    const codex = agent({
      environmentName: 'staging',
      networkEnv: { HTTPS_PROXY: 'http://me:secret@proxy:3128', SSL_CERT_FILE: '/certs/ca.pem' },
    });
    expect(codex.variables(ON_HOST)).toEqual([
      { name: 'HTTPS_PROXY', source: 'setting HTTPS_PROXY', isSecret: true, goesTo: 'sandbox' },
      { name: 'SSL_CERT_FILE', source: 'setting SSL_CERT_FILE', isSecret: false, goesTo: 'sandbox' },
      { name: 'CODEX_API_KEY', source: 'setting CODEX_API_KEY', isSecret: true, goesTo: 'sandbox' },
      { name: 'CODEX_ENV', source: 'setting CODEX_ENV', isSecret: false, goesTo: 'sandbox' },
    ]);
    const { env, argv, readPaths } = codex.command(INVOCATION);
    expect(Object.keys(env)).toEqual(codex.variables(ON_HOST).map(({ name }) => name));
    expect(argv).toContain('shell_environment_policy.exclude=["CODEX_API_KEY", "HTTPS_PROXY"]');
    expect(readPaths).toContain('/certs/ca.pem');
  });

  it('switches off every name in the prompt that could call a skill of the repository', () => {
    const config = configOf(agent().command(INVOCATION));
    expect(config['skills']).toMatchObject({
      config: [
        { name: 'speckit-plan', enabled: false },
        { name: 'speckit-tasks', enabled: false },
      ],
    });
  });

  it('sends no key when there is none, since a gateway may add its own', () => {
    const baseUrl = 'http://127.0.0.1:4000/v1';
    const command = agent({ apiKey: undefined, baseUrl }).command(INVOCATION);
    expect(command.env).toEqual({});
    expect(configOf(command)['model_providers']).toEqual({
      spec_automation: expect.not.objectContaining({ env_key: expect.anything() }),
    });
    expect(command.argv).toContain(`model_providers.spec_automation.base_url="${baseUrl}"`);
  });

  it('lays a profile of the operator beside the configuration, and names model and profile', async () => {
    const operatorHome = await directory();
    const text = 'model = "gpt-5.5"\nmodel_reasoning_effort = "high"\n';
    await writeFile(path.join(operatorHome, 'careful.config.toml'), text);
    const codex = agent({ profile: 'careful', operatorHome, model: 'gpt-6-sol' });
    const { argv, homeFiles } = codex.command(INVOCATION);
    expect(argv.slice(-3)).toEqual(['--profile=careful', '--model=gpt-6-sol', '-']);
    expect(homeFiles['.codex/careful.config.toml']).toBe(text);
    const [used] = codex.parse(
      '{"type":"turn.completed","usage":{"input_tokens":1000000,"output_tokens":0}}',
    );
    expect(used).toMatchObject({ usage: { costUsd: 2 } });
  });
});

describe('the program', () => {
  it('is found on the search path, in this package, and where the operator says', async () => {
    const [onPath, elsewhere] = [await fakeCodex('exit 0'), await fakeCodex('exit 0')];
    const inPackage = await directory();
    const bin = path.join(inPackage, 'agents/codex/node_modules/.bin');
    await mkdir(bin, { recursive: true });
    await symlink(path.join(elsewhere, 'codex'), path.join(bin, 'codex'));
    expect(programOf({ searchPath: `/nonexistent:${onPath}`, packageDirectory: inPackage })).toBe(
      path.join(onPath, 'codex'),
    );
    expect(programOf({ packageDirectory: inPackage })).toBe(path.join(elsewhere, 'codex'));
    expect(programOf({ searchPath: onPath, program: path.join(elsewhere, 'codex') })).toBe(
      path.join(elsewhere, 'codex'),
    );
  });

  it('of the npm package is the native one, read from its own folder', async () => {
    const modules = path.join(await directory(), 'lib/node_modules/@openai');
    const script = path.join(modules, 'codex/bin/codex.js');
    const platform = `codex-${process.platform}-${process.arch}`;
    const target = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    const system = process.platform === 'darwin' ? 'apple-darwin' : 'unknown-linux-musl';
    const shipped = path.join(modules, platform, 'vendor', `${target}-${system}`);
    for (const [file, mode] of [
      [script, 0o755],
      [path.join(modules, platform, 'package.json'), 0o644],
      [path.join(shipped, 'codex-package.json'), 0o644],
      [path.join(shipped, 'bin/codex'), 0o755],
    ] as const) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, '{}', { mode });
    }
    const { argv, readPaths } = agent({ program: script }).command(INVOCATION);
    expect(argv[0]).toBe(path.join(shipped, 'bin/codex'));
    expect(readPaths).toEqual([shipped]);
    // Without it the script is started, with the Node it needs.
    await rm(path.join(modules, platform), { recursive: true });
    const fallback = agent({ program: script }).command(INVOCATION);
    expect(fallback.argv[0]).toBe(script);
    expect(fallback.readPaths.slice(0, 2)).toEqual([path.dirname(modules), process.execPath]);
    // pnpm's way: a shell script on the search path that names it.
    const start = path.join(path.dirname(path.dirname(modules)), 'codex');
    const named = path.relative(path.dirname(start), script);
    await writeFile(start, `#!/bin/sh\nexec node  "$basedir/${named}" "$@"\n`, { mode: 0o755 });
    expect(agent({ program: start }).command(INVOCATION)).toMatchObject({
      argv: expect.arrayContaining([script]),
      readPaths: fallback.readPaths,
    });
  });

  it.each(['codex', 'bin/codex.js'])(
    'alone in a folder (%s) opens nothing else of that folder',
    async (name) => {
      const home = await directory();
      const program = path.join(home, name);
      await mkdir(path.dirname(program), { recursive: true });
      await writeFile(program, '#!/bin/sh', { mode: 0o755 });
      const { readPaths } = agent({ program }).command(INVOCATION);
      expect(readPaths[0]).toBe(program);
      expect(readPaths.filter((place) => home.startsWith(place))).toEqual([]);
    },
  );
});

describe('detectVersion', () => {
  it('tells the version when everything is there', async () => {
    const searchPath = await fakeCodex('echo codex-cli 0.170.1-beta');
    expect(await agent({ searchPath }).detectVersion()).toBe('0.170.1');
    const baseUrl = 'https://gateway.example/v1';
    expect(await agent({ searchPath, apiKey: undefined, baseUrl }).detectVersion()).toBe('0.170.1');
  });

  it.each([
    ['is not installed', undefined, 'no program codex was found'],
    ['is too old', 'echo codex-cli 0.168.9', 'is version 0.168.9, and 0.169.0 or newer is needed'],
    ['is something else', 'echo hello', '--version told no version'],
    ['fails', 'echo 1.2.3; exit 1', '--version told no version'],
  ])('says what to do when it %s', async (_what, script, problem) => {
    const searchPath = script === undefined ? '/nonexistent' : await fakeCodex(script);
    await expect(agent({ searchPath }).detectVersion()).rejects.toMatchObject({
      code: 'agent_unavailable',
      message: expect.stringContaining(problem),
      remedy: expect.stringMatching(
        /npm install -g @openai\/codex@0\.169\.0.*SPEC_AUTOMATION_CODEX_PATH.*--agent outline/u,
      ),
    });
  });

  it.each([
    [undefined, 'credential_missing'],
    [`${KEY}\n`, 'credential_invalid'],
    ['sk 1', 'credential_invalid'],
    ['sk-\u00E4', 'credential_invalid'],
  ])('refuses the key %j', async (apiKey, code) => {
    const searchPath = await fakeCodex('echo codex-cli 0.169.0');
    const failure = await agent({ searchPath, apiKey })
      .checkSettings()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, remedy: expect.stringContaining('CODEX_API_KEY') });
    expect(String(failure)).not.toContain('sk-');
  });

  it('names a profile that is not there', async () => {
    const searchPath = await fakeCodex('echo codex-cli 0.169.0');
    const operatorHome = await directory();
    await expect(
      agent({ searchPath, profile: 'careful', operatorHome }).checkSettings(),
    ).rejects.toMatchObject({
      code: 'setting_invalid',
      message: expect.stringContaining(path.join(operatorHome, 'careful.config.toml')),
    });
  });
});

function configOf({ homeFiles }: { readonly homeFiles: Readonly<Record<string, string>> }) {
  return parseToml(homeFiles['.codex/config.toml'] ?? '');
}
