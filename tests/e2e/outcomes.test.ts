import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { ALLOWED_PREFIXES } from '../../src/domain/publish-policy.ts';
import { openEngine } from '../support/engine-kit.ts';
import { git, makeRepository } from '../support/git-repository.ts';
import { goodDocument, obedientAgent, scriptedAgent } from '../support/scripted-agent.ts';

const FILES = { 'README.md': '# Sample\n', 'src/index.ts': 'export {};\n' };
const SPEC = 'Let borrowers renew a loan';

describe('a run that succeeds', () => {
  it('pushes one commit on the base branch that holds exactly the documents', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC });

    expect(run).toMatchObject({
      status: 'succeeded',
      reason: null,
      feature_directory: 'specs/001-borrowers-renew-loan',
    });
    expect(await git(repository, 'rev-parse', `${run.branch_name}^`)).toBe(
      await git(repository, 'rev-parse', 'main'),
    );
    expect(await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? '')).toBe(
      ['spec.md', 'plan.md', 'tasks.md']
        .toSorted()
        .map((file) => `specs/001-borrowers-renew-loan/${file}`)
        .join('\n'),
    );
    expect(await git(repository, 'log', '-1', '--format=%s|%an|%ae', run.branch_name ?? '')).toBe(
      'chore(spec-kit): apply specify/plan/tasks|Test|test@example.com',
    );
  });

  it('records every phase and keeps all the evidence of the contract', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC, externalRef: 'TICKET-1' });

    expect(run.phases.map(({ phase, status }) => `${phase} ${status}`)).toEqual([
      'prepare_job succeeded',
      'start_job_container succeeded',
      'git_clone succeeded',
      'discover succeeded',
      'speckit_specify succeeded',
      'speckit_plan succeeded',
      'speckit_tasks succeeded',
      'commit_push succeeded',
      'open_pr succeeded',
      'cleanup succeeded',
    ]);
    const agentPhase = run.phases.find(({ phase }) => phase === 'speckit_plan');
    expect(agentPhase).toMatchObject({
      exit_code: 0,
      usage: { input_tokens: 100, output_tokens: 20, cost_usd: null },
    });
    const names = run.artifacts.map(({ name }) => name);
    for (const { phase } of run.phases)
      expect(names).toEqual(expect.arrayContaining([`${phase}.stdout.log`, `${phase}.stderr.log`]));
    for (const phase of ['speckit_specify', 'speckit_plan', 'speckit_tasks']) {
      expect(names).toEqual(expect.arrayContaining([`${phase}.events.jsonl`, `${phase}.prompt.md`]));
    }
    const others = [
      'credential-audit.json',
      'diff-summary.txt',
      'changes.patch',
      'commit_status.env',
      'run-summary.json',
      'pull-request.md',
    ];
    expect(names).toEqual(expect.arrayContaining(others));
    for (const { name } of run.artifacts) {
      const bytes = await engine.app.readArtifact(run.run_id, name);
      expect(await readFile(path.join(engine.app.artifactDirectory(run.run_id), name))).toEqual(
        Buffer.from(bytes),
      );
    }
    expect(await engine.readText(run.run_id, 'commit_status.env')).toBe(
      `changes_pushed=1\nbranch=${run.branch_name}\nreason=\n`,
    );
    expect(run.external_ref).toBe('TICKET-1');
    const audit = JSON.parse(await engine.readText(run.run_id, 'credential-audit.json'));
    expect(audit.credentials).toEqual([]);
    expect(audit.variables).toContainEqual({
      name: 'HOME',
      source: 'sandbox',
      went_to: 'sandbox',
      value: '***REDACTED***',
    });
  });

  it('writes a pull request that names what was asked and what came of it', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    const text = await engine.readText(run.run_id, 'pull-request.md');
    for (const part of [
      SPEC,
      'spec-kit',
      'automation',
      run.branch_name ?? '',
      'specs/001-borrowers-renew-loan/tasks.md',
      'scripted',
      '1.0.0',
      `spec-automation-run:${run.run_id}`,
    ]) {
      expect(text).toContain(part);
    }
    expect(await readFile(new URL(run.pull_request_url ?? ''), 'utf8')).toBe(text);
  });

  it('leaves nothing but the evidence and the pull request in the workspace', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    const workspace = engine.deps.workspaces.locate(run.run_id);
    expect([workspace.repo, workspace.home, workspace.git].map((directory) => existsSync(directory))).toEqual(
      [false, false, false],
    );
  });

  it('pushes nothing in a dry run but keeps documents and pull request text', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC, dryRun: true });
    expect(run).toMatchObject({
      status: 'succeeded',
      branch_name: null,
      pull_request_url: null,
      dry_run: true,
    });
    expect(await git(repository, 'branch', '--list')).toBe('* main');
    expect(run.artifacts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['pull-request.md', 'specs/001-borrowers-renew-loan/plan.md']),
    );
    expect(await engine.readText(run.run_id, 'commit_status.env')).toBe(
      'changes_pushed=0\nbranch=\nreason=dry_run\n',
    );
  });

  it('leaves changes outside the allowed folders out of the commit and says so', async () => {
    const repository = await makeRepository({ files: FILES });
    const agent = scriptedAgent((invocation) => ({
      files: { ...goodDocument(invocation), 'src/index.ts': 'changed', 'new.txt': 'x' },
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run.status).toBe('succeeded');
    expect(await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? '')).not.toMatch(
      /src|new\.txt/u,
    );
    const text = await engine.readText(run.run_id, 'pull-request.md');
    expect(text).toMatch(/new\.txt[\s\S]*src\/index\.ts/u);
    expect(text).not.toContain('README.md');
  });
});

