import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Agent } from '../../src/agent/port.ts';
import { openEngine } from '../support/engine-kit.ts';
import { makeRepository } from '../support/git-repository.ts';
import { obedientAgent } from '../support/scripted-agent.ts';

const FILES = { 'README.md': 'readme\n' };
const SPEC = 'Users can export their list.';

describe('evidence that cannot be written', () => {
  it('ends the run failed with the place and the cause, not in silence', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'spec-automation-test-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    await writeFile(path.join(home, 'artifacts'), 'in the way');
    await using engine = await openEngine({ agents: [obedientAgent()], home });
    const run = await engine.runToEnd({
      repository: await makeRepository({ files: FILES }),
      specText: SPEC,
    });
    expect(run).toMatchObject({ status: 'failed', reason: 'home_not_writable' });
    expect(run.reason_text).toContain(path.join(home, 'artifacts'));
    await rm(path.join(home, 'artifacts'));
    await engine.app.retry({ runId: run.run_id });
    expect(await engine.waitForEnd(run.run_id)).toMatchObject({ status: 'succeeded' });
  });

  it('is the same when it is the folder for people', async () => {
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const runId = '11111111-1111-4111-8111-111111111111';
    const { artifacts, root } = engine.deps.workspaces.locate(runId);
    await mkdir(root, { recursive: true });
    await writeFile(artifacts, 'in the way');
    await using other = await openEngine({
      agents: [obedientAgent()],
      home: engine.home,
      overrides: { newId: () => runId },
    });
    const repository = await makeRepository({ files: FILES });
    const run = await other.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'home_not_writable' });
  });
});

it('a store that fails while a run ends is told to whoever follows', async () => {
  await using engine = await openEngine({ agents: [obedientAgent()] });
  const store = {
    ...engine.deps.store,
    finishRun: () => Promise.reject(new Error('the disk is gone')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using broken = await openEngine({
    agents: [obedientAgent()],
    home: engine.home,
    overrides: { store },
  });
  const repository = await makeRepository({ files: FILES });
  await expect(broken.runToEnd({ repository, specText: SPEC })).rejects.toThrow('the disk is gone');
});

describe('an agent that runs foreign code', () => {
  const agent: Agent = { ...obedientAgent(), runsForeignCode: true };

  it('is refused where nothing holds it, with the way out', async () => {
    await using engine = await openEngine({ agents: [agent], confinement: 'off' });
    const run = await engine.runToEnd({ repository: await makeRepository({ files: FILES }), specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'unconfined_agent', branch_name: null });
    expect(run.remedy).toMatch(/bubblewrap.*--allow-unconfined/u);
    expect(run.phases.filter(({ phase }) => phase === 'git_clone').map(({ status }) => status)).toEqual([
      'skipped',
    ]);
  });

  it('works there when the operator says so, and the audit says what held it', async () => {
    await using engine = await openEngine({ agents: [agent], confinement: 'off' });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC, allowUnconfined: true });
    expect(run.status).toBe('succeeded');
    expect(await engine.readText(run.run_id, 'start_job_container.stderr.log')).toContain('without a wall');
    const audit = JSON.parse(await engine.readText(run.run_id, 'credential-audit.json'));
    expect(audit).toMatchObject({ is_confined: false, wall: expect.stringContaining('no wall') });
  });
});

it('a link left in HOME by the agent of one phase leads nobody astray in the next', async () => {
  await using engine = await openEngine({ agents: [linkingAgent()] });
  const run = await engine.runToEnd({ repository: await makeRepository({ files: FILES }), specText: SPEC });
  expect(run.status).toBe('succeeded');
  expect(await readdir(engine.home)).not.toContain('config.toml');
});

/** Replaces the folder of its configuration by a link to the state directory, four folders up from its working copy. */
function linkingAgent(): Agent {
  const base = obedientAgent();
  const script = 'rm -rf "$HOME/.tool"; ln -s "$PWD/../../.." "$HOME/.tool"; exec "$@"';
  return {
    ...base,
    command(invocation) {
      const command = base.command(invocation);
      const argv = ['/bin/sh', '-c', script, 'linking', ...command.argv] as const;
      return { ...command, argv: [...argv], homeFiles: { '.tool/config.toml': 'planted' } };
    },
  };
}

it('a queued run cannot be retried with words it would not use', async () => {
  const queue = {
    ring: () => Promise.resolve(),
    listen: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using engine = await openEngine({ agents: [obedientAgent()], overrides: { queue } });
  const repository = await makeRepository({ files: FILES });
  const { run_id: runId } = await engine.app.submit({ repository, specText: SPEC });
  for (const words of [{ notes: 'x' }, { from: 'commit_push' }, { answers: 'x' }] as const) {
    await expect(engine.app.retry({ runId, ...words })).rejects.toMatchObject({
      code: words.answers === undefined ? 'retry_not_applicable' : 'answers_invalid',
    });
  }
  expect(await engine.app.retry({ runId })).toMatchObject({ status: 'queued' });
});
