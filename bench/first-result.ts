import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startCli } from '../tests/support/cli.ts';
import { makeRepository } from '../tests/support/git-repository.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { describeTimes } from './statistics.ts';

const ROUNDS = 10;
const QUICK_ROUNDS = 2;
const SPEC_TEXT = 'Members can export their list.';
const AGENT_HEARD = /^speckit_specify: (?!started)/mu;

/** What somebody waits for who types the command: nothing installed but the package, no key. */
export const firstResultBench: Bench = {
  name: 'first-result',
  title: 'From the command to its first result, with the keyless agent',
  async run({ isQuick }: BenchOptions): Promise<BenchResult> {
    const rounds = isQuick ? QUICK_ROUNDS : ROUNDS;
    const cold = await measure(rounds, { isCold: true });
    const warm = await measure(rounds, { isCold: false });
    const row = (what: string, key: keyof Moments) => [
      what,
      describeTimes(cold[key]),
      describeTimes(warm[key]),
    ];
    return {
      header: ['WHAT', 'FIRST TIME p50 / p95 (n)', 'AGAIN p50 / p95 (n)'],
      rows: [
        row('first line on the terminal', 'lineMs'),
        row('first word of the agent', 'agentMs'),
        row('branch and pull request document, command ended', 'endMs'),
      ],
      notes: [
        'The whole `run` command from its start as a process. First time: no state directory, nothing compiled. Again: the same state directory, and the compile cache of Node.',
      ],
    };
  },
};

interface Moments {
  readonly lineMs: number[];
  readonly agentMs: number[];
  readonly endMs: number[];
}

async function measure(rounds: number, { isCold }: { readonly isCold: boolean }): Promise<Moments> {
  const root = await mkdtemp(path.join(tmpdir(), 'bench-first-result-'));
  try {
    const repository = await makeRepository({
      directory: path.join(root, 'repository'),
      files: { 'README.md': 'readme\n' },
      isBare: true,
    });
    const moments: Moments = { lineMs: [], agentMs: [], endMs: [] };
    const warmHome = await mkdtemp(path.join(root, 'home-'));
    if (!isCold) await oneCommand(repository, { home: warmHome, isCold });
    for (let round = 0; round < rounds; round += 1) {
      const home = isCold ? await mkdtemp(path.join(root, 'home-')) : warmHome;
      const seen = await oneCommand(repository, { home, isCold });
      moments.lineMs.push(seen.lineMs);
      moments.agentMs.push(seen.agentMs);
      moments.endMs.push(seen.endMs);
    }
    return moments;
  } finally {
    await rm(root, { recursive: true });
  }
}

interface Where {
  readonly home: string;
  readonly isCold: boolean;
}

async function oneCommand(repository: string, { home, isCold }: Where) {
  const startedMs = performance.now();
  const sinceStart = () => performance.now() - startedMs;
  const child = startCli(['run', '--repo', repository, '--text', SPEC_TEXT], {
    home,
    env: isCold ? { NODE_COMPILE_CACHE: '' } : {},
  });
  let printed = '';
  const seen = { lineMs: Number.NaN, agentMs: Number.NaN };
  child.stdout.resume();
  child.stderr.on('data', (piece: Buffer) => {
    printed += piece.toString();
    if (Number.isNaN(seen.lineMs) && printed.includes('\n')) seen.lineMs = sinceStart();
    if (Number.isNaN(seen.agentMs) && AGENT_HEARD.test(printed)) seen.agentMs = sinceStart();
  });
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`the command failed: ${printed}`);
  return { ...seen, endMs: sinceStart() };
}
