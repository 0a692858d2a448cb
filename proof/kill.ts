import { availableParallelism } from 'node:os';

import { runCell, traceMoments, type CellResult } from '../tests/faults/support/kill-cell.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const QUICK_CELLS = 24;
/** How often a moment is waited for, and the share of them that may stay away. */
const TRIES = 3;
const MOST_MISSED = 0.03;
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
  const tried = await inParallel(chosen, { workers: 2 * availableParallelism(), say }, killAt);
  const cells = tried.filter(({ wasKilled }) => wasKilled);
  const missed = tried.filter(({ wasKilled }) => !wasKilled).map(({ killAt: moment }) => moment);
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
      `${missed.length} moments did not come again in ${TRIES} runs each (what is written in the background is not the same each time)`,
      `${controls.filter(isCaught).length} of ${controls.length} controls caught`,
    ],
    shortfalls: [
      ...cells.flatMap((cell) => cell.violations.map((violation) => `${cell.killAt}: ${violation}`)),
      ...(missed.length > chosen.length * MOST_MISSED ? [`never came: ${missed.join('; ')}`] : []),
      ...controls
        .filter((control) => !isCaught(control))
        .map((control) => `control ${control.killAt} was not caught`),
    ],
  };
}

/** Runs until one comes to the moment. */
async function killAt(moment: string): Promise<CellResult> {
  for (let tries = 1; ; tries += 1) {
    const cell = await runCell(moment);
    if (cell.wasKilled || tries === TRIES) return cell;
  }
}

function isCaught({ violations }: CellResult): boolean {
  return violations.some((violation) => violation.startsWith('I8'));
}

function rowOf({ killAt: moment, history, violations }: CellResult): readonly string[] {
  if (history === undefined) return [moment, 'not accepted', '0', '0', '0', 'yes'];
  const { run, agentStarts, refsBefore, refsAfter, artifacts } = history;
  return [
    moment,
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
