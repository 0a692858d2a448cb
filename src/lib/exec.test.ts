import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { processesMentioning } from '../../tests/support/process-left.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { exec, type ExecOptions, type ExecResult } from './exec.ts';

const CANARY = 'HOST_CANARY';
const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };

function shell(script: string, options: Partial<ExecOptions> = {}): Promise<ExecResult> {
  return exec(['/bin/sh', '-c', script], { env, timeoutMs: 20_000, ...options });
}

async function temporaryDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'exec-')));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('exec', () => {
  afterEach(() => {
    delete process.env[CANARY];
  });

  it('returns what was written, byte for byte, and the exit code as a value', async () => {
    const result = await shell(String.raw`printf '\000\377\n\n'; echo wrong >&2; exit 3`);
    expect(result).toEqual({
      exitCode: 3,
      stdout: Buffer.from([0, 255, 10, 10]),
      stderr: 'wrong\n',
      ending: 'exited',
      isTruncated: false,
    });
  });

  it('passes arguments as they are, through no shell', async () => {
    const { stdout } = await exec(['printf', '%s|', '$HOME', '*', 'a b', '', '"'], {
      env,
      timeoutMs: 20_000,
    });
    expect(stdout.toString()).toBe('$HOME|*|a b||"|');
  });

  it('gives the environment asked for and nothing of its own', async () => {
    process.env[CANARY] = 'leaked';
    const { stdout } = await exec(['/usr/bin/env'], { env: { ONLY: 'this' }, timeoutMs: 20_000 });
    expect(stdout.toString()).toBe('ONLY=this\n');
  });

  it('works in the directory asked for', async () => {
    const cwd = await temporaryDirectory();
    expect((await shell('pwd -P', { cwd })).stdout.toString()).toBe(`${cwd}\n`);
  });

  it('hands over descriptor 3 to the program and what it starts, beside standard input', async () => {
    const descriptor3 = Buffer.from('CANARY\n');
    const { stdout } = await shell('cat; (cat <&3); env', { descriptor3, stdin: 'in\n' });
    expect(stdout.toString()).toMatch(/^in\nCANARY\n[^C]*PATH/u);
    expect(await shell('exit 3', { descriptor3 })).toMatchObject({ exitCode: 3, ending: 'exited' });
    expect((await shell('cat <&3', {})).exitCode).not.toBe(0);
  });

  it('hands over standard input whole and closes it', async () => {
    const stdin = Buffer.alloc(1024 * 1024, 'input\n');
    const { stdout } = await shell('cat', { stdin });
    expect(stdout.equals(stdin)).toBe(true);
    expect((await shell('cat', { stdin: 'text' })).stdout.toString()).toBe('text');
  });

  it('closes standard input when there is none to hand over', async () => {
    expect(await shell('cat')).toMatchObject({ exitCode: 0, ending: 'exited' });
  });

  it('takes no harm from a program that does not read its input', async () => {
    expect(await shell('exit 0', { stdin: Buffer.alloc(4 * 1024 * 1024) })).toMatchObject({
      exitCode: 0,
      ending: 'exited',
    });
  });

  it.each<[string, readonly [string, ...string[]], Partial<ExecOptions>]>([
    ['its program does not exist', ['/nowhere/program'], {}],
    ['its program is a directory', ['/'], {}],
    ['its directory does not exist', ['/bin/true'], { cwd: '/nowhere' }],
    ['its arguments are too long for the system', ['/bin/true', 'x'.repeat(3_000_000)], {}],
  ])('says that it was not started when %s, and why', async (_why, argv, options) => {
    const result = await exec(argv, { env, timeoutMs: 20_000, ...options });
    expect(result).toMatchObject({ exitCode: null, ending: 'not_started' });
    expect(result.stderr).toMatch(/ENOENT|EACCES|E2BIG|directory/u);
  });

  it('says that a signal ended it', async () => {
    expect(await shell('kill -KILL $$')).toMatchObject({ exitCode: null, ending: 'killed' });
  });

  it('keeps the beginning of output that is beyond the bound, and says so', async () => {
    const result = await shell('yes', { maxBytes: 1000 });
    expect(result.isTruncated).toBe(true);
    expect(result.stdout.toString()).toBe('y\n'.repeat(500));
  });

  it('stops at the timeout, with everything it started', async () => {
    const cwd = await temporaryDirectory();
    const started = performance.now();
    const result = await shell('sleep 100000 & echo started; sleep 100000', { cwd, timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: null, ending: 'timeout', stdout: Buffer.from('started\n') });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await processesMentioning(cwd)).toEqual([]);
  });

  it('kills what ignores the request to stop', async () => {
    const cwd = await temporaryDirectory();
    const result = await shell("trap '' TERM; while :; do sleep 0.1; done", { cwd, timeoutMs: 200 });
    expect(result.ending).toBe('timeout');
    await waitFor(async () => (await processesMentioning(cwd)).length === 0, {
      timeoutMs: 5000,
      what: 'end of the group',
    });
  });

  it('comes back at the timeout when a child keeps the output open', async () => {
    const cwd = await temporaryDirectory();
    const started = performance.now();
    const result = await shell('sleep 100000 & echo done', { cwd, timeoutMs: 500 });
    expect(result.stdout.toString()).toBe('done\n');
    expect(performance.now() - started).toBeLessThan(5000);
    await waitFor(async () => (await processesMentioning(cwd)).length === 0, {
      timeoutMs: 5000,
      what: 'end of the child',
    });
  });

  it('stops when the signal fires, with everything it started', async () => {
    const cwd = await temporaryDirectory();
    const controller = new AbortController();
    const running = shell('sleep 100000 & echo > started; sleep 100000', { cwd, signal: controller.signal });
    const hasStarted = () =>
      readFile(path.join(cwd, 'started')).then(
        () => true,
        () => false,
      );
    await waitFor(hasStarted, { timeoutMs: 5000, what: 'start' });
    controller.abort();
    controller.abort();
    expect(await running).toMatchObject({ exitCode: null, ending: 'cancelled' });
    expect(await processesMentioning(cwd)).toEqual([]);
  });

  it('starts nothing for a signal that has fired', async () => {
    const cwd = await temporaryDirectory();
    const result = await shell('echo > started', { cwd, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: null, ending: 'cancelled' });
    await expect(readFile(path.join(cwd, 'started'))).rejects.toThrow('ENOENT');
  });

  it('leaves no listener on a signal that lives longer', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(String(warning));
    process.on('warning', note);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 15 }, () => shell('exit 0', { signal })));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});
