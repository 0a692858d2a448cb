import { availableParallelism } from 'node:os';

import { racePublishers, type RaceResult } from '../tests/faults/support/publish-race.ts';
import { openGitHub } from '../tests/support/open-github.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const RACES = 100;
const QUICK_RACES = 4;
const LINES = ['before commit_push git.pushBranch', 'before open_pr forge.ensureDraftPr'];
const MOST_MISSED = 0.03;

/** Two workers, one run. */
export const publishRaceProof: Proof = {
  name: 'publish-race',
  claim:
    'When two workers publish the same run at once, there is one branch with one commit and one pull request, and one of them finishes the run.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  await using github = await openGitHub();
  const count = isQuick ? QUICK_RACES : RACES;
  const lines = Array.from({ length: count }, (_, index) => LINES[index % LINES.length] ?? '');
  say(`${count} races`);
  const results = await inParallel(lines, { workers: availableParallelism(), say }, (line) =>
    racePublishers(github, line),
  );
  const real = results.filter(({ racers }) => racers === 2);
  const sum = (of: (result: RaceResult) => number) => real.reduce((total, result) => total + of(result), 0);
  const missed = results.length - real.length;
  return {
    tables: [
      {
        title: 'Two workers let go at the same moment',
        header: [
          'BOTH STOOD',
          'RACES',
          'PUSHES',
          'CREATIONS',
          'BRANCHES',
          'PULL REQUESTS',
          'COMMITS',
          'HELD',
        ],
        rows: LINES.map((line) =>
          rowOf(
            line,
            real.filter((result) => lines[results.indexOf(result)] === line),
          ),
        ),
      },
    ],
    figures: [
      `${real.length} races: ${sum(({ pushes }) => pushes)} pushes and ${sum(({ creations }) => creations)} creations reached GitHub, which has ${sum(({ branches }) => branches)} branches and ${sum(({ pulls }) => pulls)} pull requests`,
      `${sum(({ claims }) => claims)} claims, ${real.filter(({ run }) => run?.status === 'succeeded').length} runs succeeded, each finished once`,
      `${missed} races did not come about`,
    ],
    shortfalls: [
      ...results.flatMap(({ violations }, index) => violations.map((each) => `${lines[index]}: ${each}`)),
      ...real
        .filter(({ commits }) => commits !== 1)
        .map(({ commits }) => `${commits} commits were meant to be pushed`),
      ...(missed > count * MOST_MISSED ? [`${missed} of ${count} races did not come about`] : []),
    ],
  };
}

function rowOf(line: string, results: readonly RaceResult[]): readonly string[] {
  const total = (of: (result: RaceResult) => number) =>
    String(results.reduce((sum, result) => sum + of(result), 0));
  const bad = results.flatMap(({ violations }) => violations);
  return [
    line,
    String(results.length),
    total(({ pushes }) => pushes),
    total(({ creations }) => creations),
    total(({ branches }) => branches),
    total(({ pulls }) => pulls),
    total(({ commits }) => commits),
    bad.length === 0 ? 'yes' : `NO: ${[...new Set(bad)].join('; ')}`,
  ];
}
