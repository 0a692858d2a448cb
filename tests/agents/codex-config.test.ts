import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { AgentCommand } from '../../src/agent/port.ts';
import {
  changeConfig,
  installedCodex,
  isCodexInstalled,
  startCodex,
  TEST_KEY,
  trusting,
  type CodexTask,
} from '../support/codex.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { runsCommand, startModelServer, type ModelScript } from '../support/model-server.ts';
import { CANARIES, MARKS_WHEN_TRUSTED, plantedFiles } from '../support/planted-codex.ts';
import { waitFor } from '../support/wait-for.ts';

const PROMPT = 'Do it, then suggest $speckit-plan and $speckit-evil.';

describe.skipIf(!isCodexInstalled)('the real Codex CLI (install it with: npm run agents:install)', () => {
  describe('in a repository that tells Codex what to do', () => {
    it('runs nothing of it, asks our model only, and reads AGENTS.md as text', async () => {
      const seen = await workInPlanted();
      expect(seen.exitCode).toBe(0);
      expect(seen.marks).toEqual([]);
      expect(seen.evilRequests).toBe(0);
      expect(seen.requests.map(({ url }) => url)).toEqual(['/v1/responses', '/v1/responses']);
      expect(seen.canaries).toEqual([CANARIES.agentsFile]);
      // A rule of the repository forbids `echo`, and has no say.
      expect(seen.stdout).toContain('said so');
    });

    it('would run it, were the repository trusted', async () => {
      const seen = await workInPlanted(trusting);
      expect(seen.marks).toEqual(MARKS_WHEN_TRUSTED);
      expect(seen.canaries).toContain(CANARIES.instructions);
      // Even then the calls go to our model, since no project may say where they go.
      expect(seen.evilRequests).toBe(0);
    });

    it('would follow its skills, were the names in the prompt not switched off', async () => {
      const seen = await workInPlanted(withSkills);
      expect(seen.canaries).toContain(CANARIES.skill);
      expect(seen.marks).toEqual([]);
    });
  });

  it('keeps the key and proxy passwords from the commands it runs', async () => {
    const networkEnv = { HTTPS_PROXY: 'http://me:hunter2@127.0.0.1:9', NO_PROXY: '127.0.0.1' };
    await using model = await startModelServer({
      script: runsCommand('env; cat "$HOME/.codex/config.toml"'),
    });
    const agent = installedCodex({ baseUrl: model.baseUrl, environmentName: 'staging', networkEnv });
    const codex = await startCodex(agent, { workingDirectory: await temporaryDirectory(), prompt: PROMPT });
    const { stdout } = await codex.ended;
    expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${TEST_KEY}`);
    expect(stdout).toContain('CODEX_ENV=staging');
    expect(stdout).toContain('NO_PROXY=');
    expect(stdout).not.toContain(TEST_KEY);
    expect(stdout).not.toContain('hunter2');
  });

  it('calls nobody but the model: no update check, no telemetry, no catalogue', async () => {
    const proxy = await countingProxy();
    await using model = await startModelServer({ script: 'says only' });
    const networkEnv = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
    const agent = installedCodex({ baseUrl: model.baseUrl, networkEnv });
    for (let round = 0; round < 3; round += 1) {
      const codex = await startCodex(agent, { workingDirectory: await temporaryDirectory(), prompt: PROMPT });
      expect((await codex.ended).exitCode).toBe(0);
    }
    expect(model.requests).toHaveLength(3);
    expect(proxy.seen).toEqual([]);
  });

  it('takes a profile of the operator, which cannot move the model', async () => {
    const operatorHome = await temporaryDirectory();
    const profile =
      'model_reasoning_effort = "high"\nmodel_provider = "openai"\napproval_policy = "on-request"\n';
    await writeFile(path.join(operatorHome, 'careful.config.toml'), profile);
    await using model = await startModelServer({ script: 'says only' });
    const agent = installedCodex({ baseUrl: model.baseUrl, profile: 'careful', operatorHome });
    const codex = await startCodex(agent, { workingDirectory: await temporaryDirectory(), prompt: PROMPT });
    expect(await codex.ended).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(model.requests[0]?.body ?? '{}')).toMatchObject({ reasoning: { effort: 'high' } });
  });

  it('tells its version, and what it had used when it is killed within the second answer', async () => {
    await using model = await startModelServer({ script: 'nothing after the first answer' });
    const agent = installedCodex({ baseUrl: model.baseUrl });
    expect(await agent.detectVersion()).toBe('0.169.0');
    const codex = await startCodex(agent, { workingDirectory: await temporaryDirectory(), prompt: PROMPT });
    await waitFor(() => model.requests.length === 2, { timeoutMs: 20_000, what: 'the second call' });
    codex.kill();
    const { stdout } = await codex.ended;
    expect(stdout.split('\n').flatMap((line) => agent.parse(line))).not.toContainEqual(
      expect.objectContaining({ type: 'used' }),
    );
    expect(await agent.readUsage(codex.home)).toEqual({ inputTokens: 1000, outputTokens: 50, costUsd: null });
  });
});

/** Let Codex work in a repository with everything planted, and tell what came of it. */
async function workInPlanted(change?: CodexTask['change']) {
  const marks = path.join(await temporaryDirectory(), 'marks');
  await mkdir(marks);
  const script: ModelScript = runsCommand('echo said so; env | grep PLANTED');
  await using model = await startModelServer({ script });
  await using evil = await startModelServer({ script });
  const workingDirectory = await makeRepository({ files: plantedFiles(marks, evil.baseUrl) });
  const agent = installedCodex({ baseUrl: model.baseUrl });
  const task = { workingDirectory, prompt: PROMPT };
  const codex = await startCodex(agent, change === undefined ? task : { ...task, change });
  const ended = await codex.ended;
  const said = model.requests.map(({ body }) => body).join('\n');
  return {
    ...ended,
    marks: (await readdir(marks)).toSorted(),
    requests: model.requests,
    evilRequests: evil.requests.length,
    canaries: Object.values(CANARIES).filter((canary) => said.includes(canary)),
  };
}

/** All defences off: the repository is trusted, hooks need no review, rules count. */
function withSkills(command: AgentCommand): AgentCommand {
  return changeConfig(command, ({ skills: _skills, ...config }) => config);
}

/** A proxy that serves nobody and remembers who was asked for. */
async function countingProxy() {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      seen.push(chunk.toString('utf8').split('\r\n', 1)[0] ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  return { seen, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}
