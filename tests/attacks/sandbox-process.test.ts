import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxCommand } from '../../src/sandbox/port.ts';
import { processSandbox, type ProcessSandboxOptions } from '../../src/sandbox/process/process-sandbox.ts';
import { MARKER_NAME } from '../../src/sandbox/process/process-table.ts';
import { currentWorker, markerValue } from '../../src/sandbox/worker-marker.ts';
import { executionKit, linesOf, seenOnHost, type SandboxBench } from '../support/process-executions.ts';
import { pidOf, processesMentioning } from '../support/process-left.ts';
import { waitFor } from '../support/wait-for.ts';
import { sandboxContract } from '../contract/sandbox-contract.ts';

const AGENTS = path.resolve(import.meta.dirname, '../support/agents');
const WORKER = fileURLToPath(new URL('../support/process-worker.ts', import.meta.url));
const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const MEGABYTE = 1024 * 1024;

const options = {
  path: SEARCH_PATH,
  graceMs: 500,
  confinement: 'off',
  unwatchedMs: 60_000,
  privatePaths: [],
} as const;
const sandbox = processSandbox(options);

const bench: Omit<SandboxBench, 'name'> = {
  sandbox,
  agent: (file, ...args) => [
    file.endsWith('.ts') ? process.execPath : '/bin/sh',
    path.join(AGENTS, file),
    ...args,
  ],
  leftOf: processesMentioning,
  seenAt: seenOnHost,
};

sandboxContract({ ...bench, name: 'process without a wall' });
sandboxContract({
  ...bench,
  name: 'process behind bubblewrap',
  sandbox: processSandbox({ ...options, confinement: 'auto' }),
});

type WorkerChange = Partial<SandboxCommand> &
  Partial<Pick<ProcessSandboxOptions, 'confinement' | 'unwatchedMs'>>;

