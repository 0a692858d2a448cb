import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { RunDetail } from '../../src/contract/run-view.ts';
import { endOf, runCli, startCli } from '../support/cli.ts';
import { git, GIT_TEST_ENV, makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { waitFor } from '../support/wait-for.ts';

const call = promisify(execFile);
const FILES = {
  'README.md': '# Library\n\nLends books.\n',
  'package.json': '{"name":"library","dependencies":{"fastify":"5.0.0"}}',
  'src/index.ts': 'export {};\n',
};
const SPEC =
  'Renew loans online\n\nAs a borrower, I want to renew a loan, so that I can keep a book longer.\nA loan must not be renewed more than twice.\n';

async function setUp() {
  const home = await temporaryDirectory();
  const repository = await makeRepository({ files: FILES });
  await writeFile(path.join(home, 'spec.md'), SPEC);
  return { home, repository };
}

/** A repository so large that the run cannot be over before the signal comes. */
async function bigSetUp() {
  const home = await temporaryDirectory();
  const many = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, index) => [
      `src/${index % 40}/${index}.ts`,
      `export const n = ${index};\n`,
    ]),
  );
  return { home, repository: await makeRepository({ files: { ...FILES, ...many } }) };
}

describe('spec-automation run', () => {
  it('prints exactly one JSON document that keeps the contract', async () => {
    const { home, repository } = await setUp();
    const { exitCode, stdout } = await runCli(
      ['run', '--repo', repository, '--spec', 'spec.md', '--agent', 'outline', '--json'],
      { home },
    );
    expect(exitCode).toBe(0);
    const run = RunDetail.strict().parse(JSON.parse(stdout));
    expect(run).toMatchObject({ status: 'succeeded', agent: 'outline', sandbox: 'process' });
    // Where clean-up finds it.
    expect(run.pull_request_url).toMatch(new RegExp(`/runs/${run.run_id}/pull-request\\.md$`, 'u'));
    const spec = await git(repository, 'show', `${run.branch_name}:${run.feature_directory}/spec.md`);
    expect(spec).toMatch(/renew a loan[\s\S]*more than twice/iu);
    const usage = run.phases.find(({ phase }) => phase === 'speckit_specify')?.usage;
    expect(usage).toEqual({ input_tokens: 0, output_tokens: 0, cost_usd: 0 });
  });

  it('takes the spec from standard input, tells its progress on standard error, and its result on standard output', async () => {
    const { home, repository } = await setUp();
    const { exitCode, stdout, stderr } = await runCli(['run', '--repo', repository, '--spec', '-'], {
      home,
      stdin: SPEC,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^Run [0-9a-f-]{36}\n[\s\S]*speckit_specify: started\n[\s\S]*speckit_specify: succeeded in [\d.]+ m?s\n[\s\S]*run: succeeded\n$/u,
    );
    expect(stdout).toMatch(/^run +[0-9a-f-]{36}\nstatus +succeeded\n[\s\S]*branch +spec_automation\//u);
  });

  it('gives the same documents byte for byte for the same text and repository', async () => {
    const { home, repository } = await setUp();
    const trees = [];
    for (const agent of ['outline', 'outline']) {
      const { stdout } = await runCli(
        ['run', '--repo', repository, '--spec', 'spec.md', '--agent', agent, '--json'],
        { home },
      );
      const run: RunDetail = JSON.parse(stdout);
      const plan = await git(repository, 'show', `${run.branch_name}:${run.feature_directory}/tasks.md`);
      trees.push(plan.replaceAll(run.feature_directory ?? '', 'FEATURE'));
    }
    expect(trees[0]).toBe(trees[1]);
  });
});

describe('questions on the command line', () => {
  it('are answered with the file the run left', async () => {
    const { home, repository } = await setUp();
    const text = `${SPEC}\nHow long may a loan be renewed for? [NEEDS CLARIFICATION: how many days does a renewal last]\n`;
    const asked = await runCli(['run', '--repo', repository, '--text', text, '--json'], { home });
    const run: RunDetail = JSON.parse(asked.stdout);
    expect(run).toMatchObject({ status: 'no_changes', reason: 'clarification_needed' });
    expect(asked.exitCode).toBe(0);
    const sheet = await runCli(['runs', 'artifacts', run.run_id.slice(0, 8), '--get', 'clarifications.md'], {
      home,
    });
    await writeFile(
      path.join(home, 'answers.md'),
      sheet.stdout.replaceAll(/^Answer:\s*$/gmu, 'Answer: 14 days'),
    );
    const answered = await runCli(['runs', 'retry', run.run_id, '--answers', 'answers.md', '--json'], {
      home,
    });
    expect(JSON.parse(answered.stdout)).toMatchObject({ status: 'succeeded', run_id: run.run_id });
  });
});

describe('looking at runs', () => {
  it('shows, lists, logs and hands out the evidence of what was done', async () => {
    const { home, repository } = await setUp();
    const { stdout } = await runCli(
      ['run', '--repo', repository, '--spec', 'spec.md', '--external-ref', 'T-1', '--json'],
      { home },
    );
    const run: RunDetail = JSON.parse(stdout);
    const short = run.run_id.slice(0, 8);
    expect((await runCli(['runs', 'list'], { home })).stdout).toContain(`${short}  succeeded`);
    expect((await runCli(['runs', 'show', short], { home })).stdout).toMatch(/speckit_tasks +1 +succeeded/u);
    expect(JSON.parse((await runCli(['runs', 'show', short, '--json'], { home })).stdout)).toEqual(run);
    const logs = await runCli(['runs', 'logs', short, '--follow', '--phase', 'speckit_plan'], { home });
    expect(logs.stdout).toMatch(/speckit_plan: started[\s\S]*speckit_plan: succeeded/u);
    expect((await runCli(['runs', 'artifacts', short], { home })).stdout).toMatch(/changes\.patch +patch/u);
    const patch = await runCli(['runs', 'artifacts', short, '--get', 'changes.patch'], { home });
    expect(patch.stdout).toContain('+++ b/specs/');
    const missing = await runCli(['runs', 'artifacts', short, '--get', 'nothing'], { home });
    expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
    expect(missing.stderr).toMatch(/^Error \(artifact_not_found\): .*'?nothing/u);
    expect((await runCli(['runs', 'retry', short], { home })).exitCode).toBe(2);
    expect((await runCli(['runs', 'cancel', short], { home })).exitCode).toBe(2);
  });

  it('removes nothing before its time', async () => {
    const { home, repository } = await setUp();
    await runCli(['run', '--repo', repository, '--spec', 'spec.md'], { home });
    const { stdout } = await runCli(['cleanup', '--json'], { home });
    expect(JSON.parse(stdout)).toMatchObject({ artifacts: 0, files: 0, workspaces: [] });
  });
});

describe('stopping', () => {
  it('by Ctrl-C cancels the run, says so and exits 130; the run can be taken up again', async () => {
    const { home, repository } = await bigSetUp();
    const child = startCli(['run', '--repo', repository, '--text', SPEC, '--json'], { home });
    const ended = endOf(child);
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('speckit_specify: started')) child.kill('SIGINT');
    });
    const { exitCode, stdout, stderr } = await ended;
    expect(stderr).toContain('Cancelling; press Ctrl-C again to stop at once.');
    const run: RunDetail = JSON.parse(stdout);
    expect(run.status).toBe('cancelled');
    expect(exitCode).toBe(130);
    const again = await runCli(['runs', 'retry', run.run_id, '--json'], { home });
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'succeeded' });
  });

  it('by kill -9 loses nothing: retry goes on after the last finished phase', async () => {
    const { home, repository } = await bigSetUp();
    const child = startCli(['run', '--repo', repository, '--text', SPEC, '--json'], { home });
    const ended = endOf(child);
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('speckit_plan: started')) child.kill('SIGKILL');
    });
    const { stderr } = await ended;
    const runId = /Run ([0-9a-f-]{36})/u.exec(stderr)?.[1] ?? '';
    const { stdout, exitCode } = await runCli(['runs', 'retry', runId, '--json'], { home });
    expect(exitCode).toBe(0);
    const run: RunDetail = JSON.parse(stdout);
    expect(run.status).toBe('succeeded');
    expect(run.phases.filter(({ phase }) => phase === 'speckit_specify')).toHaveLength(1);
    expect((await git(repository, 'branch', '--list', 'spec_automation/*')).split('\n')).toHaveLength(1);
  });

  it('a second process reads and submits while the first works', async () => {
    const { home, repository } = await bigSetUp();
    const first = endOf(startCli(['run', '--repo', repository, '--text', SPEC, '--json'], { home }));
    await waitFor(
      async () =>
        (await runCli(['runs', 'list', '--status', 'in_progress', '--json'], { home })).stdout.includes(
          repository,
        ),
      { timeoutMs: 20_000, what: 'the first run under way' },
    );
    const second = await runCli(
      ['run', '--repo', repository, '--text', 'Something else entirely', '--json'],
      { home },
    );
    expect(second.exitCode).toBe(0);
    expect((await first).exitCode).toBe(0);
  });
});

