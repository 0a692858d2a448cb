import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { REASONS } from '../../src/domain/reasons.ts';
import { runCli, type CliResult } from '../support/cli.ts';
import { git, makeRepository, temporaryDirectory } from '../support/git-repository.ts';

const FILES = { 'README.md': '# Sample\n' };
const TEXT = ['--text', 'Let borrowers renew a loan'];

/** One clear sentence, a remedy, the code, the right exit code, and not a byte on standard output. */
function expectError(result: CliResult, code: keyof typeof REASONS): void {
  const exitCodes = { input: 2, environment: 3, failure: 1, outcome: 1 } as const;
  expect(result.stderr).toMatch(new RegExp(`^Error \\(${code}\\): .+\\.\\n.+\\n$`, 'u'));
  expect(result.stderr).not.toMatch(/\n\s+at |\{[a-z_]{2,}\}/u);
  expect(result).toMatchObject({ exitCode: exitCodes[REASONS[code].kind], stdout: '' });
}

/** Runs the state directory holds; read from the file, which spares starting the command line once more. */
function countRuns(home: string): number {
  const file = path.join(home, 'state', 'state.db');
  if (!existsSync(file)) return 0;
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare('SELECT count(*) AS runs FROM spec_automation_runs').get();
  database.close();
  return Number(row?.['runs']);
}