describe('process sandbox', () => {
  const { agent, leftOf } = bench;
  const kit = executionKit(sandbox);

  const gone = (runId: string) =>
    waitFor(async () => (await leftOf(runId)).length === 0, { timeoutMs: 8000, what: `end of ${runId}` });

  /** A worker in a process of its own, once its agent has said its first word. */
  const startWorker = async (argv: SandboxCommand['argv'], change: WorkerChange = {}) => {
    const { confinement = 'off', unwatchedMs = 60_000, ...rest } = change;
    const command = await kit.command(argv, rest);
    const task = JSON.stringify({ command, options: { ...options, confinement, unwatchedMs } });
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
    it.each(['off', 'auto'] as const)(
      'its agent goes on and can be adopted (wall: %s)',
      async (confinement) => {
        const worker = await startWorker(agent('count.sh', '15'), { confinement });
        await worker.kill();
        expect(await sandbox.canAdopt(worker.command)).toBe(true);
        expect(await sandbox.listOrphanRuns()).toContain(worker.command.runId);
        const { argv, ...rest } = worker.command;
        const adopted = await kit.start(argv, rest);
        expect(await adopted.result).toMatchObject({ ending: 'exited', exitCode: 4 });
        expect(linesOf(adopted, 'stdout')).toHaveLength(15);
        await gone(worker.command.runId);
      },
    );

    it.each<[string, SandboxCommand['argv']]>([
      ['an agent with a crowd of daemons', agent('fork-crowd.sh', '20')],
      ['an agent with a daemon without environment', agent('hide-daemon-and-sleep.sh')],
      ['an agent that ignores requests', agent('ignore-sigterm.sh')],
    ])('nobody has to come back for %s: it ends at its limit', async (_what, argv) => {
      const worker = await startWorker(argv, { deadlineMs: 500, unwatchedMs: 500 });
      await worker.kill();
      await gone(worker.command.runId);
      expect(worker.said.out).not.toContain('ended');
    });

    it('reaping its run ends what it left, and nothing of another', async () => {
      const [doomed, living] = await Promise.all([
        startWorker(agent('fork-crowd.sh', '5')),
        startWorker(agent('sleep-forever.sh')),
      ]);
      await doomed.kill();
      expect(await sandbox.reap(doomed.command.runId)).toBeGreaterThanOrEqual(6);
      await gone(doomed.command.runId);
      expect(living.said.out).toBe('stdout started\n');
      expect((await leftOf(living.command.runId)).some((each) => each.includes('sleep'))).toBe(true);
      await living.kill();
      await sandbox.reap(living.command.runId);
      await gone(living.command.runId);
    });

    it('an execution whose supervisor was killed too is lost, not adopted', async () => {
      const worker = await startWorker(agent('sleep-forever.sh'));
      await worker.kill();
      const supervisors = (await leftOf(worker.command.runId)).filter((each) => each.includes('supervisor'));
      for (const supervisor of supervisors) process.kill(pidOf(supervisor), 'SIGKILL');
      await waitFor(async () => !(await sandbox.canAdopt(worker.command)), {
        timeoutMs: 5000,
        what: 'the end',
      });
      const { argv, ...rest } = worker.command;
      expect(await (await kit.start(argv, rest)).result).toMatchObject({ ending: 'lost', exitCode: null });
      await gone(worker.command.runId);
    });

    it.each(['stdout', 'stderr', 'began'])(
      'an execution whose %s is gone is lost and ended, not adopted',
      async (name) => {
        const worker = await startWorker(agent('sleep-forever.sh'));
        await worker.kill();
        await rm(path.join(worker.command.stateDirectory, 'speckit_plan.1', name));
        expect(await sandbox.canAdopt(worker.command)).toBe(false);
        const { argv, ...rest } = worker.command;
        expect(await (await kit.start(argv, rest)).result).toMatchObject({ ending: 'lost', stdout: '' });
        await gone(worker.command.runId);
      },
    );

    it.each(['SIGHUP', 'SIGINT', 'SIGQUIT'] as const)(
      'a %s to its supervisor ends nothing',
      async (signal) => {
        const worker = await startWorker(agent('count.sh', '5'));
        await worker.kill();
        process.kill(await supervisorOf(worker.command), signal);
        const { argv, ...rest } = worker.command;
        expect(await (await kit.start(argv, rest)).result).toMatchObject({ ending: 'exited', exitCode: 4 });
      },
    );

    it('a supervisor that somebody stopped ends with its execution', async () => {
      const worker = await startWorker(agent('sleep-forever.sh'));
      await worker.kill();
      process.kill(await supervisorOf(worker.command), 'SIGSTOP');
      const { argv, ...rest } = worker.command;
      const cancelled = await kit.start(argv, { ...rest, signal: AbortSignal.abort() });
      expect((await cancelled.result).ending).toBe('cancelled');
      await gone(worker.command.runId);
    });

    it('knows that a dead worker nobody waited for is dead', async () => {
      // The shell becomes a program that never waits for its child, which ends only after that, and so stays a zombie.
      const script = 'cat <&3 & echo $!; exec 3<&-; exec sleep 100000';
      const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [, stdout, , held] = parent.stdio;
      if (stdout === null) throw new Error('the shell has no output');
      const [line] = await once(stdout, 'data');
      const zombiePid = Number(String(line));
      const isSleeping = async () => (await readFile(`/proc/${parent.pid}/comm`, 'utf8')) === 'sleep\n';
      await waitFor(isSleeping, { timeoutMs: 5000, what: 'the shell to become another program' });
      held?.destroy();
      const stat = () => readFile(`/proc/${zombiePid}/stat`, 'utf8');
      const isZombie = async () => (await stat()).includes(') Z ');
      await waitFor(isZombie, { timeoutMs: 5000, what: 'the zombie' });
      const workerStart = (await stat()).split(' ')[21] ?? '';
      await leaveMarked({ workerPid: zombiePid, workerStart }, 'zombie');
      expect(await sandbox.listOrphanRuns()).toContain('zombie');
    });

    it('says nothing of what another process namespace started, whose workers it cannot see', async () => {
      await leaveMarked({ workerPid: 7, workerStart: '1', pidNamespace: 'pid:[1]' }, 'far');
      await leaveMarked({ workerPid: 7, workerStart: '1' }, 'near');
      const orphans = await sandbox.listOrphanRuns();
      expect([orphans.includes('near'), orphans.includes('far')]).toEqual([true, false]);
    });
  });
});

/** A process as an execution of some worker would leave it. */
async function leaveMarked(worker: Partial<Awaited<ReturnType<typeof currentWorker>>>, runId: string) {
  const marker = { runId, execution: 'speckit_plan.1', ...(await currentWorker()), ...worker };
  const child = spawn('sleep', ['100000'], {
    env: { PATH: SEARCH_PATH, [MARKER_NAME]: markerValue(marker) },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
}

async function supervisorOf({ stateDirectory }: SandboxCommand): Promise<number> {
  return Number(await readFile(path.join(stateDirectory, 'speckit_plan.1', 'supervisor'), 'utf8'));
}
