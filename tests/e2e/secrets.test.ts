import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import type { AgentInvocation } from '../../src/agent/port.ts';
import type { Deps } from '../../src/engine/deps.ts';
import { openEngine, type EngineKit } from '../support/engine-kit.ts';
import { runCli } from '../support/cli.ts';
import { git, makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';
import { sweep } from '../support/sweep.ts';

const SECRET = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xBzVtCyNrPlHkDmSgF';
/** Of no known form. */
const UNKNOWN = 'q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xB';
const write = (invocation: AgentInvocation) => goodDocument({ ...invocation, specText: SPEC });
const FILES = { 'README.md': 'readme\n' };
const SPEC = 'Users can export their list.';
const KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const ENCODED = Buffer.from(`token: ${SECRET}`).toString('base64');

describe('a secret in what somebody asks for', () => {
  it.each([
    ['the spec text', { specText: `${SPEC}\nThe key is ${SECRET}.` }, 'spec text, line 2 ('],
    ['the spec text, encoded', { specText: `${SPEC} ${ENCODED}` }, 'spec text, line 1 (registered)'],
    ['the spec text, unknown to us', { specText: `${SPEC}\n\n${KEY}` }, 'spec text, line 3 (private key)'],
    ['the reference', { externalRef: `ref-${SECRET}` }, 'external_ref, line 1 ('],
  ])('is refused in %s, and nothing is stored', async (_where, change, place) => {
    await using engine = await openEngine({ agents: [scriptedAgent(() => ({}))], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const refused = engine.app.submit({ repository, specText: SPEC, ...change });
    await expect(refused).rejects.toMatchObject({
      code: 'secret_in_request',
      message: expect.stringContaining(place),
    });
    expect((await engine.app.list({ limit: 10 })).runs).toEqual([]);
    expect(await filesLeaking(engine, 3)).toEqual([]);
  });

  it('is refused in the notes and answers of a retry', async () => {
    await using engine = await openEngine({
      agents: [scriptedAgent(() => ({ exitCode: 1 }))],
      secrets: [SECRET],
    });
    const run = await engine.runToEnd({ repository: await makeRepository({ files: FILES }), specText: SPEC });
    for (const words of [{ notes: `Use ${SECRET}` }, { answers: `[{"answer":"${SECRET}"}]` }])
      await expect(engine.app.retry({ runId: run.run_id, ...words })).rejects.toMatchObject({
        code: 'secret_in_request',
      });
    expect(await engine.app.get(run.run_id)).toEqual(run);
  });
});

describe('a secret the agent knows', () => {
  it('is masked in logs, events, errors and the database, and never published', async () => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, `\nUse this: ${ENCODED}\n`),
      says: [`plain ${SECRET}`, `folded ${SECRET.slice(0, 20)}`, SECRET.slice(20), `encoded ${ENCODED}`],
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output', branch_name: null });
    expect(run.reason_text).toMatch(/specs\/001-[\w-]+\/plan\.md, line \d+ \(registered\)/u);
    expect(await engine.readText(run.run_id, 'speckit_plan.stdout.log')).toContain('***REDACTED***');
    expect(await git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(await filesLeaking(engine)).toEqual([]);
  });

  it('is masked in the words of an agent that fails, and in what its run says of them', async () => {
    const agent = scriptedAgent(() => ({ fails: `the key ${SECRET} is bad`, exitCode: 1 }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'agent_failed' });
    expect(run.reason_text).toContain('***REDACTED***');
    expect(await filesLeaking(engine)).toEqual([]);
  });

  it('nobody registered is found by its form before it is published', async () => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, '\nAKIAQ3EGZ7MXW2RTKV5B\n'),
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const run = await engine.runToEnd({ repository: await makeRepository({ files: FILES }), specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output' });
    expect(run.reason_text).toContain('aws access key id');
  });

  it.each([
    [
      'at the end of a document of more than a megabyte',
      `${'Some words about it.\n'.repeat(70_000)}${SECRET}\n`,
    ],
    ['between bytes that are no text', Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), utf16(SECRET)])],
  ])('is found %s', async (_where, content) => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation),
      encodedFiles: {
        [`${invocation.featureDirectory}/appendix.md`]: Buffer.from(content).toString('base64'),
      },
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output', branch_name: null });
    expect(run.reason_text).toContain('appendix.md');
    expect(await git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it('is masked in the name of a file that is left out, wherever that name is kept', async () => {
    const agent = scriptedAgent((invocation) => ({
      files: { ...goodDocument(invocation), [`notes/${SECRET}.md`]: '', [`${SECRET}.md`]: '' },
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run.status).toBe('succeeded');
    expect(await engine.readText(run.run_id, 'pull-request.md')).toContain('REDACTED');
    expect(await filesLeaking(engine)).toEqual([]);
  });

  it.each([
    ['is masked in the pull request', { isMasking: true, status: 'succeeded', reason: null }],
    ['stops it where masking fails', { isMasking: false, status: 'failed', reason: 'secret_in_output' }],
  ])('that was no secret when it was asked for %s', async (_what, { isMasking, status, reason }) => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: FILES });
    let runId = '';
    {
      await using engine = await openEngine({ agents: [scriptedAgent(() => ({ exitCode: 1 }))], home });
      const run = await engine.runToEnd({ repository, specText: `${SPEC}\n\nUse ${UNKNOWN} for it.` });
      runId = run.run_id;
    }
    const agents = [scriptedAgent((invocation) => ({ files: write(invocation), isFinishing: true }))];
    const change = (deps: Deps) =>
      isMasking ? deps : { ...deps, redactor: { ...deps.redactor, redact: (text: string) => text } };
    await using engine = await openEngine({ agents, home, secrets: [UNKNOWN], change });
    await engine.app.retry({ runId });
    expect(await engine.waitForEnd(runId)).toMatchObject({ status, reason });
  });

  it('is no reason to refuse where a document only shares a word with it, or shows what secrets look like', async () => {
    const words =
      'The production database. AKIAIOSFODNN7EXAMPLE. xoxb-your-slack-bot-token. It refuses `-----BEGIN PRIVATE KEY-----`.';
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, `\n${words}\n`),
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: ['production-password-2024', 'plan'] });
    const repository = await makeRepository({ files: FILES });
    expect(await engine.runToEnd({ repository, specText: SPEC })).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['a word-like one on two lines', 'production-password-\n  2024'],
    ['a private key in JSON', JSON.stringify({ key: KEY })],
  ])('is reason to refuse as %s', async (_what, text) => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, `\n${text}\n`),
      says: text.split('\n'),
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: ['production-password-2024'] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output' });
    const log = await engine.readText(run.run_id, 'speckit_plan.stdout.log');
    expect(log).toContain('***REDACTED***');
    expect(log).not.toMatch(/password|[A-Za-z0-9+/]{60}/u);
  });
});

