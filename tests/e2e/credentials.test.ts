import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Agent } from '../../src/agent/port.ts';
import { runCli } from '../support/cli.ts';
import { openEngine, type EngineKitOptions } from '../support/engine-kit.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { goodDocument, obedientAgent, scriptedAgent } from '../support/scripted-agent.ts';
import { sweep, type Canary } from '../support/sweep.ts';

const FILES = { 'README.md': 'readme\n' };
const SPEC = 'Users can export their list.';
const HANDED = { name: 'handed', value: 'q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xB' };
const OF_AGENT = { name: 'of the agent', value: 'Zr8uK1nWq5Ty3LbVx0PfHg7SdJ2mC9aE6iRoD4Qh' };
const UNUSED = { name: 'unused', value: 'T4yGh9Bn2MkLp7Wq3XcVz8Fs1DrJ6EaU0oIbNt5R' };
const CANARIES: readonly Canary[] = [HANDED, OF_AGENT, UNUSED];

const secret = (name: string, source: string) => ({ name, source, isSecret: true, usedBy: [] });
const CREDENTIALS: EngineKitOptions['credentials'] = {
  runSecrets: { REGISTRY_TOKEN: HANDED.value, OTHER: UNUSED.value, SPACED: ` ${UNUSED.value}` },
  known: [
    secret('SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN', 'environment SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN'),
    secret('SPEC_AUTOMATION_SECRET_OTHER', 'environment SPEC_AUTOMATION_SECRET_OTHER'),
    secret('GITHUB_TOKEN', 'setting GITHUB_TOKEN'),
    { name: 'HTTPS_PROXY', source: 'setting HTTPS_PROXY', isSecret: false, usedBy: ['host git'] },
  ],
};

/** Says every secret it has, in plain and encoded, and writes its environment to a file of the test. */
function tellingAgent(environmentFile: string): Agent {
  const said = [HANDED, OF_AGENT].flatMap(({ value }) => [value, Buffer.from(value).toString('base64')]);
  const agent = scriptedAgent((invocation) => ({
    files: goodDocument(invocation),
    says: said,
    chats: `I have ${HANDED.value}`,
    environmentFile,
    isFinishing: true,
  }));
  return {
    ...agent,
    variables: () => [
      { name: 'AGENT_KEY', source: 'setting AGENT_KEY', isSecret: true, goesTo: 'sandbox' },
      { name: 'CODEX_ENV', source: 'setting CODEX_ENV', isSecret: false, goesTo: 'sandbox' },
    ],
    command: (invocation) => ({
      ...agent.command(invocation),
      env: { AGENT_KEY: OF_AGENT.value, CODEX_ENV: 'production' },
    }),
  };
}

describe('what an agent gets', () => {
  it('is what the sandbox, its adapter and the run give it, and nothing else; no secret is kept anywhere', async () => {
    const environmentFile = path.join(await temporaryDirectory(), 'environment.json');
    const secrets = CANARIES.map(({ value }) => value);
    const home = await temporaryDirectory();
    const agents = [tellingAgent(environmentFile)];
    const repository = await makeRepository({ files: FILES });
    {
      await using engine = await openEngine({ agents, secrets, home, credentials: CREDENTIALS });
      const run = await engine.runToEnd({
        repository,
        specText: SPEC,
        runtimeEnvironment: { TZ: 'Europe/Rome', CODEX_ENV: 'staging' },
        secretNames: ['REGISTRY_TOKEN'],
      });
      expect(run).toMatchObject({
        status: 'succeeded',
        runtime_environment: { TZ: 'Europe/Rome', CODEX_ENV: 'staging' },
        secret_names: ['REGISTRY_TOKEN'],
      });
      const sandbox = engine.deps.sandboxes.get('process')?.variableNames ?? [];
      const given = JSON.parse(await readFile(environmentFile, 'utf8'));
      expect(Object.keys(given).toSorted()).toEqual(
        [
          ...sandbox,
          'SPECIFY_FEATURE_DIRECTORY',
          'AGENT_KEY',
          'CODEX_ENV',
          'TZ',
          'REGISTRY_TOKEN',
        ].toSorted(),
      );
      expect(given).toMatchObject({ TZ: 'Europe/Rome', CODEX_ENV: 'staging', REGISTRY_TOKEN: HANDED.value });
      expect(given).toMatchObject({ AGENT_KEY: OF_AGENT.value });

      const audit = JSON.parse(await engine.readText(run.run_id, 'credential-audit.json'));
      expect(wentTo(audit.credentials)).toEqual([
        ['AGENT_KEY', 'setting AGENT_KEY', 'sandbox'],
        ['REGISTRY_TOKEN', 'environment SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN', 'sandbox'],
        ['SPEC_AUTOMATION_SECRET_OTHER', 'environment SPEC_AUTOMATION_SECRET_OTHER', 'nowhere'],
        ['GITHUB_TOKEN', 'setting GITHUB_TOKEN', 'nowhere'],
      ]);
      expect(wentTo(audit.variables)).toEqual(
        expect.arrayContaining([
          ['PATH', 'sandbox', 'sandbox'],
          ['TZ', 'run', 'sandbox'],
          ['CODEX_ENV', 'run', 'sandbox'],
          ['HTTPS_PROXY', 'setting HTTPS_PROXY', 'host git'],
        ]),
      );
      expect(wentTo(audit.variables)).not.toContainEqual(['CODEX_ENV', 'setting CODEX_ENV', 'sandbox']);
      expect(await engine.readText(run.run_id, 'speckit_plan.stdout.log')).toContain('***REDACTED***');
    }
    const report = await sweep({ directories: [home, repository] }, CANARIES);
    expect(report.hits).toEqual([]);
    expect(report.files).toBeGreaterThan(30);
    const control = await sweep({ files: [environmentFile] }, CANARIES);
    expect(new Set(control.hits.map(({ canary }) => canary))).toEqual(new Set(['handed', 'of the agent']));
  });
});

