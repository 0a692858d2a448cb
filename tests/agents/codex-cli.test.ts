import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { RunDetail } from '../../src/contract/run-view.ts';
import { runCli } from '../support/cli.ts';
import { expectError, FAILURES, filesWith, finishedRun, SPEC } from '../support/codex-runs.ts';
import { isCodexInstalled, TEST_KEY } from '../support/codex.ts';
import { git, makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { startModelServer } from '../support/model-server.ts';
import { plantedFiles } from '../support/planted-codex.ts';

/** Of each phase: two answers of the scripted model. Its price is not known, since it is not at OpenAI. */
const PHASE_USAGE = { input_tokens: 2000, output_tokens: 100, cost_usd: null };
const AGENT_PHASES = new Set(['speckit_specify', 'speckit_plan', 'speckit_tasks']);
const PATIENT_MS = 110_000;

describe.skipIf(!isCodexInstalled)(
  'runs with the real Codex CLI (install it with: npm run agents:install)',
  () => {
    it('end with the documents, and with what each phase used', async () => {
      await using model = await startModelServer({ script: 'writes the documents' });
      const { run, home } = await finishedRun(model.baseUrl);
      expect(run).toMatchObject({ status: 'succeeded', agent: 'codex_cli' });
      const agentPhases = run.phases.filter(({ phase }) => AGENT_PHASES.has(phase));
      expect(agentPhases.map(({ usage }) => usage)).toEqual([PHASE_USAGE, PHASE_USAGE, PHASE_USAGE]);
      expect(model.requests.map(({ url }) => url)).toEqual(Array.from({ length: 6 }, () => '/v1/responses'));
      expect(model.requests.map(({ headers }) => headers.authorization)).toContain(`Bearer ${TEST_KEY}`);
      // The key is in nothing that is kept: database, evidence, workspace.
      expect(await filesWith(home, TEST_KEY)).toEqual([]);
      expect((await filesWith(home, 'I wrote the document')).length).toBeGreaterThan(0);
    });

    it('go on after one refusal for too many requests', async () => {
      await using model = await startModelServer({ script: '429 then good' });
      const { run } = await finishedRun(model.baseUrl);
      expect(run.status).toBe('succeeded');
      const specify = run.phases.filter(({ phase }) => phase === 'speckit_specify');
      expect(specify.map(({ attempt, status }) => [attempt, status])).toEqual([
        [1, 'retrying'],
        [2, 'succeeded'],
      ]);
    });

    it('of a repository that tells Codex what to do end like any other, and leave its files as they are', async () => {
      await using model = await startModelServer({ script: 'writes the documents' });
      await using evil = await startModelServer({ script: 'writes the documents' });
      const marks = await temporaryDirectory();
      const files = plantedFiles(marks, evil.baseUrl);
      const { run, repository } = await finishedRun(model.baseUrl, { files });
      expect(run).toMatchObject({ status: 'succeeded' });
      expect(evil.requests).toEqual([]);
      expect(await readdir(marks)).toEqual([]);
      const changed = await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? '');
      expect(changed.trim().split('\n')).toEqual(
        ['plan.md', 'spec.md', 'tasks.md'].map((name) => `${run.feature_directory}/${name}`),
      );
    });

    it.concurrent.for(FAILURES)('$script: $code', { timeout: PATIENT_MS }, async (failure, owner) => {
      await using model = await startModelServer({ script: failure.script });
      const { run, home } = await finishedRun(model.baseUrl, { ...failure, owner });
      expectError(run, failure);
      expect(await filesWith(home, TEST_KEY)).toEqual([]);
    });

    it.concurrent('nobody there: model_unreachable', { timeout: PATIENT_MS }, async (owner) => {
      const { run } = await finishedRun('http://127.0.0.1:1/v1', { owner });
      expectError(run, { code: 'model_unreachable', says: /error sending request/u, attempts: 1 });
    });

    it('are refused without a key, and doctor says so too', async () => {
      const home = await temporaryDirectory();
      const env = { SPEC_AUTOMATION_AGENT_BACKEND: 'codex_cli' };
      const needed = await runCli(['doctor'], { home, env });
      expect(needed.exitCode).toBe(3);
      expect(needed.stdout).toMatch(/✖ agent codex_cli .*no key for the model.*\n.*CODEX_API_KEY/u);
      // Whoever uses another agent is ready without it.
      const spare = await runCli(['doctor'], { home });
      expect(spare.exitCode).toBe(0);
      expect(spare.stdout).toMatch(/✔ agent codex_cli .*not set up.*CODEX_API_KEY/u);
      const repository = await makeRepository({ files: { 'README.md': '# Library\n' } });
      const args = ['run', '--repo', repository, '--spec', '-', '--agent', 'codex_cli', '--json'];
      const { exitCode, stdout } = await runCli(args, { home, stdin: SPEC });
      expect(exitCode).toBe(3);
      expect(RunDetail.parse(JSON.parse(stdout))).toMatchObject({
        status: 'failed',
        reason: 'credential_missing',
      });
    });
  },
);