describe('a run that changes nothing', () => {
  it('ends no_diff after the first agent phase when the agent wrote nothing', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [scriptedAgent(() => ({ isFinishing: true }))] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({
      status: 'no_changes',
      reason: 'no_diff',
      reason_text: expect.stringMatching(/^Nothing changed: agent '\w+' wrote nothing new\.$/u),
      branch_name: null,
      pull_request_url: null,
    });
    expect(run.phases.filter(({ status }) => status === 'skipped').map(({ phase }) => phase)).toEqual([
      'speckit_plan',
      'speckit_tasks',
      'commit_push',
      'open_pr',
    ]);
    expect(await git(repository, 'branch', '--list')).toBe('* main');
    expect(await engine.readText(run.run_id, 'commit_status.env')).toBe(
      'changes_pushed=0\nbranch=\nreason=no_diff\n',
    );
  });

  it('asks no agent when the base branch already holds the complete feature of this very spec text', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const first = await engine.runToEnd({ repository, specText: SPEC });
    await git(repository, 'merge', '--quiet', '--ff-only', first.branch_name ?? '');
    const second = await engine.runToEnd({ repository, specText: SPEC });
    expect(second).toMatchObject({
      status: 'no_changes',
      reason: 'no_diff',
      feature_directory: first.feature_directory,
    });
    expect(
      second.phases
        .filter(({ phase }) => phase.startsWith('speckit'))
        .every(({ status }) => status === 'skipped'),
    ).toBe(true);
  });

  it('leaves a complete feature alone that is continued with another text, says so, and writes it anew when told to', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const first = await engine.runToEnd({ repository, specText: SPEC });
    await git(repository, 'merge', '--quiet', '--ff-only', first.branch_name ?? '');
    const feature = first.feature_directory ?? '';
    const second = await engine.runToEnd({ repository, specText: 'Something else', feature });
    expect(second).toMatchObject({
      status: 'no_changes',
      reason: 'no_diff',
      reason_text: `Nothing changed: every document of ${feature} is complete already, and a complete one is kept.`,
      remedy: expect.stringContaining(`runs retry ${second.run_id} --from speckit_specify`),
    });
    await engine.app.retry({ runId: second.run_id, from: 'speckit_specify' });
    const anew = await engine.waitForEnd(second.run_id);
    expect(anew).toMatchObject({ status: 'succeeded', feature_directory: feature });
    expect(await git(repository, 'show', `${anew.branch_name}:${feature}/spec.md`)).toContain(
      'Something else',
    );
  });

  it('does only the missing phases of a feature that is continued', async () => {
    const invocation = {
      phase: 'speckit_specify',
      featureDirectory: 'specs/004-old',
      specText: 'other',
    } as const;
    const spec = goodDocument({
      ...invocation,
      specKitCommand: 'specify',
      prompt: '',
      requestedOn: '',
      branchName: '',
      clarifications: [],
      notes: null,
    });
    const repository = await makeRepository({ files: { ...FILES, ...spec } });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC, feature: 'specs/004-old/' });
    expect(run).toMatchObject({ status: 'succeeded', feature_directory: 'specs/004-old' });
    expect(run.phases.find(({ phase }) => phase === 'speckit_specify')?.status).toBe('skipped');
    expect(await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? '')).toBe(
      'specs/004-old/plan.md\nspecs/004-old/tasks.md',
    );
  });
});

it('publishes only below the folders of the policy', () => {
  expect(ALLOWED_PREFIXES).toEqual(['specs', '.specify/memory']);
});
