import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { appError } from '../../src/domain/app-error.ts';
import { gitCli } from '../../src/git/git-cli.ts';
import type { Git } from '../../src/git/port.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEngine } from '../support/engine-kit.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { git, makeRepository } from '../support/git-repository.ts';
import { goodDocument, obedientAgent, scriptedAgent, type Script } from '../support/scripted-agent.ts';
import { waitFor } from '../support/wait-for.ts';

const FILES = { 'README.md': '# Sample\n', 'src/index.ts': 'export {};\n' };
const SPEC = 'Let borrowers renew a loan';

describe('a run that fails', () => {
  const failing: Readonly<
    Record<
      string,
      readonly [(phase: string, files: Readonly<Record<string, string>>) => Script, string, RegExp]
    >
  > = {
    'exits 0 without a terminal event': [(_, files) => ({ files }), 'agent_failed', /no final event/u],
    'exits 3 with nothing': [() => ({ exitCode: 3 }), 'agent_failed', /exit code 3/u],
    'finishes without its document': [
      () => ({ files: { 'specs/other/spec.md': 'x' }, isFinishing: true }),
      'no_output',
      /not written/u,
    ],
    'leaves a template': [
      (_, files) => ({
        files: Object.fromEntries(
          Object.keys(files).map((file) => [
            file,
            `# Feature Specification: [FEATURE NAME]\n${'x'.repeat(100)}`,
          ]),
        ),
        isFinishing: true,
      }),
      'no_output',
      /template/u,
    ],
    'plants a link': [
      (_, files) => ({ files, links: { 'specs/evil': '/etc/passwd' }, isFinishing: true }),
      'policy_refused',
      /link/u,
    ],
    'plants a nested repository': [
      (_, files) => ({ files: { ...files, 'specs/x/.git/config': '[core]' }, isFinishing: true }),
      'policy_refused',
      /\.git/u,
    ],
  };

  for (const [what, [script, reason, text]] of Object.entries(failing)) {
    it(`says ${reason} when the agent ${what}`, async () => {
      const repository = await makeRepository({ files: FILES });
      const agent = scriptedAgent((invocation) => script(invocation.phase, goodDocument(invocation)));
      await using engine = await openEngine({ agents: [agent] });
      const run = await engine.runToEnd({ repository, specText: SPEC });
      expect(run).toMatchObject({ status: 'failed', reason, branch_name: null });
      expect(run.reason_text).toMatch(text);
      expect(run.remedy).toBeTruthy();
      expect(run.phases.find(({ phase }) => phase === 'speckit_specify')).toMatchObject({
        status: 'failed',
        reason,
      });
      expect(run.artifacts.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          'speckit_specify.stdout.log',
          'run-summary.json',
          'commit_status.env',
          'changes.patch',
        ]),
      );
      expect(await git(repository, 'branch', '--list')).toBe('* main');
    });
  }

  it('stops an agent at its deadline and says timeout', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({
      agents: [scriptedAgent(() => ({ waitFor: '/nonexistent/never' }))],
      settings: { phaseTimeoutMs: 300 },
    });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'timeout' });
  });

  it('names the features there are when the one to continue is not there', async () => {
    const odd = { 'specs/a b/spec.md': '# A\n', 'specs/-c/spec.md': '# C\n' };
    const repository = await makeRepository({ files: { ...FILES, ...odd, 'specs/001-a/spec.md': '# A\n' } });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC, feature: '002-b' });
    expect(run).toMatchObject({ status: 'failed', reason: 'feature_not_found' });
    // Only those that --feature takes.
    expect(run.remedy).toContain('name one of: 001-a.');
  });

  for (const [faults, status, reason] of [
    [2, 'succeeded', null],
    [3, 'failed', 'clone_failed'],
  ] as const) {
    it(`ends ${status} when the clone fails ${faults} times, and keeps the logs of each attempt`, async () => {
      const repository = await makeRepository({ files: FILES });
      const real = gitCli(GIT_OPTIONS);
      let left = faults;
      const flaky: Git = {
        ...real,
        fetchBase(options) {
          left -= 1;
          return left >= 0
            ? Promise.reject(appError('clone_failed', { repository, problem: 'connection reset' }))
            : real.fetchBase(options);
        },
      };
      const clock = systemClock();
      const hurried = {
        ...clock,
        sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.min(ms, 20), signal),
      };
      await using engine = await openEngine({
        agents: [obedientAgent()],
        overrides: { git: flaky, clock: hurried },
      });
      const run = await engine.runToEnd({ repository, specText: SPEC });
      expect(run).toMatchObject({ status, reason });
      const attempts = run.phases.filter(({ phase }) => phase === 'git_clone');
      expect(attempts.map((attempt) => attempt.status)).toEqual([
        'retrying',
        'retrying',
        status === 'failed' ? 'failed' : 'succeeded',
      ]);
      const names = run.artifacts.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining([
          'git_clone.attempt-1.stderr.log',
          'git_clone.attempt-2.stderr.log',
          'git_clone.stderr.log',
        ]),
      );
    });
  }
});

describe('cancelling', () => {
  it('stops the agent, ends cancelled and can be taken up again', async () => {
    const repository = await makeRepository({ files: FILES });
    const gate = path.join(repository, '.git', 'gate');
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation),
      isFinishing: true,
      ...(invocation.phase === 'speckit_plan' ? { waitFor: gate } : {}),
    }));
    await using engine = await openEngine({ agents: [agent] });
    const { run_id: runId } = await engine.app.submit({ repository, specText: SPEC });
    await waitFor(
      async () =>
        (await engine.app.get(runId)).phases.some(
          ({ phase, status }) => phase === 'speckit_plan' && status === 'running',
        ),
      { timeoutMs: 20_000, what: 'the plan phase' },
    );
    await engine.app.cancel(runId);
    await engine.app.cancel(runId);
    const cancelled = await engine.waitForEnd(runId);
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
    await expect(engine.app.cancel(runId)).resolves.toMatchObject({ status: 'cancelled' });

    await writeFile(gate, '');
    await engine.app.retry({ runId });
    const finished = await engine.waitForEnd(runId);
    expect(finished.status).toBe('succeeded');
    expect(finished.phases.filter(({ phase }) => phase === 'speckit_specify')).toHaveLength(1);
    expect(finished.artifacts.map(({ name }) => name)).toContain('speckit_plan.attempt-1.stdout.log');
  });

  it('refuses to cancel a run that succeeded', async () => {
    const repository = await makeRepository({ files: FILES });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    await expect(engine.app.cancel(run.run_id)).rejects.toMatchObject({ code: 'cancel_not_applicable' });
  });
});
