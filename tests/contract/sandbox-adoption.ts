import { describe, expect, it } from 'vitest';
import { linesOf, type ExecutionKit, type SandboxBench } from '../support/process-executions.ts';
import { waitFor } from '../support/wait-for.ts';

const LATER_MS = 5000;

/** An execution outlives whoever watches it, and its name brings it back. */
export function adoptionContract({ agent, sandbox, leftOf }: SandboxBench, kit: ExecutionKit): void {
  describe('an execution that is let go', () => {
    it('goes on, and whoever asks for it again gets all it wrote and its end', async () => {
      const release = new AbortController();
      const first = await kit.start(agent('count.sh', '12'), { release: release.signal });
      await waitFor(() => first.seen.length > 2, { timeoutMs: LATER_MS, what: 'its first words' });
      release.abort();
      expect(await first.result).toMatchObject({ ending: 'released', exitCode: null });
      expect(await sandbox.canAdopt(first.command)).toBe(true);
      const { argv, ...rest } = first.command;
      const second = await kit.start(argv, { ...rest, release: new AbortController().signal });
      const expected = Array.from({ length: 12 }, (_, index) => `count ${index + 1}`);
      expect(await second.result).toMatchObject({ ending: 'exited', exitCode: 4 });
      expect(linesOf(second, 'stdout')).toEqual(expected);
      expect(linesOf(first, 'stdout')).toEqual(expected.slice(0, first.seen.length));
    });

    it('keeps its result for later, as often as it is asked for', async () => {
      const first = await kit.start(agent('count.sh', '3'));
      const result = await first.result;
      const { argv, ...rest } = first.command;
      const again = await kit.start(argv, rest);
      expect(await again.result).toMatchObject({ ...result, durationMs: expect.any(Number) });
      expect(again.seen).toEqual(first.seen);
      expect(await sandbox.canAdopt(first.command)).toBe(true);
    });

    it('can be cancelled by whoever adopts it', async () => {
      const release = new AbortController();
      const first = await kit.start(agent('sleep-forever.sh'), { release: release.signal });
      await waitFor(() => first.seen.length > 0, { timeoutMs: LATER_MS, what: 'its first words' });
      release.abort();
      await first.result;
      const { argv, ...rest } = first.command;
      const change = { ...rest, release: new AbortController().signal, signal: AbortSignal.abort() };
      const second = await kit.start(argv, change);
      expect(await second.result).toMatchObject({ ending: 'cancelled', signalName: 'SIGTERM' });
      await waitFor(async () => (await leftOf(first.command.runId)).length === 0, {
        timeoutMs: LATER_MS,
        what: 'its end',
      });
    });

    it('is told from another attempt, another phase and another run', async () => {
      const { command, result } = await kit.start(agent('count.sh', '1'));
      await result;
      const others = [
        { attempt: 2 },
        { phase: 'speckit_tasks' },
        { stateDirectory: `${command.stateDirectory}-other` },
      ] as const;
      for (const other of others) expect(await sandbox.canAdopt({ ...command, ...other })).toBe(false);
    });
  });

  it('two that ask for the same execution at once start one agent', async () => {
    const command = await kit.command(agent('count.sh', '5'));
    const { argv, ...rest } = command;
    const both = await Promise.all([kit.start(argv, rest), kit.start(argv, rest)]);
    for (const each of both) {
      expect(await each.result).toMatchObject({ ending: 'exited', exitCode: 4 });
      expect(linesOf(each, 'stdout')).toHaveLength(5);
    }
  });
}
