import { availableParallelism } from 'node:os';

import { runCell, traceMoments, type CellResult } from '../tests/faults/support/kill-cell.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const QUICK_CELLS = 24;
/** Kills in the middle of an agent, where a worker without adoption pays twice. */
const CONTROLS = [
  'in speckit_specify sandbox.execute line 5',
  'in speckit_plan sandbox.execute line 9',
  'after speckit_tasks sandbox.execute',
];

/** SIGKILL at every moment of a run, one run each. */
export const killProof: Proof = {
  name: 'kill',
  claim:
    'A worker killed with SIGKILL before, in or after any side effect costs nothing: the run succeeds with one branch and one pull request document, and no agent is started twice.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const moments = await traceMoments();
  const chosen = isQuick ? spread(moments, QUICK_CELLS) : moments;
  say(`${moments.length} moments, ${chosen.length} cells`);
  const cells = await inParallel(chosen, { workers: availableParallelism(), say }, (moment) =>
    runCell(moment),
  );
  const controls = await inParallel(CONTROLS, { workers: 1, say }, (moment) =>
    runCell(moment, { isForgetful: true }),
  );
  const accepted = cells.filter(({ history }) => history !== undefined);
  const recoveries = accepted.map(({ recoveryMs }) => recoveryMs).toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(recoveries[Math.floor((recoveries.length - 1) * share)] ?? 0);
  return {
    tables: [
      {
        title: 'Every kill',
        header: ['KILLED', 'STATUS', 'STARTS', 'BRANCHES', 'REQUESTS', 'HELD'],
        rows: cells.map(rowOf),
      },
      {
        title: 'Negative control: the same without adoption has to be caught',
        header: ['KILLED', 'STATUS', 'STARTS', 'BRANCHES', 'REQUESTS', 'HELD'],
        rows: controls.map(rowOf),
      },
    ],
    figures: [
      `${cells.length} kills, ${cells.length - accepted.length} of them before the run was accepted`,
      `${accepted.filter(({ history }) => history?.run.status === 'succeeded').length} of ${accepted.length} accepted runs succeeded`,
      `from kill to end: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (lease of 800 ms; the product's is 10 s)`,
      `${controls.filter(isCaught).length} of ${controls.length} controls caught`,
    ],
    shortfalls: [
      ...cells.flatMap(({ killAt, wasKilled, violations }) => [
        ...(wasKilled ? [] : [`${killAt}: the kill never came`]),
        ...violations.map((violation) => `${killAt}: ${violation}`),
      ]),
      ...controls
        .filter((control) => !isCaught(control))
        .map(({ killAt }) => `control ${killAt} was not caught`),
    ],
  };
}

function isCaught({ violations }: CellResult): boolean {
  return violations.some((violation) => violation.startsWith('I8'));
}

function rowOf({ killAt, history, violations, wasKilled }: CellResult): readonly string[] {
  if (history === undefined) return [killAt, 'not accepted', '0', '0', '0', wasKilled ? 'yes' : 'NO'];
  const { run, agentStarts, refsBefore, refsAfter, artifacts } = history;
  return [
    killAt,
    run.status,
    String(agentStarts.length),
    String(Object.keys(refsAfter).length - Object.keys(refsBefore).length),
    String(artifacts.filter(({ name }) => name === 'pull-request.md').length),
    violations.length === 0 ? 'yes' : `NO: ${violations.join('; ')}`,
  ];
}

/** So many of them, evenly spread, first and last included. */
function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = (items.length - 1) / (count - 1);
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(index * step)))].flatMap(
    (index) => items[index] ?? [],
  );
}
