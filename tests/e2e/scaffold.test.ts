import { describe, expect, it } from 'vitest';

import type { Deps } from '../../src/engine/deps.ts';
import { openEngine, type EngineKitOptions } from '../support/engine-kit.ts';
import { git, makeRepository, temporaryDirectory, type FileTree } from '../support/git-repository.ts';
import { goodDocument, obedientAgent, scriptedAgent } from '../support/scripted-agent.ts';

const SPEC = 'Users can export their list.';
const skill = (command: string) =>
  `---\nname: speckit-${command}\n---\n\nFrom the image: ${command} $ARGUMENTS\n`;
const SCAFFOLD: Readonly<Record<string, string>> = {
  '.specify/init-options.json': '{"speckit_version":"1.0.1"}',
  '.specify/memory/constitution.md': '# [PROJECT_NAME] Constitution\n',
  '.specify/memory/.constitution-template.json': '{"source":"core"}',
  '.specify/scripts/bash/setup-plan.sh': '#!/usr/bin/env bash\necho >>.specify/ran planned\n',
  '.specify/scripts/bash/create-new-feature.sh': '#!/usr/bin/env bash\ngit checkout -b evil\n',
  '.specify/extensions.yml': 'hooks:\n',
  '.specify/templates/spec-template.md':
    '# Feature Specification: [FEATURE NAME]\n\n- **FR-001**: It.\n### User Story 1\n',
  ...Object.fromEntries(
    ['specify', 'plan', 'tasks'].map((command) => [
      `.agents/skills/speckit-${command}/SKILL.md`,
      skill(command),
    ]),
  ),
};

/** The process sandbox, as if it had an image that holds Spec Kit for Codex. */
function withScaffold(files: Readonly<Record<string, string>>): (deps: Deps) => Deps {
  return (deps) => ({
    ...deps,
    sandboxes: new Map(
      [...deps.sandboxes].map(([name, sandbox]) => [
        name,
        {
          ...sandbox,
          readScaffold: (key) =>
            Promise.resolve(
              new Map(
                key === 'codex' ? Object.entries(files).map(([file, text]) => [file, Buffer.from(text)]) : [],
              ),
            ),
        },
      ]),
    ),
  });
}

/** Says what is in its working copy, and runs the script the plan prompt would name. */
const lookingAgent = scriptedAgent((invocation) => ({
  files: goodDocument(invocation),
  obeys: ['.specify/scripts/bash/setup-plan.sh', '.specify/scripts/bash/create-new-feature.sh'],
  lists: true,
  isFinishing: true,
}));

async function work(files: FileTree, options: Partial<EngineKitOptions> = {}) {
  const repository = await makeRepository({ files: { 'README.md': 'readme\n', ...files } });
  await using engine = await openEngine({
    agents: [lookingAgent],
    change: withScaffold(SCAFFOLD),
    ...options,
  });
  const run = await engine.runToEnd({ repository, specText: SPEC });
  const read = (name: string) => engine.readText(run.run_id, name).catch(() => '');
  const changed = await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? 'main');
  return {
    run,
    changed: changed.split('\n'),
    prompt: await read('speckit_plan.prompt.md'),
    discovered: await read('discover.stdout.log'),
    seen: await read('speckit_plan.stdout.log'),
    leftOut: await read('commit_push.stderr.log'),
    summary: JSON.parse(await read('run-summary.json')),
  };
}

