import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/events.ts';
import {
  LONG_MS,
  FAILED,
  attemptOf,
  progress,
  outputEvent,
  artifact,
  agentConfig,
  type StoreKit,
} from '../support/store-kit.ts';

/** What the holder of a run writes. */
export function recordsContract(kit: StoreKit): void {
  describe('changes', () => {
    it('changes the named fields and leaves the others', async () => {
      const { run, fence } = await kit.claimNew();
      const clarifications = [{ question: 'Which?', answer: null }];
      await kit.store.updateRun(fence, { featureDirectory: 'specs/001-x', clarifications });
      await kit.store.updateRun(fence, { pullRequestUrl: 'https://forge.test/pr/1' });
      await kit.store.updateRun(fence, { pullRequestUrl: null });
      expect(await kit.find(run.id)).toEqual({
        ...run,
        featureDirectory: 'specs/001-x',
        clarifications,
      });
    });

    it('ends a run with its result, its event and without a holder', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.finishRun(fence, FAILED);
      const ended = await kit.find(run.id);
      expect(ended).toMatchObject({ ...FAILED, owner: null, leaseUntilMs: null, epoch: 1 });
      expect(ended.completedAtMs).toBeGreaterThanOrEqual(run.startedAtMs!);
      expect((await kit.eventsOf(run.id)).at(-1)).toEqual({
        type: 'run_finished',
        status: 'failed',
        reason: 'timeout',
      });
    });
  });

  describe('feature numbers', () => {
    it('gives fifty concurrent runs on one repository fifty distinct numbers without a gap', async () => {
      const repository = `/repositories/${randomUUID()}`;
      const runs = await Promise.all(Array.from({ length: 50 }, () => kit.claimNew({ repository })));
      const numbers = await Promise.all(
        runs.map(({ fence }, index) => (index % 2 ? kit.store : kit.other).reserveFeatureNumber(fence, 7)),
      );
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => 8 + index));
    });

    it('gives a run the number it has, whatever the floor says later', async () => {
      const { fence } = await kit.claimNew({ repository: `/repositories/${randomUUID()}` });
      expect(await kit.store.reserveFeatureNumber(fence, 3)).toBe(4);
      expect(await kit.store.reserveFeatureNumber(fence, 9)).toBe(4);
    });

    it('fills the lowest gap above the floor and keeps repositories apart', async () => {
      const repository = `/repositories/${randomUUID()}`;
      const reserve = async (floor: number, where = repository) =>
        kit.store.reserveFeatureNumber((await kit.claimNew({ repository: where })).fence, floor);
      expect([await reserve(0), await reserve(4), await reserve(0), await reserve(4)]).toEqual([1, 5, 2, 6]);
      expect(await reserve(0, `/repositories/${randomUUID()}`)).toBe(1);
    });
  });

  describe('phases', () => {
    it('changes the named fields of an attempt, stamps its times and appends the event', async () => {
      const { run, fence } = await kit.claimNew();
      const attempt = { phase: 'discover', attempt: 1 } as const;
      const started: RunEvent = { type: 'phase_started', ...attempt };
      await kit.store.savePhase(fence, { ...attempt, status: 'running', isStart: true }, started);
      const usage = { inputTokens: 5, outputTokens: null, costUsd: 0.25 };
      const output = { folder: 'specs/001-x', items: [1, null, { deep: true }] };
      await kit.store.savePhase(fence, { ...attempt, status: 'running', usage, output, exitCode: 0 });
      await kit.store.savePhase(fence, { ...attempt, status: 'succeeded', isEnd: true });
      const phase = attemptOf(await kit.store.listPhases(run.id), 'discover', 1);
      expect(phase).toMatchObject({ status: 'succeeded', usage, output, exitCode: 0, reason: null });
      expect(phase!.completedAtMs).toBeGreaterThanOrEqual(phase!.startedAtMs!);
      expect((await kit.eventsOf(run.id)).at(-1)).toEqual(started);
    });

    it('adds further attempts and lists them after the first', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.savePhase(fence, {
        phase: 'git_clone',
        attempt: 2,
        status: 'failed',
        reason: 'clone_failed',
        reasonText: 'Broken \0 pipe',
        usage: null,
      });
      const clones = (await kit.store.listPhases(run.id)).filter(({ phase }) => phase === 'git_clone');
      expect(clones.map(({ attempt, status }) => [attempt, status])).toEqual([
        [1, 'pending'],
        [2, 'failed'],
      ]);
      expect(clones[1]).toMatchObject({
        reason: 'clone_failed',
        reasonText: 'Broken \u{FFFD} pipe',
        usage: null,
      });
    });
  });

  describe('events', () => {
    it('numbers concurrent events of one run from 1 without gaps', async () => {
      const { run, fence } = await kit.claimNew();
      const seqs = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          (index % 2 ? kit.store : kit.other).appendEvent(fence, progress(`line ${index}`)),
        ),
      );
      expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 3));
      const stored = await kit.store.readEvents(run.id, 0, 1000);
      expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
    });

    it('reads on after a sequence number, up to a limit', async () => {
      const { run, fence } = await kit.claimNew();
      for (const text of ['a', 'b', 'c']) await kit.store.appendEvent(fence, progress(text));
      const page = await kit.store.readEvents(run.id, 3, 1);
      expect(page.map(({ seq, event }) => [seq, event])).toEqual([[4, progress('b')]]);
      expect(await kit.store.readEvents(run.id, 5, 10)).toEqual([]);
    });

    it('keeps output that a database could choke on', async () => {
      const { run, fence } = await kit.claimNew();
      const lines = ['tab\t "quote" \\u0000 emoji 🎉', 'nul \0', `half ${'🎉'.slice(0, 1)}`];
      await kit.store.appendEvent(fence, outputEvent(lines));
      const kept = [lines[0]!, 'nul \u{FFFD}', 'half \u{FFFD}'];
      expect((await kit.eventsOf(run.id)).at(-1)).toEqual(outputEvent(kept));
    });
  });

  describe('artifacts', () => {
    it('replaces the artifact of the same name and keeps its id', async () => {
      const { run, fence } = await kit.claimNew();
      const first = await kit.store.saveArtifact(fence, artifact('a.log'));
      const changed = artifact('a.log', { sha256: 'f'.repeat(64), sizeBytes: 5_000_000_000, keepMs: null });
      const second = await kit.store.saveArtifact(fence, changed);
      await kit.store.saveArtifact(fence, artifact('b.log'));
      expect(second).toMatchObject({ id: first.id, sha256: 'f'.repeat(64), sizeBytes: 5_000_000_000 });
      expect(second.expiresAtMs).toBeNull();
      expect(first.expiresAtMs! - first.createdAtMs).toBeGreaterThanOrEqual(LONG_MS - 5);
      expect((await kit.store.listArtifacts(run.id)).map(({ name: file }) => file)).toEqual([
        'a.log',
        'b.log',
      ]);
    });

    it('forgets what is over, and only shows it on a dry run', async () => {
      const { run, fence } = await kit.claimNew();
      const over = { sha256: randomUUID(), keepMs: 0 };
      await kit.store.saveArtifact(fence, artifact('over.log', over));
      await kit.store.saveArtifact(fence, artifact('kept.log'));
      await kit.store.saveArtifact(fence, artifact('forever.log', { keepMs: null }));
      const expected = { runId: run.id, name: 'over.log', sha256: over.sha256, sizeBytes: 12 };
      await vi.waitFor(async () =>
        expect(await kit.store.expireArtifacts({ isDryRun: true })).toEqual([expected]),
      );
      expect(await kit.store.listReferencedHashes()).toContain(over.sha256);
      expect(await kit.store.expireArtifacts({ isDryRun: false })).toEqual([expected]);
      expect(await kit.store.expireArtifacts({ isDryRun: false })).toEqual([]);
      expect(await kit.store.listReferencedHashes()).not.toContain(over.sha256);
      expect(await kit.store.listArtifacts(run.id)).toHaveLength(2);
    });
  });

  describe('agent set-up', () => {
    it('keeps one per run and replaces it', async () => {
      const { run, fence } = await kit.claimNew();
      await kit.store.saveAgentConfig(fence, agentConfig('outline'));
      await kit.store.saveAgentConfig(fence, agentConfig('codex_cli'));
      expect(await kit.store.findAgentConfig(run.id)).toEqual(agentConfig('codex_cli'));
    });
  });
}
