import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { PHASES } from '../../src/domain/phases.ts';
import type { Run } from '../../src/domain/run.ts';
import type { RunQuery } from '../../src/store/port.ts';
import { UNKNOWN_ID, newRun, retryOf, type StoreKit } from '../support/store-kit.ts';

/** New runs, unknown runs, lists. */
export function runsContract(kit: StoreKit): void {
  describe('new runs', () => {
    it('keeps every field of the request', async () => {
      const request = newRun({
        specText: 'Ünïcode ✓ "quoted"\n'.repeat(100),
        feature: '003-login',
        dryRun: true,
        retain: true,
        externalRef: 'T-1',
        onClarification: 'continue',
        runtimeEnvironment: { TZ: 'Europe/Rome', CODEX_ENV: '"quoted" = ✓' },
        secretNames: ['REGISTRY_TOKEN', 'OTHER'],
      });
      const run = await kit.store.createRun(request);
      expect(run).toMatchObject(request);
      expect(await kit.other.findRun(run.id)).toEqual(run);
    });

    it('is queued, unheld and without a result', async () => {
      const run = await kit.create();
      expect(run).toMatchObject({
        status: 'queued',
        reason: null,
        owner: null,
        epoch: 0,
        leaseUntilMs: null,
      });
      expect(run).toMatchObject({
        startedAtMs: null,
        completedAtMs: null,
        clarifications: [],
        notes: null,
      });
      expect(Number.isSafeInteger(run.createdAtMs)).toBe(true);
    });

    it('has one pending attempt of each phase, in table order', async () => {
      const phases = await kit.store.listPhases((await kit.create()).id);
      expect(phases.map(({ phase }) => phase)).toEqual(PHASES.map((phase) => phase.name));
      expect(phases.every(({ status, attempt }) => status === 'pending' && attempt === 1)).toBe(true);
    });

    it('begins its history with run_queued as number 1', async () => {
      const run = await kit.create();
      expect(await kit.store.readEvents(run.id, 0, 10)).toEqual([
        { seq: 1, atMs: expect.any(Number), event: { type: 'run_queued' } },
      ]);
    });

    it('refuses the same id twice', async () => {
      const run = await kit.create();
      await expect(kit.create({ id: run.id })).rejects.toThrow(/constraint/iu);
      expect(await kit.store.readEvents(run.id, 0, 10)).toHaveLength(1);
    });
  });

  describe('unknown runs', () => {
    it('are not found by any reader', async () => {
      expect(await kit.store.findRun(UNKNOWN_ID)).toBeUndefined();
      expect(await kit.store.findRun('not an id')).toBeUndefined();
      expect(await kit.store.listPhases(UNKNOWN_ID)).toEqual([]);
      expect(await kit.store.readEvents(UNKNOWN_ID, 0, 10)).toEqual([]);
      expect(await kit.store.listArtifacts(UNKNOWN_ID)).toEqual([]);
      expect(await kit.store.findAgentConfig(UNKNOWN_ID)).toBeUndefined();
    });

    it('can be neither claimed, cancelled nor retried', async () => {
      expect(await kit.claim(UNKNOWN_ID)).toBeUndefined();
      expect(await kit.store.requestCancel(UNKNOWN_ID)).toBeUndefined();
      expect(await kit.store.retryRun(retryOf(UNKNOWN_ID))).toBeUndefined();
    });
  });

  describe('lists', () => {
    it('pages newest first, each run once, while new ones come in', async () => {
      const repository = `/repositories/${randomUUID()}`;
      const runs: Run[] = [];
      for (let index = 0; index < 7; index += 1) runs.push(await kit.create({ repository }));
      const expected = runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
      const first = await kit.store.listRuns({ repository, limit: 3 });
      await vi.waitFor(async () =>
        expect((await kit.create()).createdAtMs).toBeGreaterThan(runs.at(-1)!.createdAtMs),
      );
      await kit.create({ repository });
      const rest = await allPages(kit, { repository, limit: 3, cursor: first.nextCursor! });
      expect([...first.runs.map(({ id }) => id), ...rest]).toEqual(expected.map(({ id }) => id));
    });

    it('filters by repository, status and external reference, alone and together', async () => {
      const repository = `/repositories/${randomUUID()}`;
      const externalRef = randomUUID();
      const plain = await kit.create({ repository });
      const named = await kit.create({ repository, externalRef });
      const { run: working } = await kit.claimNew({ repository, externalRef });
      expect(await listedIds(kit, { repository })).toEqual([plain.id, named.id, working.id].toSorted());
      expect(await listedIds(kit, { externalRef })).toEqual([named.id, working.id].toSorted());
      expect(await listedIds(kit, { repository, status: 'queued' })).toEqual([plain.id, named.id].toSorted());
      expect(await listedIds(kit, { repository, externalRef, status: 'in_progress' })).toEqual([working.id]);
      expect(await listedIds(kit, { repository, status: 'no_changes' })).toEqual([]);
    });

    it('has no next page after a full last one', async () => {
      const repository = `/repositories/${randomUUID()}`;
      await kit.create({ repository });
      await kit.create({ repository });
      expect((await kit.store.listRuns({ repository, limit: 2 })).nextCursor).toBeNull();
    });

    it('refuses a cursor it never gave', async () => {
      await expect(kit.store.listRuns({ limit: 5, cursor: 'x' })).rejects.toMatchObject({
        code: 'request_invalid',
      });
    });

    it('finds runs by the beginning of their id, newest first', async () => {
      const start = randomUUID().slice(0, 8);
      const ids = ['1111-4111-8111-000000000001', '1222-4111-8111-000000000002'].map(
        (rest) => `${start}-${rest}`,
      );
      for (const id of ids) await kit.create({ id });
      expect(await idsByPrefix(kit, start)).toEqual(ids);
      expect(await idsByPrefix(kit, `${start}-12`)).toEqual([ids[1]]);
      expect(await idsByPrefix(kit, `${start}1111`.toUpperCase())).toEqual([ids[0]]);
      expect(await idsByPrefix(kit, ids[0]!)).toEqual([ids[0]]);
    });

    it.each(['', 'abc', 'wxyz', '%%%%', "' or 1=1", 'f'.repeat(33)])(
      'finds nothing by %j',
      async (prefix) => {
        expect(await kit.store.findRunsByPrefix(prefix)).toEqual([]);
      },
    );
  });
}

async function allPages(kit: StoreKit, query: RunQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await kit.store.listRuns(cursor ? { ...query, cursor } : query);
    ids.push(...page.runs.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

async function listedIds(kit: StoreKit, query: Omit<RunQuery, 'limit'>): Promise<string[]> {
  return (await allPages(kit, { limit: 2, ...query })).toSorted();
}

async function idsByPrefix(kit: StoreKit, prefix: string): Promise<string[]> {
  return (await kit.store.findRunsByPrefix(prefix)).map(({ id }) => id).toSorted();
}
