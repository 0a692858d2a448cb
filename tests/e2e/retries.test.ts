import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { executeRun } from '../../src/engine/execute-run.ts';
import { inProcessQueue } from '../../src/queue/in-process-queue.ts';
import { openEngine } from '../support/engine-kit.ts';
import { git, makeRepository } from '../support/git-repository.ts';
import { goodDocument, obedientAgent, scriptedAgent } from '../support/scripted-agent.ts';
import { waitFor } from '../support/wait-for.ts';

const FILES = { 'README.md': '# Sample\n' };
const SPEC = 'Let borrowers renew a loan';
const QUESTION = 'How often may a loan be renewed?';

/** Asks one question as long as nobody answered it. */
const askingAgent = scriptedAgent((invocation) => {
  const answers = invocation.clarifications.map(({ answer }) => answer).filter((answer) => answer !== null);
  const extra =
    invocation.phase !== 'speckit_specify'
      ? ''
      : answers.length > 0
        ? `\nAnswered: ${answers.join()}\n`
        : `\n[NEEDS CLARIFICATION: ${QUESTION}]\n`;
  return { files: goodDocument(invocation, extra), isFinishing: true };
});

describe('questions an agent leaves open', () => {
  it('stop the run before anything is pushed, and answers finish it', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [askingAgent] });
    const asked = await engine.runToEnd({ repository, specText: SPEC });
    expect(asked).toMatchObject({
      status: 'no_changes',
      reason: 'clarification_needed',
      clarifications: [{ question: QUESTION, answer: null }],
    });
    expect(await git(repository, 'branch', '--list')).toBe('* main');
    await expect(engine.app.retry({ runId: asked.run_id })).rejects.toMatchObject({
      code: 'retry_not_applicable',
    });
    await expect(engine.app.retry({ runId: asked.run_id, answers: 'nothing' })).rejects.toMatchObject({
      code: 'answers_invalid',
    });

    const sheet = await engine.readText(asked.run_id, 'clarifications.md');
    expect(sheet).toContain(QUESTION);
    await engine.app.retry({
      runId: asked.run_id,
      answers: sheet.replace(/^Answer:\s*$/mu, 'Answer: Twice'),
    });
    const answered = await engine.waitForEnd(asked.run_id);
    expect(answered).toMatchObject({
      status: 'succeeded',
      clarifications: [{ question: QUESTION, answer: 'Twice' }],
    });
    expect(
      await git(repository, 'show', `${answered.branch_name}:${answered.feature_directory}/spec.md`),
    ).toContain('Answered: Twice');
    expect(answered.feature_directory).toBe(asked.feature_directory);
  });

  it('are published when the run is told to continue', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [askingAgent] });
    const run = await engine.runToEnd({ repository, specText: SPEC, onClarification: 'continue' });
    expect(run).toMatchObject({
      status: 'succeeded',
      clarifications: [{ question: QUESTION, answer: null }],
    });
    expect(await engine.readText(run.run_id, 'pull-request.md')).toContain(QUESTION);
    expect(run.artifacts.map(({ name }) => name)).toContain('clarifications.md');
  });
});

