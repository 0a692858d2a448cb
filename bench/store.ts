import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openSqliteStore } from '../src/store/kysely/open-sqlite.ts';
import type { Store } from '../src/store/port.ts';
import { newRun } from '../tests/support/store-kit.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { describeTimes, timed } from './statistics.ts';

const STORED = 100_000;
const QUICK_STORED = 2_000;
const ROUNDS = 200;
const TTL_MS = 10_000;

/** What one step costs in the database, empty and with a hundred thousand finished runs in it. */
export const storeBench: Bench = {
  name: 'store',
  title: 'Steps in the database, empty and full',
  async run({ isQuick, say }: BenchOptions): Promise<BenchResult> {
    const stored = isQuick ? QUICK_STORED : STORED;
    const directory = await mkdtemp(path.join(tmpdir(), 'bench-store-'));
    try {
      await using store = await openSqliteStore({ directory });
      await store.migrate();
      const empty = await measure(store);
      const fill = await timed(() => fillWithRuns(store, stored, say));
      const full = await measure(store);
      return {
        header: ['WHAT', 'EMPTY p50 / p95 (n)', `WITH ${stored.toLocaleString('en')} RUNS p50 / p95 (n)`],
        rows: Object.entries(empty).map(([what, times]) => [
          what,
          describeTimes(times),
          describeTimes(full[what] ?? []),
        ]),
        notes: [
          `SQLite, \`synchronous=FULL\`, one process. Storing ${stored.toLocaleString('en')} finished runs through the port took ${(fill.ms / 1000).toFixed(0)} s.`,
        ],
      };
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

async function measure(store: Store): Promise<Readonly<Record<string, readonly number[]>>> {
  const times: Record<string, number[]> = {};
  const note = async (what: string, work: () => Promise<unknown>) => {
    const { ms } = await timed(work);
    (times[what] ??= []).push(ms);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = newRun();
    await note('accept a run', () => store.createRun(run));
    const claimed = await store.claimRun({ runId: run.id, owner: 'bench', ttlMs: TTL_MS });
    if (claimed === undefined) throw new Error('nobody else is here');
    const { fence } = claimed;
    await note('move a phase on', () =>
      store.savePhase(
        fence,
        { phase: 'git_clone', attempt: 1, status: 'running', isStart: true },
        { type: 'phase_started', phase: 'git_clone', attempt: 1 },
      ),
    );
    await note('renew a lease', () => store.renewLease(fence, TTL_MS));
    await store.finishRun(fence, { status: 'succeeded', reason: null, reasonText: null, remedy: null });
    const next = newRun();
    await store.createRun(next);
    await note('claim a run', () => store.claimRun({ runId: next.id, owner: 'bench', ttlMs: 1 }));
    await note('find what waits', () => store.findClaimableRuns(100));
    await note('list 20 runs', () => store.listRuns({ limit: 20 }));
    await note('find a run', () => store.findRun(next.id));
  }
  return times;
}

async function fillWithRuns(store: Store, count: number, say: BenchOptions['say']): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const run = newRun();
    await store.createRun(run);
    const claimed = await store.claimRun({ runId: run.id, owner: 'bench', ttlMs: TTL_MS });
    if (claimed !== undefined)
      await store.finishRun(claimed.fence, {
        status: 'succeeded',
        reason: null,
        reasonText: null,
        remedy: null,
      });
    if (index % 20_000 === 19_999) say(`${index + 1} runs stored`);
  }
}