describe('spec-automation demo', () => {
  it('succeeds twice on the same sample repository and prints where things are', async () => {
    const home = await temporaryDirectory();
    for (const count of [1, 2]) {
      const { exitCode, stdout } = await runCli(['demo'], { home });
      expect(exitCode).toBe(0);
      const [, directory = '', reference = ''] = /git -C (\S+) show (\S+)/u.exec(stdout) ?? [];
      expect(await git(directory, 'show', reference)).toMatch(/reminder[\s\S]*overdue/iu);
      expect((await git(directory, 'branch', '--list', 'spec_automation/*')).split('\n')).toHaveLength(count);
    }
  });
});

describe('the sample repository of the demo', () => {
  it('is named so that a shell takes it, whatever its path', async () => {
    const home = path.join(await temporaryDirectory(), "it's here");
    await mkdir(home);
    const { stdout } = await runCli(['demo'], { home });
    const command = /^ {2}(git -C .*)$/mu.exec(stdout)?.[1] ?? '';
    const shown = await call('/bin/sh', ['-c', command], { env: GIT_TEST_ENV });
    expect(shown.stdout).toMatch(/reminder[\s\S]*overdue/iu);
  });

  it('is said to be damaged when it is, with what to do', async () => {
    const home = await temporaryDirectory();
    await runCli(['demo'], { home });
    const repository = path.join(home, 'state', 'demo', 'repository');
    for (const damage of ['.git/objects', '.git/HEAD']) {
      await rm(path.join(repository, damage), { recursive: true });
      const { exitCode, stderr } = await runCli(['demo'], { home });
      expect(stderr).toMatch(/^Error \(demo_damaged\): .+\nRemove that folder .+\n$/u);
      expect(stderr).toContain(repository);
      expect(exitCode).toBe(3);
    }
    await rm(repository, { recursive: true });
    expect((await runCli(['demo'], { home })).exitCode).toBe(0);
  });
});

