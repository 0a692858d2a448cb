import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxCommand } from '../../src/sandbox/port.ts';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';
import { currentWorker, MARKER_NAME, markerValue } from '../../src/sandbox/process/process-table.ts';
import { executionKit, type SandboxBench } from '../support/process-executions.ts';
import { pidOf, processesMentioning } from '../support/process-left.ts';
import { waitFor } from '../support/wait-for.ts';
import { sandboxContract } from '../contract/sandbox-contract.ts';

const AGENTS = path.resolve(import.meta.dirname, '../support/agents');
const WORKER = fileURLToPath(new URL('../support/process-worker.ts', import.meta.url));
const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const MEGABYTE = 1024 * 1024;

const sandbox = processSandbox({ path: SEARCH_PATH, graceMs: 500 });

const bench: SandboxBench = {
  sandbox,
  agent: (file, ...args) => [
    file.endsWith('.ts') ? process.execPath : '/bin/sh',
    path.join(AGENTS, file),
    ...args,
  ],
  leftOf: processesMentioning,
};

sandboxContract(bench);

describe('process sandbox', () => {
  const { agent, leftOf } = bench;
  const kit = executionKit(sandbox);

  const gone = (runId: string) =>
    waitFor(async () => (await leftOf(runId)).length === 0, { timeoutMs: 8000, what: `end of ${runId}` });

  /** A worker in a process of its own, once its agent has said its first word. */
  const startWorker = async (argv: SandboxCommand['argv'], change: Partial<SandboxCommand> = {}) => {
    const command = await kit.command(argv, change);
    const task = JSON.stringify({ command, path: SEARCH_PATH });
    const child = spawn(process.execPath, [WORKER, task], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    const exited = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor(() => said.out.includes('\n'), { timeoutMs: 10_000, what: `a word: ${said.err}` });
    const kill = async () => {
      child.kill('SIGKILL');
      await exited;
    };
    return { command, said, exited, kill };
  };

  const dismissGuards = async (runId: string) => {
    const guards = (await leftOf(runId)).filter((each) => each.includes('watchdog'));
    for (const guard of guards) process.kill(pidOf(guard), 'SIGKILL');
    await waitFor(async () => !(await leftOf(runId)).some((each) => each.includes('watchdog')), {
      timeoutMs: 2000,
      what: 'end of the guards',
    });
    return guards.length;
  };

  it('takes a flood of 200 MB without growing by it', async () => {
    const seen = { lines: 0, peakBytes: 0 };
    const counting = {
      onLine: () => {
        seen.lines += 1;
        if (seen.lines % 10_000 === 0) seen.peakBytes = Math.max(seen.peakBytes, process.memoryUsage.rss());
      },
    };
    const beforeBytes = process.memoryUsage.rss();
    const execution = await kit.start(agent('flood-output.sh', '200'), { deadlineMs: 50_000 }, counting);
    const { ending, stdout } = await execution.result;
    expect(ending).toBe('exited');
    expect(stdout.endsWith('last line\n')).toBe(true);
    expect(seen.lines).toBeGreaterThan(3_000_000);
    expect(seen.peakBytes - beforeBytes).toBeLessThan(150 * MEGABYTE);
  });

  it('comes back when something it cannot know of holds the pipes', async () => {
    const execution = await kit.start(agent('escape-with-pipes.sh', '30'), { stdin: 'x'.repeat(MEGABYTE) });
    const result = await execution.result;
    const escaped = await readFile(path.join(execution.command.workingDirectory, 'escaped.pid'), 'utf8');
    process.kill(Number(escaped), 'SIGKILL');
    expect(result).toMatchObject({ ending: 'exited', exitCode: 0, stdout: 'finished\n' });
    expect(result.durationMs).toBeLessThan(5000);
  });

  it('finds a daemon without environment also when the working copy was named through a link', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-link-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { workingDirectory } = await kit.command(agent('fork-hidden-daemon.sh'));
    await symlink(workingDirectory, path.join(folder, 'link'));
    const execution = await kit.start(agent('fork-hidden-daemon.sh'), {
      workingDirectory: path.join(folder, 'link'),
    });
    expect((await execution.result).ending).toBe('exited');
    await gone(workingDirectory);
  });

  it('lets a worker end by itself once its agent has, without warnings', async () => {
    const worker = await startWorker(agent('hold-stdout.sh'), { deadlineMs: 3_600_000 });
    expect(await worker.exited).toEqual([0, null]);
    expect(worker.said).toEqual({ out: 'stdout finished\nended exited\n', err: '' });
    await gone(worker.command.runId);
  });

  describe('after a worker was killed', () => {
    it.each<[string, SandboxCommand['argv']]>([
      ['an agent', agent('sleep-forever.sh')],
      ['an agent that ignores requests', agent('ignore-sigterm.sh')],
      ['an agent with a crowd of daemons', agent('fork-crowd.sh', '20')],
      ['an agent with a daemon without environment', agent('hide-daemon-and-sleep.sh')],
    ])('the guard ends %s with nobody starting anything', async (_what, argv) => {
      const worker = await startWorker(argv);
      await worker.kill();
      await gone(worker.command.runId);
      expect(worker.said.out).not.toContain('ended');
    });

    it('reaping ends what it left, and nothing of a worker that lives', async () => {
      const [doomed, living] = await Promise.all([
        startWorker(agent('fork-crowd.sh', '5')),
        startWorker(agent('sleep-forever.sh')),
      ]);
      expect(await dismissGuards(doomed.command.runId)).toBe(1);
      await sandbox.reap();
      expect(await leftOf(doomed.command.runId)).not.toEqual([]);
      await doomed.kill();
      expect(await sandbox.reap()).toBeGreaterThanOrEqual(6);
      expect(await leftOf(doomed.command.runId)).toEqual([]);
      expect(living.said.out).toBe('stdout started\n');
      expect((await leftOf(living.command.runId)).some((each) => each.includes('sleep'))).toBe(true);
      await living.kill();
      await gone(living.command.runId);
    });

    it('reaping knows that a dead worker nobody waited for is dead', async () => {
      // The shell becomes a program that never waits for its child, which stays a zombie.
      const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 100000']);
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [line] = await once(parent.stdout, 'data');
      const zombiePid = Number(String(line));
      const stat = () => readFile(`/proc/${zombiePid}/stat`, 'utf8');
      const isZombie = async () => (await stat()).includes(') Z ');
      await waitFor(isZombie, { timeoutMs: 5000, what: 'the zombie' });
      const workerStart = (await stat()).split(' ')[21] ?? '';
      const left = await leaveMarked({ workerPid: zombiePid, workerStart });
      expect(await sandbox.reap()).toBeGreaterThanOrEqual(1);
      await left.exited;
    });

    it('reaping leaves what another process namespace started, whose workers it cannot see', async () => {
      const left = await leaveMarked({ workerPid: 7, workerStart: '1', pidNamespace: 'pid:[1]' });
      const near = await leaveMarked({ workerPid: 7, workerStart: '1' });
      await sandbox.reap();
      await near.exited;
      expect(left.child.exitCode ?? left.child.signalCode).toBeNull();
    });
  });
});

/** A process as an execution of some worker would leave it. */
async function leaveMarked(worker: Partial<Awaited<ReturnType<typeof currentWorker>>>) {
  const marker = { runId: 'run', execution: 'speckit_plan.1', ...(await currentWorker()), ...worker };
  const child = spawn('sleep', ['100000'], {
    env: { PATH: SEARCH_PATH, [MARKER_NAME]: markerValue(marker) },
  });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { child, exited };
}