describe('doctor', () => {
  it('says which settings hold a secret too simple to be masked, and is ready nevertheless', async () => {
    const home = await temporaryDirectory();
    const look = async (env: Readonly<Record<string, string>>) => {
      const { stdout, exitCode } = await runCli(['doctor', '--json'], { home, env });
      expect(exitCode).toBe(0);
      expect(stdout).not.toContain('hunter');
      return JSON.parse(stdout);
    };
    const good = { HTTPS_PROXY: 'http://u:50%offhunter@127.0.0.1:9' };
    expect(await look(good)).toMatchObject(secretsCheck('1 known, all can be masked'));
    const weak = { HTTPS_PROXY: 'u:hunter@127.0.0.1:9' };
    expect(await look(weak)).toMatchObject(
      secretsCheck(expect.stringMatching(/^1 known; .*: HTTPS_PROXY\. /u)),
    );
  });
});

function secretsCheck(detail: unknown) {
  return {
    ready: true,
    checks: expect.arrayContaining([{ name: 'secrets', ready: true, detail, remedy: null }]),
  };
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Files of the state directory that give the secret away in any form. */
async function filesLeaking({ home }: EngineKit, leastFiles = 21): Promise<readonly string[]> {
  const canary = { name: 'the secret', value: SECRET, publicPrefix: 'sk-proj-' };
  const { hits, files } = await sweep({ directories: [home] }, [canary]);
  expect(files).toBeGreaterThanOrEqual(leastFiles);
  return [...new Set(hits.map(({ place }) => place))];
}