describe('a request that cannot be accepted', () => {
  const requests: readonly (readonly [
    string,
    (repository: string) => readonly string[],
    keyof typeof REASONS,
  ])[] = [
    [
      'a path that is no repository',
      (repo) => ['--repo', path.dirname(repo), ...TEXT],
      'repository_not_found',
    ],
    ['a path that is not there', (repo) => ['--repo', `${repo}/nowhere`, ...TEXT], 'repository_not_found'],
    [
      'a base branch that is not there',
      (repo) => ['--repo', repo, '--base', 'nope', ...TEXT],
      'base_branch_missing',
    ],
    [
      'a base branch beginning with a dash',
      (repo) => ['--repo', repo, '--base=--upload-pack=x', ...TEXT],
      'base_branch_invalid',
    ],
    [
      "a base branch holding '..'",
      (repo) => ['--repo', repo, '--base', 'a..b', ...TEXT],
      'base_branch_invalid',
    ],
    [
      "a base branch holding '@{'",
      (repo) => ['--repo', repo, '--base', 'a@{1}', ...TEXT],
      'base_branch_invalid',
    ],
    [
      'a base branch holding a newline',
      (repo) => ['--repo', repo, '--base', 'a\nb', ...TEXT],
      'base_branch_invalid',
    ],
    ['a repository beginning with a dash', () => ['--repo=--upload-pack=x', ...TEXT], 'repository_invalid'],
    ['a repository holding a newline', () => ['--repo', 'a\nb', ...TEXT], 'repository_invalid'],
    ["a repository holding '@{'", () => ['--repo', 'a@{b', ...TEXT], 'repository_invalid'],
    [
      'a repository URL with a password',
      () => ['--repo', 'https://me:hunter2@example.com/x', ...TEXT],
      'repository_invalid',
    ],
    [
      'a feature beginning with a dash',
      (repo) => ['--repo', repo, '--feature=-x', ...TEXT],
      'feature_invalid',
    ],
    ["a feature holding '..'", (repo) => ['--repo', repo, '--feature', '../x', ...TEXT], 'feature_invalid'],
    ["a feature holding '@{'", (repo) => ['--repo', repo, '--feature', 'a@{', ...TEXT], 'feature_invalid'],
    [
      'a feature holding a newline',
      (repo) => ['--repo', repo, '--feature', 'a\nb', ...TEXT],
      'feature_invalid',
    ],
    ['an agent nobody knows', (repo) => ['--repo', repo, '--agent', 'nobody', ...TEXT], 'agent_unknown'],
    [
      'a sandbox nobody knows',
      (repo) => ['--repo', repo, '--sandbox', 'nowhere', ...TEXT],
      'sandbox_unknown',
    ],
    ['both kinds of spec text', (repo) => ['--repo', repo, '--spec', 'x', ...TEXT], 'request_invalid'],
    ['no spec text', (repo) => ['--repo', repo], 'request_invalid'],
    [
      'a spec file that is not there',
      (repo) => ['--repo', repo, '--spec', `${repo}/nowhere`],
      'input_unreadable',
    ],
    ['a folder as spec file', (repo) => ['--repo', repo, '--spec', repo], 'input_unreadable'],
  ];

  for (const [what, args, code] of requests) {
    it(`is refused with ${code} for ${what}, and nothing is stored`, async () => {
      const home = await temporaryDirectory();
      const repository = await makeRepository({ files: FILES });
      const result = await runCli(['run', ...args(repository)], { home });
      expectError(result, code);
      expect(result.stderr).not.toContain('hunter2');
      expect(countRuns(home)).toBe(0);
      expect(
        existsSync(path.join(home, 'state', 'runs')) ? await readdir(path.join(home, 'state', 'runs')) : [],
      ).toEqual([]);
    });
  }

  const specs: readonly (readonly [string, Uint8Array, keyof typeof REASONS])[] = [
    ['empty', Buffer.from(' \n\t\n'), 'spec_empty'],
    ['binary', Buffer.from('a\0b'), 'spec_binary'],
    ['no UTF-8', Buffer.from([0x61, 0xff, 0xfe]), 'spec_encoding'],
    ['over 1 MB', Buffer.alloc(1_000_001, 'a'), 'spec_too_large'],
  ];
  for (const [what, bytes, code] of specs) {
    it(`is refused with ${code} for a spec that is ${what}, from a file and from standard input`, async () => {
      const home = await temporaryDirectory();
      const repository = await makeRepository({ files: FILES });
      await writeFile(path.join(home, 'spec.md'), bytes);
      expectError(await runCli(['run', '--repo', repository, '--spec', 'spec.md'], { home }), code);
      expectError(await runCli(['run', '--repo', repository, '--spec', '-'], { home, stdin: bytes }), code);
    });
  }

  it('is refused for a repository without commits', async () => {
    const home = await temporaryDirectory();
    expectError(
      await runCli(['run', '--repo', await makeRepository(), ...TEXT], { home }),
      'repository_empty',
    );
  });

  it('is refused with the branches one would mean, not with those of earlier runs', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: FILES, branch: 'trunk' });
    await git(repository, 'branch', 'alpha');
    for (let run = 0; run < 9; run += 1) await git(repository, 'branch', `spec_automation/20260101/${run}`);
    const missing = await runCli(['run', '--repo', repository, '--base', 'main', ...TEXT], { home });
    expectError(missing, 'base_branch_missing');
    expect(missing.stderr).toMatch(
      /Branches seen: trunk, alpha, spec_automation\/20260101\/0, .* and 3 more\./u,
    );
    await git(repository, 'checkout', '--quiet', '--detach');
    const detached = await runCli(['run', '--repo', repository, ...TEXT], { home });
    expectError(detached, 'base_branch_needed');
    expect(detached.stderr).toMatch(/--base.*Branches seen: alpha, trunk, spec_automation/u);
  });

  it('is refused for a folder of a repository, with the name of its top folder', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: { 'specs/deep/a.md': 'a' } });
    for (const folder of ['specs', 'specs/deep', '.git/refs']) {
      const result = await runCli(['run', '--repo', path.join(repository, folder), ...TEXT], { home });
      expectError(result, 'repository_subfolder');
      expect(result.stderr).toContain(`--repo '${repository}'.\n`);
    }
  });

  it('is refused by an unknown option, a missing one and an unknown command with exit code 2', async () => {
    const home = await temporaryDirectory();
    for (const args of [
      ['run', '--bogus'],
      ['run'],
      ['frobnicate'],
      ['runs', 'list', '--limit', '0'],
      ['runs', 'list', '--status', 'odd'],
    ]) {
      expect((await runCli(args, { home })).exitCode).toBe(2);
    }
  });

  it('is answered with one JSON document when JSON was asked for', async () => {
    const home = await temporaryDirectory();
    const { stdout, exitCode } = await runCli(['run', '--repo', home, ...TEXT, '--json'], { home });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'repository_not_found', message: expect.any(String), remedy: expect.any(String) },
    });
  });

  it('names unknown runs and artifacts', async () => {
    const home = await temporaryDirectory();
    for (const verb of ['show', 'logs', 'cancel', 'retry', 'artifacts']) {
      expectError(
        await runCli(['runs', verb, '00000000-0000-4000-8000-000000000000'], { home }),
        'run_not_found',
      );
    }
  });
});