describe('Spec Kit in the image of a sandbox', () => {
  it('serves a repository without prompts, is laid where nothing is, and is never published', async () => {
    const own = { '.specify/templates/plan-template.md': 'own plan\n' };
    const result = await work(own);
    expect(result.run.status).toBe('succeeded');
    expect(result.prompt).toContain('From the image: plan');
    expect(result.discovered).toContain('Prompts: spec-kit/.agents/skills/speckit-specify/SKILL.md');
    expect(result.discovered).toMatch(/Spec Kit of the sandbox's image: 5 files .*sha256 [0-9a-f]{64}/u);
    expect(result.summary).toMatchObject({ prompt_pack: 'spec-kit', scaffold_digest: expect.any(String) });
    for (const name of Object.keys(SCAFFOLD)) {
      const isThere = result.seen.includes(`there: ${name}\n`);
      expect([name, isThere]).toEqual([name, !/create-new|extensions|\.agents/u.test(name)]);
    }
    expect(result.seen).toContain('there: .specify/templates/plan-template.md');
    expect(result.changed.every((name) => /^specs\/001-[\w-]+\/\w+\.md$/u.test(name))).toBe(true);
    // What its script wrote is the agent's doing, and is told.
    expect(result.leftOut).toBe('Left out by the publish policy: .specify/ran\n');
  });

  it('stands behind the prompts of the repository, and before the built-in ones', async () => {
    const path = '.agents/skills/speckit-plan/SKILL.md';
    const all = ['specify', 'plan', 'tasks'].map(
      (command) => [path.replace('plan', command), `Of the repository: ${command} $ARGUMENTS\n`] as const,
    );
    const own = await work(Object.fromEntries(all));
    expect(own.prompt).toContain('Of the repository: plan');
    expect(own.seen).not.toContain('there: .specify/scripts');
    expect(own.summary.scaffold_digest).toBeNull();
    const without = await work({}, { change: withScaffold({}) });
    expect(without.summary.prompt_pack).toBe('builtin');
  });

  it('is a template like any other: who leaves it as it is has written nothing', async () => {
    const lazy = scriptedAgent(({ featureDirectory }) => ({
      files: { [`${featureDirectory}/spec.md`]: SCAFFOLD['.specify/templates/spec-template.md'] ?? '' },
      isFinishing: true,
    }));
    const { run } = await work({}, { agents: [lazy] });
    expect(run).toMatchObject({ status: 'failed', reason: 'no_output' });
    expect(run.reason_text).toContain('it is the template, unchanged');
  });

  it('is refused when its names leave the repository', async () => {
    const { run } = await work({}, { change: withScaffold({ ...SCAFFOLD, '../evil': 'x' }) });
    expect(run).toMatchObject({ status: 'failed', reason: 'sandbox_unavailable' });
  });

  it('is laid again by whoever goes on with the run', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: { 'README.md': 'readme\n' } });
    const change = withScaffold(SCAFFOLD);
    const failing = scriptedAgent((invocation) =>
      invocation.phase === 'speckit_specify'
        ? { files: goodDocument(invocation), isFinishing: true }
        : { exitCode: 1 },
    );
    let runId = '';
    {
      await using engine = await openEngine({ agents: [failing], home, change });
      runId = (await engine.runToEnd({ repository, specText: SPEC })).run_id;
    }
    await using engine = await openEngine({ agents: [lookingAgent], home, change });
    await engine.app.retry({ runId });
    const run = await engine.waitForEnd(runId);
    expect(run.status).toBe('succeeded');
    expect(await engine.readText(runId, 'speckit_plan.stdout.log')).toContain(
      'there: .specify/memory/constitution.md',
    );
    const changed = await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? '');
    expect(changed).not.toContain('.specify');
  });

  it('is not asked for by a run that began without it', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: { 'README.md': 'readme\n' } });
    let runId = '';
    {
      await using engine = await openEngine({ agents: [scriptedAgent(() => ({ exitCode: 1 }))], home });
      runId = (await engine.runToEnd({ repository, specText: SPEC })).run_id;
    }
    await using engine = await openEngine({
      agents: [obedientAgent()],
      home,
      change: withScaffold(SCAFFOLD),
    });
    await engine.app.retry({ runId });
    await engine.waitForEnd(runId);
    expect(await engine.readText(runId, 'speckit_plan.prompt.md')).not.toContain('From the image');
  });
});
