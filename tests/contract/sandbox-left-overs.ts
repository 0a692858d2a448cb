import { describe, expect, it } from 'vitest';
import type { SandboxCommand } from '../../src/sandbox/port.ts';
import type { ExecutionKit, SandboxBench } from '../support/process-executions.ts';
import { waitFor } from '../support/wait-for.ts';

const GUARD = /supervisor|: env -i/u;

/** What is gone when an execution is over, and what is not. */
export function leftOversContract({ agent, sandbox, leftOf }: SandboxBench, kit: ExecutionKit): void {
  describe('when the agent has ended', () => {
    it.each<[string, SandboxCommand['argv']]>([
      ['a daemon in a session of its own', agent('fork-daemon.sh')],
      ['a daemon without parent and environment', agent('fork-hidden-daemon.sh')],
      ['a daemon whose directory was deleted', agent('delete-working-copy.sh')],
      ['a child that holds standard output', agent('hold-stdout.sh')],
    ])('nothing runs any more: %s', async (_what, argv) => {
      const execution = await kit.start(argv);
      const result = await execution.result;
      expect(result.ending).toBe('exited');
      expect(result.durationMs).toBeLessThan(5000);
      await nothingLeft(execution.command.runId);
    });

    it.each<[string, SandboxCommand['argv']]>([
      ['programs that were just starting', agent('fork-and-leave.sh', '8')],
      ['a chain of processes that run away', agent('fork-chain.sh', '60')],
    ])('nothing runs any more, whatever the moment: %s', async (_what, argv) => {
      for (let round = 0; round < 10; round += 1) {
        const execution = await kit.start(argv);
        expect((await execution.result).ending).toBe('exited');
        await nothingLeft(execution.command.runId);
      }
    });

    it('nothing runs any more: a crowd it was starting when it was stopped', async () => {
      const execution = await kit.start(agent('fork-crowd.sh', '40'), { deadlineMs: 120 });
      expect((await execution.result).ending).toBe('deadline');
      await nothingLeft(execution.command.runId);
    });
  });

  it('executions side by side leave each other alone', async () => {
    const controller = new AbortController();
    const change = { signal: controller.signal };
    const lasting = await kit.start(agent('sleep-forever.sh'), change);
    const sibling = { ...change, runId: lasting.command.runId, attempt: 2 };
    const others = await Promise.all([
      kit.start(agent('sleep-forever.sh'), change),
      kit.start(agent('sleep-forever.sh'), sibling),
    ]);
    await waitFor(() => [lasting, ...others].every(({ seen }) => seen.length > 0), {
      timeoutMs: 5000,
      what: 'start of all',
    });
    await Promise.all(
      ['fork-daemon.sh', 'hold-stdout.sh', 'fork-crowd.sh'].map(async (file) => {
        const ending = await kit.start(agent(file, '5'), { deadlineMs: 300 });
        return ending.result;
      }),
    );
    expect(await leftOf(lasting.command.runId)).not.toEqual([]);
    controller.abort();
    for (const { result } of [lasting, ...others])
      expect(await result).toMatchObject({ ending: 'cancelled', signalName: 'SIGTERM' });
  });

  describe('reaping', () => {
    it('knows no orphans among the executions of this worker, also those that start meanwhile', async () => {
      const controller = new AbortController();
      const start = () => kit.start(agent('sleep-forever.sh'), { signal: controller.signal });
      const looking = { isOver: false, orphans: new Set<string>() };
      const lookAgainAndAgain = async () => {
        while (!looking.isOver) for (const id of await sandbox.listOrphanRuns()) looking.orphans.add(id);
      };
      const looked = lookAgainAndAgain();
      const executions = [await start(), await start(), await start(), await start()];
      const results = Promise.all(executions.map(({ result }) => result));
      await waitFor(() => executions.every(({ seen }) => seen.length > 0), {
        timeoutMs: 5000,
        what: 'start',
      });
      looking.isOver = true;
      await looked;
      controller.abort();
      expect(executions.filter(({ command }) => looking.orphans.has(command.runId))).toEqual([]);
      for (const result of await results)
        expect(result).toMatchObject({ ending: 'cancelled', signalName: 'SIGTERM' });
    });

    it('of one run stops it, whoever started it, and no other', async () => {
      const controller = new AbortController();
      const start = () => kit.start(agent('sleep-forever.sh'), { signal: controller.signal });
      const [doomed, other] = [await start(), await start()];
      await waitFor(() => [doomed, other].every(({ seen }) => seen.length > 0), {
        timeoutMs: 5000,
        what: 'start',
      });
      expect(await sandbox.reap(doomed.command.runId)).toBeGreaterThan(0);
      expect(await doomed.result).toMatchObject({ ending: 'exited', signalName: 'SIGKILL' });
      expect(await sandbox.reap(doomed.command.runId)).toBe(0);
      controller.abort();
      expect(await other.result).toMatchObject({ ending: 'cancelled', signalName: 'SIGTERM' });
    });
  });

  const nothingLeft = async (runId: string) => {
    // A supervisor needs a moment to end once it wrote the result down, and so does what it started to wait for somebody.
    await waitFor(async () => (await leftOf(runId)).every((each) => GUARD.test(each)), {
      timeoutMs: 0,
      what: `end of everything in ${runId}: ${(await leftOf(runId)).join('; ')}`,
    });
    await waitFor(async () => (await leftOf(runId)).length === 0, {
      timeoutMs: 2000,
      what: 'end of supervisors',
    });
  };
}