describe('the command line itself', () => {
  it('explains every command with its options, and completes in every shell', async () => {
    const home = await temporaryDirectory();
    for (const args of [
      [],
      ['run'],
      ['demo'],
      ['runs'],
      ['runs', 'retry'],
      ['doctor'],
      ['cleanup'],
      ['migrate'],
    ]) {
      const { exitCode, stdout } = await runCli([...args, '--help'], { home });
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Usage: spec-automation');
    }
    expect((await runCli(['completion', 'bash'], { home })).stdout).toContain('spec-automation');
    expect((await runCli(['--version'], { home })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });

  it('reads .env of the current folder, and the environment wins', async () => {
    const home = await temporaryDirectory();
    const folder = path.join(home, 'folder');
    await mkdir(folder);
    await writeFile(path.join(folder, '.env'), `SPEC_AUTOMATION_AGENT_BACKEND=nobody\nUNRELATED=1\n`);
    const repository = await makeRepository({ files: FILES });
    const args = ['run', '--repo', repository, '--text', SPEC];
    // An empty value counts as none.
    const unset = { SPEC_AUTOMATION_AGENT_BACKEND: '' };
    expect((await runCli(args, { home, cwd: folder, env: unset })).stderr).toContain("'nobody'");
    expect(
      (await runCli(args, { home, cwd: folder, env: { SPEC_AUTOMATION_AGENT_BACKEND: 'outline' } })).exitCode,
    ).toBe(0);
    expect(await readFile(path.join(folder, '.env'), 'utf8')).toContain('nobody');
  });
});