describe('a machine that is not ready', () => {
  it('is refused when the state directory cannot be made', async () => {
    const home = await temporaryDirectory();
    await writeFile(path.join(home, 'file'), '');
    for (const state of [path.join(home, 'file', 'state'), '/proc/nowhere']) {
      const result = await runCli(['runs', 'list'], { home, env: { SPEC_AUTOMATION_HOME: state } });
      expectError(result, 'home_not_writable');
    }
  });

  it('is refused when the disk is below its reserve', async () => {
    const home = await temporaryDirectory();
    const repository = await makeRepository({ files: FILES });
    const env = { SPEC_AUTOMATION_DISK_RESERVE_BYTES: String(2 ** 52) };
    expectError(await runCli(['run', '--repo', repository, ...TEXT], { home, env }), 'disk_reserve');
    expect(countRuns(home)).toBe(0);
  });

  it('is refused when the state was written by a newer version, which stays as it is', async () => {
    const home = await temporaryDirectory();
    await runCli(['migrate'], { home });
    const file = path.join(home, 'state', 'state.db');
    const database = new DatabaseSync(file);
    database.exec(
      "INSERT INTO spec_automation_migrations (name, timestamp) VALUES ('9999-from-the-future', '2999-01-01')",
    );
    database.close();
    expectError(await runCli(['runs', 'list'], { home }), 'state_newer');
  });

  it('is refused when the database is damaged, and the file is left as it is', async () => {
    const home = await temporaryDirectory();
    const file = path.join(home, 'state', 'state.db');
    await mkdir(path.dirname(file));
    await writeFile(file, 'this is no database at all, and never was one');
    await copyFile(file, `${file}.copy`);
    expectError(await runCli(['runs', 'list'], { home }), 'state_damaged');
    expect(await readFile(file)).toEqual(await readFile(`${file}.copy`));
  });

  it('is refused by settings that are unknown or wrong, which are named', async () => {
    const home = await temporaryDirectory();
    const wrong = {
      SPEC_AUTOMATION_TYPO: '1',
      SPEC_AUTOMATION_RETENTION_DAYS: 'x',
      SPEC_AUTOMATION_DATABASE_URL: 'mysql://a',
    };
    for (const [name, value] of Object.entries(wrong)) {
      const result = await runCli(['runs', 'list'], { home, env: { [name]: value } });
      expectError(result, 'setting_invalid');
      expect(result.stderr).toContain(name);
    }
  });

  it('is refused by a Node too old to run it, in words it can print', async () => {
    const home = await temporaryDirectory();
    const old = 'Object.defineProperty(process.versions, "node", { value: "20.19.0" })';
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
    const result = await runCli(['runs', 'list'], { home, env });
    expectError(result, 'node_unavailable');
    expect(result.stderr).toContain('20.19.0');
  });

  it('is told so by doctor, with a remedy for each thing that is missing', async () => {
    const home = await temporaryDirectory();
    const good = await runCli(['doctor', '--json'], { home });
    expect(good.exitCode).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ready: true });
    const bad = await runCli(['doctor'], {
      home,
      env: { PATH: '/nonexistent', SPEC_AUTOMATION_HOME: '/proc/nowhere' },
    });
    expect(bad.exitCode).toBe(3);
    expect(bad.stdout).toMatch(/✖ git .*\n.*Install git[\s\S]*✖ store .*\n.*SPEC_AUTOMATION_HOME/u);
  });
});
