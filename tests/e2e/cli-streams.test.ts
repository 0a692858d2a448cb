import { describe, expect, it } from 'vitest';

import { endOf, runCli, startCli } from '../support/cli.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';

const TEXT = ['--text', 'Let borrowers renew a loan'];

async function setUp() {
  const home = await temporaryDirectory();
  return { home, repository: await makeRepository({ files: { 'README.md': '# Library\n' } }) };
}

describe('a reader that leaves', () => {
  it('takes the progress with it; the run goes on to its end', async () => {
    const { home, repository } = await setUp();
    const child = startCli(['run', '--repo', repository, ...TEXT, '--json'], { home });
    child.stderr.once('data', () => child.stderr.destroy());
    const stdout = await new Promise<string>((resolve) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => void (text += chunk.toString()));
      child.once('close', () => resolve(text));
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded' });
    expect(child.exitCode).toBe(0);
  });

  it('of both streams loses the result, and the exit code still tells it', async () => {
    const { home, repository } = await setUp();
    const args = ['run', '--repo', repository, ...TEXT];
    await runCli(args, { home, redirect: '2>&1 | head -1' });
    const { stdout } = await runCli(['runs', 'list', '--json'], { home });
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ status: 'succeeded' }] });
  });

  it('ends a command that only prints, and is no error', async () => {
    const { home, repository } = await setUp();
    const run = await runCli(['run', '--repo', repository, ...TEXT, '--json'], { home });
    const { run_id: runId } = JSON.parse(run.stdout);
    const child = startCli(['runs', 'logs', runId], { home });
    child.stdout.once('data', () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    expect(exitCode).toBe(0);
  });
});

describe('an output that cannot be written', () => {
  it('is one clear error', async () => {
    const { home } = await setUp();
    const { exitCode, stderr } = await runCli(['runs', 'list'], { home, redirect: '> /dev/full' });
    expect(stderr).toMatch(/^Error \(output_unwritable\): Standard output .+ENOSPC.+\.\n.+\.\n$/u);
    expect(exitCode).toBe(3);
  });

  it('on standard error loses the messages, not the result', async () => {
    const { home, repository } = await setUp();
    const args = ['run', '--repo', repository, ...TEXT, '--json'];
    const { exitCode, stdout } = await runCli(args, { home, redirect: '2> /dev/full' });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a mistyped command line', () => {
  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown option', ['run', '--repo', '.', '--bogus'], /unknown option '--bogus'/u],
    ['a missing argument', ['runs', 'show'], /missing required argument 'run_id'/u],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/u],
    ['a choice there is not', ['run', '--repo', '.', '--on-clarification', 'ask'], /choices are stop/u],
    ['no command', ['runs'], /a command is missing|unknown option '--json'/u],
  ];
  for (const [what, args, words] of mistakes) {
    it(`is told in one clear error, as a document too: ${what}`, async () => {
      const home = await temporaryDirectory();
      const plain = await endOf(startCli(args, { home }));
      expect(plain).toMatchObject({ exitCode: 2, stdout: '' });
      expect(plain.stderr).toMatch(/Error \(usage_invalid\): .+[^.]\.\n.+\n$/u);
      const { exitCode, stdout } = await runCli([...args, '--json'], { home });
      expect(exitCode).toBe(2);
      const { error } = JSON.parse(stdout);
      expect(error).toMatchObject({ code: 'usage_invalid', message: expect.stringMatching(words) });
    });
  }
});
