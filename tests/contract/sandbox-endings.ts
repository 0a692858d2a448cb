import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SandboxCommand } from '../../src/sandbox/port.ts';
import type { ExecutionKit, SandboxBench } from '../support/process-executions.ts';
import { waitFor } from '../support/wait-for.ts';

const NEVER_MS = 3_600_000;

/** How an execution ends, and what is said about it. */
export function endingsContract({ agent, sandbox, leftOf }: SandboxBench, kit: ExecutionKit): void {
  const nothingLeft = (runId: string) =>
    waitFor(async () => (await leftOf(runId)).length === 0, { timeoutMs: 2000, what: `end of ${runId}` });
  /** An agent under way, once it has said its first word. */
  const underWay = async (file: string, change: Partial<SandboxCommand>) => {
    const execution = await kit.start(agent(file), change);
    await waitFor(() => execution.seen.length > 0, { timeoutMs: 5000, what: `first word of ${file}` });
    return execution;
  };

  describe('an agent that ends by itself', () => {
    it('is reported with its exit code', async () => {
      const execution = await kit.start(agent('hold-stdout.sh'));
      expect(await execution.result).toMatchObject({ ending: 'exited', exitCode: 3, signalName: null });
    });

    it.each([1, 100, 124, 127])(
      'is reported with exit code %i, whatever a shell means by it',
      async (code) => {
        const execution = await kit.start(agent('reopen-streams.sh', String(code)));
        expect(await execution.result).toMatchObject({ ending: 'exited', exitCode: code, signalName: null });
      },
    );

    it('is reported with the signal that ended it', async () => {
      const execution = await kit.start(agent('kill-itself.sh'));
      const result = await execution.result;
      expect(result).toMatchObject({ ending: 'exited', exitCode: null, signalName: 'SIGKILL' });
      expect(result.stdout).toBe('last words\n');
    });

    it('is reported the same way when its deadline comes in that moment', async () => {
      const commands = Array.from({ length: 12 }, (_, index) =>
        kit.start(['/bin/sh', '-c', 'sleep 0.1'], { deadlineMs: 95 + index }),
      );
      for (const execution of await Promise.all(commands)) {
        const { ending, exitCode, signalName } = await execution.result;
        expect(ending === 'deadline' || exitCode === 0).toBe(true);
        expect(exitCode === 0 ? null : 'SIGTERM').toBe(signalName);
        await nothingLeft(execution.command.runId);
      }
    });
  });

  describe('an agent that cannot start', () => {
    it.each<[string, SandboxCommand['argv']]>([
      ['its program does not exist', ['/nowhere/agent']],
      ['its program is a directory', ['/']],
      ['its arguments are too long for the system', ['/bin/sh', '-c', 'true', 'x'.repeat(3_000_000)]],
      ['its arguments hold a NUL byte', ['/bin/sh', '-c', 'true', 'a\0b']],
    ])('is an unavailable sandbox when %s', async (_why, argv) => {
      const execution = await kit.start(argv);
      await expect(execution.result).rejects.toMatchObject({ code: 'sandbox_unavailable' });
      await nothingLeft(execution.command.runId);
    });

    it('is an unavailable sandbox when a directory is missing or in the way', async () => {
      const lost = await kit.command(agent('sleep-forever.sh'));
      await rm(lost.workingDirectory, { recursive: true });
      await expect(sandbox.execute(lost, ignoring)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
      const blocked = await kit.command(agent('sleep-forever.sh'));
      await rm(blocked.homeDirectory, { recursive: true });
      await writeFile(blocked.homeDirectory, '');
      await expect(sandbox.execute(blocked, ignoring)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    });
  });

  describe('at the deadline', () => {
    it('an agent is asked to stop and may do so in its own way', async () => {
      const execution = await underWay('end-on-sigterm.sh', { deadlineMs: 500 });
      const result = await execution.result;
      expect(result).toMatchObject({ ending: 'deadline', exitCode: 7, signalName: null });
      expect(result.stdout).toBe('started\nstopping\n');
      expect(result.durationMs).toBeGreaterThanOrEqual(500);
    });

    it('an agent that ignores the request is killed after the grace time', async () => {
      const execution = await underWay('ignore-sigterm.sh', { deadlineMs: 300 });
      const result = await execution.result;
      expect(result).toMatchObject({ ending: 'deadline', exitCode: null, signalName: 'SIGKILL' });
      expect(result.durationMs).toBeLessThan(5000);
      await nothingLeft(execution.command.runId);
    });
  });

  describe('a cancel', () => {
    it('stops the agent', async () => {
      const controller = new AbortController();
      const execution = await underWay('sleep-forever.sh', {
        signal: controller.signal,
        deadlineMs: NEVER_MS,
      });
      controller.abort();
      controller.abort(new Error('again'));
      expect(await execution.result).toMatchObject({
        ending: 'cancelled',
        exitCode: null,
        signalName: 'SIGTERM',
      });
      await nothingLeft(execution.command.runId);
    });

    it('kills an agent that does not listen', async () => {
      const controller = new AbortController();
      const execution = await underWay('ignore-sigterm.sh', { signal: controller.signal });
      controller.abort();
      expect(await execution.result).toMatchObject({ ending: 'cancelled', signalName: 'SIGKILL' });
      await nothingLeft(execution.command.runId);
    });

    it('before the start starts nothing', async () => {
      const execution = await kit.start(agent('echo-stdin.sh'), { signal: AbortSignal.abort() });
      const nothing = { ending: 'cancelled', exitCode: null, signalName: null, stdout: '', stderr: '' };
      expect(await execution.result).toMatchObject(nothing);
      expect(execution.seen).toEqual([]);
    });

    it('in the moment of the start is not lost', async () => {
      const controller = new AbortController();
      const execution = await kit.start(agent('sleep-forever.sh'), { signal: controller.signal });
      controller.abort();
      expect(await execution.result).toMatchObject({ ending: 'cancelled' });
      await nothingLeft(execution.command.runId);
    });

    it('at whatever moment leaves nothing', async () => {
      for (let tenths = 0; tenths < 60; tenths += 6) {
        const controller = new AbortController();
        const execution = await kit.start(agent('sleep-forever.sh'), { signal: controller.signal });
        setTimeout(() => controller.abort(), tenths / 10);
        expect(await execution.result).toMatchObject({ ending: 'cancelled' });
        await nothingLeft(execution.command.runId);
      }
    });

    it('after the end changes nothing', async () => {
      const controller = new AbortController();
      const execution = await kit.start(agent('ignore-stdin.sh'), { signal: controller.signal });
      const result = await execution.result;
      controller.abort();
      expect(result).toMatchObject({ ending: 'exited', exitCode: 0 });
    });

    it('of many executions at once leaves no listener behind', async () => {
      const warnings: string[] = [];
      const note = (warning: Error) => void warnings.push(String(warning));
      process.on('warning', note);
      const controller = new AbortController();
      const start = () => kit.start(agent('ignore-stdin.sh'), { signal: controller.signal });
      const executions = await Promise.all(Array.from({ length: 16 }, start));
      const results = await Promise.all(executions.map(({ result }) => result));
      process.off('warning', note);
      expect(new Set(results.map(({ ending }) => ending))).toEqual(new Set(['exited']));
      expect(warnings).toEqual([]);
    });
  });
}

const ignoring = { onLine: () => undefined };
