import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/events.ts';
import type { PhaseRecord, Run, RunResult } from '../../src/domain/run.ts';
import type { ClaimedRun, NewArtifact, NewRun, Store } from '../../src/store/port.ts';

/** One database, empty at first, that several stores can be opened on. */
export interface StoreBench extends AsyncDisposable {
  open(): Promise<Store>;
}

/** Two stores on one database, as two processes would have them, and the steps most tests begin with. */
export type StoreKit = ReturnType<typeof storeKit>;

/** As a new database gets them. */
export const MIGRATIONS = [
  '0001-initial',
  '0002-allow-unconfined',
  '0003-runtime-environment',
  '0004-publishing',
];
export const LONG_MS = 600_000;
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
export const SUCCEEDED: RunResult = { status: 'succeeded', reason: null, reasonText: null, remedy: null };
export const FAILED: RunResult = {
  status: 'failed',
  reason: 'timeout',
  reasonText: 'It took long.',
  remedy: 'Wait.',
};

/** Opens the bench before the tests of the suite that calls this, and closes it after them. */
export function storeKit(openBench: () => Promise<StoreBench>) {
  const opened: { bench?: StoreBench; store?: Store; other?: Store } = {};

  beforeAll(async () => {
    const bench = await openBench();
    const [store, other] = [await bench.open(), await bench.open()];
    Object.assign(opened, { bench, store, other });
    await Promise.all([store.migrate(), other.migrate()]);
  });

  afterAll(async () => {
    await opened.store?.[Symbol.asyncDispose]();
    await opened.other?.[Symbol.asyncDispose]();
    await opened.bench?.[Symbol.asyncDispose]();
  });

  const kit = {
    get store() {
      return opened.store!;
    },
    get other() {
      return opened.other!;
    },
    create: (change: Partial<NewRun> = {}) => kit.store.createRun(newRun(change)),
    claim: (runId: string, ttlMs = LONG_MS, owner = 'worker-1') =>
      kit.store.claimRun({ runId, owner, ttlMs }),
    claimNew: async (change: Partial<NewRun> = {}, ttlMs = LONG_MS): Promise<ClaimedRun> =>
      claimed(await kit.claim((await kit.create(change)).id, ttlMs)),
    /** Waits by the database's clock: the sweep lists a run again once its lease is over. */
    leaseOver: (runId: string) =>
      vi.waitFor(async () => expect(await kit.store.findClaimableRuns(10_000)).toContain(runId), {
        interval: 2,
      }),
    eventsOf: async (runId: string): Promise<readonly RunEvent[]> =>
      (await kit.store.readEvents(runId, 0, 10_000)).map(({ event }) => event),
    find: async (runId: string): Promise<Run> => {
      const run = await kit.store.findRun(runId);
      if (run === undefined) throw new Error(`run ${runId} is gone`);
      return run;
    },
  };
  return kit;
}

/** A valid request; `change` replaces single fields. */
export function newRun(change: Partial<NewRun> = {}): NewRun {
  const id = change.id ?? randomUUID();
  return {
    id,
    forge: 'local',
    repository: '/repositories/shop',
    specText: 'Let a customer save a basket.',
    baseBranch: 'main',
    agent: 'outline',
    sandbox: 'process',
    feature: null,
    dryRun: false,
    externalRef: null,
    onClarification: 'stop',
    retain: false,
    allowUnconfined: false,
    runtimeEnvironment: {},
    secretNames: [],
    author: { name: 'Ada', email: 'ada@example.com' },
    branchName: `spec_automation/20260101/${id.slice(0, 8)}`,
    ...change,
  };
}

export function claimed(claim: ClaimedRun | undefined): ClaimedRun {
  if (claim === undefined) throw new Error('the run could not be claimed');
  return claim;
}

export function attemptOf(
  phases: readonly PhaseRecord[],
  phase: string,
  attempt: number,
): PhaseRecord | undefined {
  return phases.find((record) => record.phase === phase && record.attempt === attempt);
}

export function retryOf(runId: string) {
  return { runId, from: 'speckit_plan', notes: null, clarifications: [] } as const;
}

export function progress(text: string): RunEvent {
  return { type: 'phase_progressed', phase: 'speckit_plan', text };
}

export function outputEvent(lines: readonly string[]): RunEvent {
  return { type: 'phase_output', phase: 'speckit_plan', attempt: 1, stream: 'stdout', lines };
}

export function artifact(name: string, change: Partial<NewArtifact> = {}): NewArtifact {
  const content = { sha256: 'a'.repeat(64), sizeBytes: 12, mediaType: 'text/plain' };
  return { name, type: 'stdout_log', phase: 'discover', keepMs: LONG_MS, ...content, ...change };
}

export function agentConfig(agent: string) {
  const promptPack = { promptPack: 'built-in', promptPackVersion: '1', promptPackDigest: 'd'.repeat(64) };
  return { agent, agentVersion: '1.0', sandbox: 'process', ...promptPack };
}