describe('retrying', () => {
  it('publishes finished work without asking the agent again', async () => {
    const repository = await makeRepository({ files: FILES, isBare: true });
    const hook = path.join(repository, 'hooks', 'pre-receive');
    await git(repository, 'init', '--quiet', '--bare');
    await writeFile(hook, '#!/bin/sh\necho no pushing today >&2\nexit 1\n').then(() => chmod(hook, 0o755));
    const startLog = path.join(repository, 'starts');
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation),
      isFinishing: true,
      startLog,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const refused = await engine.runToEnd({ repository, specText: SPEC });
    expect(refused).toMatchObject({ status: 'failed', reason: 'push_denied', branch_name: null });
    expect(refused.remedy).toContain(refused.run_id);

    await rm(hook);
    await engine.app.retry({ runId: refused.run_id });
    const published = await engine.waitForEnd(refused.run_id);
    expect(published.status).toBe('succeeded');
    expect((await readFile(startLog, 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  it('redoes from a phase it is told to, and refuses one that lies ahead', async () => {
    const repository = await makeRepository({ files: FILES });
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, invocation.notes === null ? '' : `\n${invocation.notes}\n`),
      isFinishing: invocation.phase !== 'speckit_tasks' || invocation.notes !== null,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const failed = await engine.runToEnd({ repository, specText: SPEC });
    expect(failed).toMatchObject({ status: 'failed', reason: 'agent_failed' });
    await expect(engine.app.retry({ runId: failed.run_id, from: 'open_pr' })).rejects.toMatchObject({
      code: 'retry_not_applicable',
    });

    await engine.app.retry({ runId: failed.run_id, from: 'speckit_plan', notes: 'Mind the gap' });
    const done = await engine.waitForEnd(failed.run_id);
    expect(done.status).toBe('succeeded');
    expect(done.phases.filter(({ phase }) => phase === 'speckit_specify')).toHaveLength(1);
    expect(
      done.phases
        .filter(({ phase }) => phase === 'speckit_plan')
        .map(({ attempt, status }) => `${attempt} ${status}`),
    ).toEqual(['1 succeeded', '2 succeeded']);
    expect(await git(repository, 'show', `${done.branch_name}:${done.feature_directory}/plan.md`)).toContain(
      'Mind the gap',
    );
  });

  it('is refused for a run that succeeded, one with nothing to change, and one that is not known', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({
      agents: [obedientAgent(), scriptedAgent(() => ({ isFinishing: true }), 'idle')],
    });
    const done = await engine.runToEnd({ repository, specText: SPEC });
    const idle = await engine.runToEnd({ repository, specText: 'Another thing', agent: 'idle' });
    for (const runId of [done.run_id, idle.run_id])
      await expect(engine.app.retry({ runId })).rejects.toMatchObject({ code: 'retry_not_applicable' });
    await expect(engine.app.retry({ runId: '12345678' })).rejects.toMatchObject({ code: 'run_not_found' });
  });

  it('takes up a queued run whose ring was lost with its process', async () => {
    const repository = await makeRepository({ files: FILES });
    const deaf = { ...inProcessQueue(), ring: () => Promise.resolve() };
    await using lost = await openEngine({ agents: [obedientAgent()], overrides: { queue: deaf } });
    const { run_id: runId } = await lost.app.submit({ repository, specText: SPEC });
    await using finder = await openEngine({ agents: [obedientAgent()], home: lost.home });
    await finder.app.retry({ runId });
    expect(await finder.waitForEnd(runId)).toMatchObject({ status: 'succeeded' });
  });

  it('starts over from the clone when the saved work is gone', async () => {
    const repository = await makeRepository({ files: FILES });
    let isBroken = true;
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation),
      isFinishing: invocation.phase !== 'speckit_tasks' || !isBroken,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const failed = await engine.runToEnd({ repository, specText: SPEC });
    await rm(engine.deps.workspaces.locate(failed.run_id).root, { recursive: true });
    isBroken = false;
    await engine.app.retry({ runId: failed.run_id });
    const done = await engine.waitForEnd(failed.run_id);
    expect(done.status).toBe('succeeded');
    expect(
      await git(repository, 'ls-tree', '--name-only', `${done.branch_name}:${done.feature_directory}`),
    ).toBe('plan.md\nspec.md\ntasks.md');
  });
});

describe('two processes', () => {
  it('never work on the same run', async () => {
    const repository = await makeRepository({ files: FILES });
    const startLog = path.join(repository, '.git', 'starts');
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation),
      isFinishing: true,
      startLog,
    }));
    await using one = await openEngine({ agents: [agent] });
    await using two = await openEngine({ agents: [agent], home: one.home });
    const { run_id: runId } = await one.app.submit({ repository, specText: SPEC });
    await Promise.all([executeRun(two.deps, runId), executeRun(two.deps, runId), one.waitForEnd(runId)]);
    const run = await two.waitForEnd(runId);
    expect(run.status).toBe('succeeded');
    expect((await readFile(startLog, 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  it('start over when the saved work is gone, also where an agent is under way', async () => {
    await using two = await reachPlan({ leaseTtlMs: 3_000 });
    const { heir, runId, starts, openGate } = two;
    await rm(heir.deps.workspaces.locate(runId).git, { recursive: true });
    await two.takeOver();
    await waitFor(async () => (await starts()) === 4, {
      timeoutMs: 20_000,
      what: 'specify and plan once more',
    });
    await openGate();
    expect(await heir.waitForEnd(runId)).toMatchObject({ status: 'succeeded' });
  });

  it('hand a run over: the second repeats neither what was done nor what is under way, and the first can write no more', async () => {
    await using two = await reachPlan({ leaseTtlMs: 6_000 });
    const { heir, repository, runId, starts } = two;
    await two.takeOver();
    await two.openGate();
    const run = await heir.waitForEnd(runId);
    expect(run.status).toBe('succeeded');
    expect(run.phases.filter(({ phase }) => phase === 'speckit_specify')).toHaveLength(1);
    expect(await starts()).toBe(3);
    expect(await git(repository, 'branch', '--list', '--format=%(refname:short)', 'spec_automation/*')).toBe(
      run.branch_name,
    );
    const seqs = [];
    for await (const { seq } of heir.app.follow(runId)) seqs.push(seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});

/**
 * A run whose agent waits at a gate in the plan phase. Its worker never renews its lease: to a second one it looks dead, while in
 * truth it is only slow.
 */
async function reachPlan({ leaseTtlMs }: { readonly leaseTtlMs: number }) {
  const repository = await makeRepository({ files: FILES });
  const startLog = path.join(repository, '.git', 'starts');
  const gate = path.join(repository, '.git', 'gate');
  const agent = scriptedAgent((invocation) => ({
    files: goodDocument(invocation),
    isFinishing: true,
    startLog,
    ...(invocation.phase === 'speckit_plan' ? { waitFor: gate } : {}),
  }));
  const settings = { leaseTtlMs, leaseRenewMs: 1_400_000 };
  const slow = await openEngine({ agents: [agent], settings });
  const { run_id: runId } = await slow.app.submit({ repository, specText: SPEC });
  const heir = await openEngine({ agents: [agent], home: slow.home, settings: { leaseTtlMs: 10_000 } });
  const starts = async () => (await readFile(startLog, 'utf8').catch(() => '')).trim().split('\n').length;
  await waitFor(async () => (await starts()) === 2, { timeoutMs: 20_000, what: 'the plan phase' });
  const hasMoved = async () => {
    await heir.app.recover();
    return (await heir.app.get(runId)).worker === heir.deps.settings.workerName;
  };
  return {
    heir,
    repository,
    runId,
    starts,
    takeOver: () => waitFor(hasMoved, { timeoutMs: 20_000, what: 'the second process taking over' }),
    openGate: () => writeFile(gate, ''),
    async [Symbol.asyncDispose]() {
      await heir[Symbol.asyncDispose]();
      await slow[Symbol.asyncDispose]();
    },
  };
}
