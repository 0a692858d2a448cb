import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openEngine, type EngineKit } from '../tests/support/engine-kit.ts';
import { makeRepository } from '../tests/support/git-repository.ts';
import { instantAgent } from './instant-agent.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { describeTimes, timed } from './statistics.ts';

const ROUNDS = 30;
const QUICK_ROUNDS = 5;
const WARM_UP = 3;

/** What the engine itself costs: runs whose agent does nothing but write its document. */
export const engineBench: Bench = {
  name: 'engine',
  title: 'A run with an agent that costs nothing',
  async run({ isQuick }: BenchOptions): Promise<BenchResult> {
    const rounds = (isQuick ? QUICK_ROUNDS : ROUNDS) + WARM_UP;
    const walled = await measure(rounds, 'auto');
    const open = await measure(rounds, 'off');
    return {
      header: ['WHAT', 'BEHIND THE WALL p50 / p95 (n)', 'WITHOUT A WALL p50 / p95 (n)'],
      rows: [
        ['accept to phase started', describeTimes(walled.queueMs), describeTimes(open.queueMs)],
        ['three agent phases', describeTimes(walled.agentMs), describeTimes(open.agentMs)],
        ['whole run, accept to terminal', describeTimes(walled.totalMs), describeTimes(open.totalMs)],
      ],
      notes: [
        'In one process on an open database (SQLite, `synchronous=FULL`), everything durable. The agent is a shell that copies its standard input to the document; starting it is part of the figure. Target: three phases below 300 ms.',
      ],
    };
  },
};

async function measure(rounds: number, confinement: 'auto' | 'off') {
  const root = await mkdtemp(path.join(tmpdir(), 'bench-engine-'));
  try {
    const repository = await makeRepository({
      directory: path.join(root, 'repository'),
      files: { 'README.md': 'readme\n' },
      isBare: true,
    });
    await using engine = await openEngine({
      agents: [instantAgent()],
      home: path.join(root, 'home'),
      confinement,
    });
    const times = { queueMs: [] as number[], agentMs: [] as number[], totalMs: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const seen = await oneRun(engine, repository);
      if (round < WARM_UP) continue;
      times.queueMs.push(seen.queueMs);
      times.agentMs.push(seen.agentMs);
      times.totalMs.push(seen.totalMs);
    }
    return times;
  } finally {
    await rm(root, { recursive: true });
  }
}

async function oneRun(engine: EngineKit, repository: string) {
  const { app } = engine;
  const { ms: totalMs, value: run } = await timed(() =>
    engine.runToEnd({ repository, specText: 'Members can export.' }),
  );
  if (run.status !== 'succeeded') throw new Error(`the run ended ${run.status}: ${run.reason_text}`);
  const agentMs = run.phases
    .filter(({ phase }) => phase.startsWith('speckit_'))
    .reduce((sum, { duration_ms: ms }) => sum + (ms ?? 0), 0);
  const times: number[] = [];
  for await (const event of app.follow(run.run_id))
    if (event.type === 'run_queued' || (event.type === 'phase_started' && event.phase === 'prepare_job'))
      times.push(Date.parse(event.at));
  return { totalMs, agentMs, queueMs: (times[1] ?? Number.NaN) - (times[0] ?? Number.NaN) };
}
