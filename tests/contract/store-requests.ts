import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/run.ts';
import {
  LONG_MS,
  SUCCEEDED,
  FAILED,
  claimed,
  attemptOf,
  retryOf,
  type StoreKit,
} from '../support/store-kit.ts';

/** What others ask of a run. */
export function requestsContract(kit: StoreKit): void {
  describe('cancelling', () => {
    it('ends a queued run at once', async () => {
      const { id } = await kit.create();
      const run = await kit.store.requestCancel(id);
      expect(run).toMatchObject({ status: 'cancelled', reason: 'cancelled', cancelRequestedAtMs: null });
      expect(run!.reasonText).toBe('The run was cancelled.');
      expect(run!.remedy).toContain(id);
      expect(run!.completedAtMs).not.toBeNull();
      expect(await kit.eventsOf(id)).toEqual([
        { type: 'run_queued' },
        { type: 'run_finished', status: 'cancelled', reason: 'cancelled' },
      ]);
      expect(await kit.store.requestCancel(id)).toEqual(run);
      expect(await kit.claim(id)).toBeUndefined();
    });

    it('tells the holder of a run in progress at its next renewal, once', async () => {
      const { run, fence } = await kit.claimNew();
      const asked = await kit.other.requestCancel(run.id);
      expect(asked).toMatchObject({ status: 'in_progress', reason: null, owner: 'worker-1' });
      expect(asked!.cancelRequestedAtMs).not.toBeNull();
      expect(await kit.other.requestCancel(run.id)).toEqual(asked);
      expect(await kit.store.renewLease(fence, LONG_MS)).toEqual({ isCancelRequested: true });
      const events = await kit.eventsOf(run.id);
      expect(events.filter(({ type }) => type === 'run_cancel_requested')).toHaveLength(1);
      await kit.store.finishRun(fence, {
        status: 'cancelled',
        reason: 'cancelled',
        reasonText: 'x',
        remedy: 'y',
      });
      expect(await kit.find(run.id)).toMatchObject({ status: 'cancelled', cancelRequestedAtMs: null });
    });

    it('leaves a terminal run as it is', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, SUCCEEDED);
      const ended = await kit.find(run.id);
      expect(await kit.store.requestCancel(run.id)).toEqual(ended);
    });
  });

  describe('retrying', () => {
    it('queues a failed run again with notes and answers, and clears how it ended', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, FAILED);
      const clarifications = [{ question: 'Which?', answer: 'Both.' }];
      const again = await kit.store.retryRun({ ...retryOf(run.id), notes: 'Be brief.', clarifications });
      expect(again).toMatchObject({ status: 'queued', reason: null, reasonText: null, remedy: null });
      expect(again).toMatchObject({ completedAtMs: null, notes: 'Be brief.', clarifications, epoch: 1 });
      expect((await kit.eventsOf(run.id)).at(-1)).toEqual({ type: 'run_retried', from: 'speckit_plan' });
      const second = claimed(await kit.claim(run.id));
      expect(second.fence.epoch).toBe(2);
    });

    it('gives a fresh attempt to the phases from there on, unless one is already waiting', async () => {
      const { run, fence } = await kit.claimNew();
      const ended = { attempt: 1, status: 'succeeded' } as const;
      await kit.store.savePhase(fence, { phase: 'git_clone', ...ended });
      await kit.store.savePhase(fence, {
        phase: 'speckit_plan',
        attempt: 1,
        status: 'failed',
        reason: 'timeout',
      });
      await kit.store.savePhase(fence, { phase: 'cleanup', ...ended });
      await kit.store.finishRun(fence, FAILED);
      await kit.store.retryRun(retryOf(run.id));
      const phases = await kit.store.listPhases(run.id);
      expect(phases).toHaveLength(12);
      expect(attemptOf(phases, 'speckit_plan', 2)).toMatchObject({ status: 'pending', startedAtMs: null });
      expect(attemptOf(phases, 'cleanup', 2)).toMatchObject({ status: 'pending' });
      expect(attemptOf(phases, 'speckit_plan', 1)).toMatchObject({ status: 'failed', reason: 'timeout' });
      expect(attemptOf(phases, 'git_clone', 2)).toBeUndefined();
      expect(attemptOf(phases, 'speckit_tasks', 2)).toBeUndefined();
    });

    it('takes over a run whose worker died, and says so on the attempt it left running', async () => {
      const { run, fence } = await kit.claimNew({}, 2000);
      await kit.store.savePhase(fence, {
        phase: 'speckit_plan',
        attempt: 1,
        status: 'running',
        isStart: true,
      });
      await kit.store.renewLease(fence, 1);
      await kit.leaseOver(run.id);
      expect(await kit.store.retryRun(retryOf(run.id))).toMatchObject({ status: 'queued', owner: null });
      const phases = await kit.store.listPhases(run.id);
      expect(attemptOf(phases, 'speckit_plan', 1)).toMatchObject({
        status: 'failed',
        reasonText: 'The worker stopped before this attempt ended.',
      });
      expect(attemptOf(phases, 'speckit_plan', 2)).toMatchObject({ status: 'pending' });
    });

    it.each<[string, RunResult['status'], boolean]>([
      ['a succeeded', 'succeeded', false],
      ['a failed', 'failed', true],
      ['an unchanged', 'no_changes', true],
      ['a cancelled', 'cancelled', true],
    ])('follows the table of legal moves for %s run', async (_name, status, isLegal) => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, { ...FAILED, status });
      const again = await kit.store.retryRun(retryOf(run.id));
      expect(again !== undefined).toBe(isLegal);
      expect((await kit.find(run.id)).status).toBe(isLegal ? 'queued' : status);
    });

    it('is refused for a run that waits or is being worked on, and has one winner among many', async () => {
      const { id } = await kit.create();
      expect(await kit.store.retryRun(retryOf(id))).toBeUndefined();
      const { fence } = claimed(await kit.claim(id));
      expect(await kit.store.retryRun(retryOf(id))).toBeUndefined();
      await kit.store.finishRun(fence, FAILED);
      const retries = await Promise.all(Array.from({ length: 8 }, () => kit.store.retryRun(retryOf(id))));
      expect(retries.filter((retry) => retry !== undefined)).toHaveLength(1);
    });
  });
}
