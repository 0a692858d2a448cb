import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { openEngine } from '../support/engine-kit.ts';
import { git, importStream, makeRepository, type FileTree } from '../support/git-repository.ts';
import { obedientAgent } from '../support/scripted-agent.ts';

const FILES = { 'README.md': '# Sample\n', 'src/index.ts': 'export {};\n' };
const SPEC = 'Let borrowers renew a loan';

async function runOn(repository: string) {
  await using engine = await openEngine({ agents: [obedientAgent()] });
  const startedMs = performance.now();
  const run = await engine.runToEnd({ repository, specText: SPEC });
  return { run, tookMs: Math.round(performance.now() - startedMs) };
}

function skillFor(command: string): string {
  return `---\nname: speckit-${command}\ndescription: x\n---\n\nOur own words for ${command}: $ARGUMENTS\n`;
}

describe('every kind of repository', () => {
  it('may have over 2,000 files', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2_500 }, (_, index) => [
        `src/part-${index % 50}/file-${index}.ts`,
        `export const n = ${index};\n`,
      ]),
    );
    const { run, tookMs } = await runOn(await makeRepository({ files: { ...FILES, ...many } }));
    console.log(`2,502 files: ${tookMs} ms`);
    expect(run.status).toBe('succeeded');
  });

  it('may have over 5,000 commits', async () => {
    const repository = await makeRepository({ files: FILES });
    const commits = Array.from(
      { length: 5_200 },
      (_, index) =>
        `commit refs/heads/main\ncommitter A <a@b> ${1_767_225_600 + index} +0000\ndata 1\nx\n${index === 0 ? 'from refs/heads/main^0\n' : ''}M 100644 inline count.txt\ndata ${String(index).length}\n${index}\n`,
    );
    await importStream(repository, commits.join(''));
    await git(repository, 'reset', '--quiet', '--hard');
    expect(Number(await git(repository, 'rev-list', '--count', 'main'))).toBeGreaterThan(5_000);
    const { run, tookMs } = await runOn(repository);
    console.log(`5,201 commits: ${tookMs} ms`);
    expect(run.status).toBe('succeeded');
    expect(await git(repository, 'rev-parse', `${run.branch_name}^`)).toBe(
      await git(repository, 'rev-parse', 'main'),
    );
  });

  it('may be bare', async () => {
    const repository = await makeRepository({ files: FILES, isBare: true });
    const { run } = await runOn(repository);
    expect(run.status).toBe('succeeded');
    expect(await git(repository, 'rev-parse', '--verify', run.branch_name ?? '')).toBe(run.commit);
  });

  it('may have a dirty checkout, which is left exactly as it was', async () => {
    const repository = await makeRepository({ files: { ...FILES, 'stays.txt': 'x\n' } });
    await writeFile(path.join(repository, 'README.md'), 'changed, staged\n');
    await git(repository, 'add', 'README.md');
    await writeFile(path.join(repository, 'src', 'index.ts'), 'changed, not staged\n');
    await writeFile(path.join(repository, 'untracked.txt'), 'untracked\n');
    const look = async () => ({
      status: await git(repository, 'status', '--porcelain=v2', '--branch'),
      diff: await git(repository, 'diff', 'HEAD'),
      index: await git(repository, 'ls-files', '--stage'),
      head: await git(repository, 'symbolic-ref', 'HEAD'),
      config: await git(repository, 'config', '--local', '--list'),
    });
    const before = await look();
    const { run } = await runOn(repository);
    expect(run.status).toBe('succeeded');
    expect(await look()).toEqual(before);
  });

  it('may be named by a file URL, by a path with a link in it, and have a branch that is not called main', async () => {
    const repository = await makeRepository({ files: FILES, branch: 'trunk' });
    const { run } = await runOn(new URL(`file://${repository}`).href);
    expect(run).toMatchObject({ status: 'succeeded', base_branch: 'trunk', repository });
  });

  it('may have Spec Kit installed, whose own prompts are used', async () => {
    const skills: FileTree = Object.fromEntries(
      ['specify', 'plan', 'tasks'].map((command) => [
        `.agents/skills/speckit-${command}/SKILL.md`,
        skillFor(command),
      ]),
    );
    const files = {
      ...FILES,
      ...skills,
      '.specify/init-options.json': '{"speckit_version":"1.0.1","feature_numbering":"timestamp"}',
      'specs/003-old/spec.md': '# Old\n',
    };
    const repository = await makeRepository({ files });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run.status).toBe('succeeded');
    expect(run.feature_directory).toMatch(/^specs\/\d{8}-\d{6}-borrowers-renew-loan-[0-9a-f]{8}$/u);
    expect(await engine.readText(run.run_id, 'speckit_plan.prompt.md')).toMatch(
      /Our own words for plan:[\s\S]*Let borrowers renew a loan/u,
    );
    expect(await engine.readText(run.run_id, 'pull-request.md')).toContain('1.0.1');
    expect(await engine.readText(run.run_id, 'discover.stdout.log')).toContain('Feature 003-old');
  });
});

describe('many runs on one repository', () => {
  it('twenty at once give twenty branches and twenty feature folders, and no failure', async () => {
    const repository = await makeRepository({ files: { ...FILES, 'specs/007-old/spec.md': '# Old\n' } });
    await using engine = await openEngine({ agents: [obedientAgent()] });
    await using other = await openEngine({ agents: [obedientAgent()], home: engine.home });
    const startedMs = performance.now();
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? engine : other).runToEnd({ repository, specText: SPEC }),
      ),
    );
    console.log(`20 runs in two workers of 4: ${Math.round(performance.now() - startedMs)} ms`);
    expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'succeeded'));
    expect(new Set(runs.map((run) => run.branch_name)).size).toBe(20);
    expect(runs.map((run) => run.feature_directory ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual(
      Array.from(
        { length: 20 },
        (_, index) => `specs/${String(index + 8).padStart(3, '0')}-borrowers-renew-loan`,
      ),
    );
    expect((await git(repository, 'branch', '--list', 'spec_automation/*')).split('\n')).toHaveLength(20);
    for (const run of runs) {
      expect(await git(repository, 'ls-tree', '--name-only', `${run.branch_name}:specs`)).toBe(
        `007-old\n${run.feature_directory?.slice('specs/'.length)}`,
      );
    }
  });
});