describe('a secret the worker', () => {
  it.each([
    [
      'does not have',
      { name: 'MISSING', reason: 'credential_missing', word: 'SPEC_AUTOMATION_SECRET_MISSING' },
    ],
    ['has with white space', { name: 'SPACED', reason: 'credential_invalid', word: 'white space' }],
  ])('%s ends the run before anything is cloned', async (_how, { name, reason, word }) => {
    await using engine = await openEngine({ agents: [obedientAgent()], credentials: CREDENTIALS });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC, secretNames: [name] });
    expect(run).toMatchObject({ status: 'failed', reason });
    expect(`${run.reason_text} ${run.remedy}`).toContain(word);
    expect(run.phases.find(({ phase }) => phase === 'git_clone')?.status).toBe('skipped');
    expect((await sweep({ directories: [engine.home] }, CANARIES)).hits).toEqual([]);
  });

  it('no longer has when it goes on ends the run there; one that has it goes on', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: FILES });
    const open = (agent: Agent, credentials = CREDENTIALS) =>
      openEngine({ agents: [agent], home, credentials });
    const request = { repository, specText: SPEC, secretNames: ['REGISTRY_TOKEN'] };
    let runId = '';
    {
      await using engine = await open(scriptedAgent(() => ({ exitCode: 1 })));
      const run = await engine.runToEnd(request);
      expect(run.reason).toBe('agent_failed');
      runId = run.run_id;
    }
    {
      await using engine = await open(obedientAgent(), {});
      await engine.app.retry({ runId });
      expect(await engine.waitForEnd(runId)).toMatchObject({ reason: 'credential_missing' });
    }
    await using engine = await open(obedientAgent());
    await engine.app.retry({ runId });
    expect(await engine.waitForEnd(runId)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a request', () => {
  it.each([
    ['names nobody may set', { runtimeEnvironment: { LD_PRELOAD: 'x' } }, 'request_invalid'],
    ['names the operator does not list', { runtimeEnvironment: { COLOUR: 'x' } }, 'request_invalid'],
    ['secrets nobody may be handed', { secretNames: ['PATH'] }, 'request_invalid'],
    ["what is the agent's own", { secretNames: ['AGENT_KEY'] }, 'request_invalid'],
    ['a secret as a plain value', { runtimeEnvironment: { TZ: HANDED.value } }, 'secret_in_request'],
    ['a secret as a name', { secretNames: [HANDED.value] }, 'secret_in_request'],
  ])('with %s is refused and nothing is stored', async (_what, change, code) => {
    const secrets = CANARIES.map(({ value }) => value);
    const agents = [tellingAgent('unused')];
    await using engine = await openEngine({ agents, secrets, credentials: CREDENTIALS });
    const repository = await makeRepository({ files: FILES });
    await expect(engine.app.submit({ repository, specText: SPEC, ...change })).rejects.toMatchObject({
      code,
    });
    expect((await engine.app.list({ limit: 10 })).runs).toEqual([]);
    expect((await sweep({ directories: [engine.home] }, CANARIES)).hits).toEqual([]);
  });
});

describe('the command line', () => {
  it('takes variables and names of secrets, and refuses what is neither', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: FILES });
    const env = { SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN: HANDED.value, GITHUB_TOKEN: UNUSED.value };
    const words = ['run', '--repo', repository, '--text', SPEC, '--json'];
    const ask = (...more: readonly string[]) => runCli([...words, ...more], { home, env });
    const given = await ask(
      '--env',
      'TZ=Europe/Rome',
      '--env',
      'CODEX_ENV=a=b',
      '--secret',
      'REGISTRY_TOKEN',
    );
    expect(given.exitCode).toBe(0);
    expect(JSON.parse(given.stdout)).toMatchObject({
      runtime_environment: { TZ: 'Europe/Rome', CODEX_ENV: 'a=b' },
      secret_names: ['REGISTRY_TOKEN'],
    });
    for (const bad of [
      ['--env', 'TZ'],
      ['--env', 'PATH=/x'],
      ['--secret', 'home'],
      ['--env', 'A=1', '--env', 'A=2'],
    ]) {
      const refused = await ask(...bad);
      expect(refused.exitCode).toBe(2);
      expect(JSON.parse(refused.stdout).error.code).toBe('request_invalid');
    }
    expect(
      (await sweep({ directories: [home], texts: { stdout: given.stdout, stderr: given.stderr } }, CANARIES))
        .hits,
    ).toEqual([]);
  });
});

function wentTo(rows: readonly { name: string; source: string; went_to: string }[]) {
  return rows.map(({ name, source, went_to: place }) => [name, source, place]);
}
