import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { Fence } from '../../src/store/port.ts';
import {
  LONG_MS,
  UNKNOWN_ID,
  SUCCEEDED,
  FAILED,
  claimed,
  progress,
  artifact,
  agentConfig,
  type StoreKit,
} from '../support/store-kit.ts';

/** Who may write to a run. */
export function leasesContract(kit: StoreKit): void {
  describe('claims', () => {
    it('gives a lease and an epoch one higher than any before', async () => {
      const { run, fence } = await kit.claimNew();
      expect(fence).toEqual({ runId: run.id, owner: 'worker-1', epoch: 1 });
      expect(run).toMatchObject({ status: 'in_progress', owner: 'worker-1', epoch: 1 });
      expect(run.leaseUntilMs! - run.startedAtMs!).toBeGreaterThanOrEqual(LONG_MS - 5);
      expect(await kit.eventsOf(run.id)).toContainEqual({ type: 'run_claimed', owner: 'worker-1', epoch: 1 });
    });

    it('has exactly one winner among twenty', async () => {
      const { id } = await kit.create();
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? kit.store : kit.other).claimRun({
            runId: id,
            owner: `worker-${index}`,
            ttlMs: LONG_MS,
          }),
        ),
      );
      const winners = claims.filter((won) => won !== undefined);
      expect(winners).toHaveLength(1);
      expect(await kit.find(id)).toMatchObject({ epoch: 1, owner: winners[0]!.fence.owner });
      expect(await kit.eventsOf(id)).toHaveLength(2);
    });

    it('is refused while the lease lasts, even to its owner', async () => {
      const { run } = await kit.claimNew();
      expect(await kit.claim(run.id)).toBeUndefined();
      expect((await kit.find(run.id)).epoch).toBe(1);
    });

    it('goes to the next process when the lease is over, and keeps the first start', async () => {
      const { run } = await kit.claimNew({}, 1);
      await kit.leaseOver(run.id);
      const second = claimed(await kit.claim(run.id, LONG_MS, 'worker-2'));
      expect(second.fence).toEqual({ runId: run.id, owner: 'worker-2', epoch: 2 });
      expect(second.run.startedAtMs).toBe(run.startedAtMs);
    });

    it('is refused for a terminal run', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, SUCCEEDED);
      expect(await kit.claim(run.id)).toBeUndefined();
    });

    it('lists what nobody holds, oldest first', async () => {
      const first = await kit.create();
      const second = await laterRun(kit, first);
      const { run: held } = await kit.claimNew();
      const ids = await kit.store.findClaimableRuns(10_000);
      expect(ids.indexOf(first.id)).toBeGreaterThanOrEqual(0);
      expect(ids.indexOf(second.id)).toBeGreaterThan(ids.indexOf(first.id));
      expect(ids).not.toContain(held.id);
      expect(await kit.store.findClaimableRuns(1)).toHaveLength(1);
      expect(await kit.store.findClaimableRuns(1, ids.at(-1))).toEqual(ids.slice(-1));
      expect(await kit.store.findClaimableRuns(1, 'unknown')).toEqual([]);
    });

    it('is prolonged by a renewal', async () => {
      const { run, fence } = await kit.claimNew({}, 5000);
      expect(await kit.store.renewLease(fence, LONG_MS)).toEqual({ isCancelRequested: false });
      expect((await kit.find(run.id)).leaseUntilMs).toBeGreaterThan(run.leaseUntilMs! + 5000);
    });
  });

  describe('fencing', () => {
    const writes: readonly (readonly [string, (fence: Fence) => Promise<unknown>])[] = [
      ['renewLease', (fence) => kit.store.renewLease(fence, LONG_MS)],
      ['updateRun', (fence) => kit.store.updateRun(fence, { featureDirectory: 'specs/x' })],
      ['an empty updateRun', (fence) => kit.store.updateRun(fence, {})],
      ['finishRun', (fence) => kit.store.finishRun(fence, SUCCEEDED)],
      ['reserveFeatureNumber', (fence) => kit.store.reserveFeatureNumber(fence, 0)],
      [
        'savePhase',
        (fence) => kit.store.savePhase(fence, { phase: 'discover', attempt: 1, status: 'running' }),
      ],
      ['appendEvent', (fence) => kit.store.appendEvent(fence, progress('late'))],
      ['saveArtifact', (fence) => kit.store.saveArtifact(fence, artifact('late.log'))],
      ['saveAgentConfig', (fence) => kit.store.saveAgentConfig(fence, agentConfig('late'))],
    ];

    it.each(writes)('lets %s change nothing when the lease was stolen', async (_name, write) => {
      const { run, fence } = await kit.claimNew({}, 1);
      await kit.leaseOver(run.id);
      const thief = claimed(await kit.other.claimRun({ runId: run.id, owner: 'thief', ttlMs: LONG_MS }));
      await expect(write(fence)).rejects.toMatchObject({ code: 'lease_lost' });
      await expectNoTrace(kit, thief.run);
    });

    it.each(writes)(
      'lets %s change nothing when the lease is over, though nobody took it',
      async (_name, write) => {
        const { run, fence } = await kit.claimNew({}, 1);
        await kit.leaseOver(run.id);
        await expect(write(fence)).rejects.toMatchObject({ code: 'lease_lost' });
        await expectNoTrace(kit, run);
      },
    );

    it.each(writes)('lets %s change nothing after the run ended', async (_name, write) => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, FAILED);
      const ended = await kit.find(run.id);
      await expect(write(fence)).rejects.toMatchObject({ code: 'lease_lost' });
      await expectNoTrace(kit, ended);
    });

    it.each(writes)('lets %s change nothing with a stale epoch or another owner', async (_name, write) => {
      const { run, fence } = await kit.claimNew();
      await expect(write({ ...fence, epoch: 0 })).rejects.toMatchObject({ code: 'lease_lost' });
      await expect(write({ ...fence, owner: 'somebody' })).rejects.toMatchObject({ code: 'lease_lost' });
      await expectNoTrace(kit, run);
    });

    it.each(writes)('refuses %s for an unknown run', async (_name, write) => {
      const fence = { runId: UNKNOWN_ID, owner: 'worker-1', epoch: 1 };
      await expect(write(fence)).rejects.toMatchObject({ code: 'lease_lost' });
    });
  });
}

async function expectNoTrace(kit: StoreKit, before: Run): Promise<void> {
  expect(await kit.find(before.id)).toEqual(before);
  expect(await kit.store.listArtifacts(before.id)).toEqual([]);
  expect(await kit.store.findAgentConfig(before.id)).toBeUndefined();
  expect(await kit.eventsOf(before.id)).not.toContainEqual(progress('late'));
  expect((await kit.store.listPhases(before.id)).every(({ status }) => status === 'pending')).toBe(true);
}

/** Two runs can be created in the same millisecond; their order is then by id. */
async function laterRun(kit: StoreKit, earlier: Run): Promise<Run> {
  const run = await kit.create();
  return run.createdAtMs > earlier.createdAtMs ? run : laterRun(kit, earlier);
}
