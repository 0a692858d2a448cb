import { availableParallelism } from 'node:os';

import {
  killPublisher,
  tracePublishing,
  type PublishMoment,
  type PublishResult,
} from '../tests/faults/support/publish-cell.ts';
import { openGitHub, type GitHubServer } from '../tests/support/open-github.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const REPEATS = 100;
const QUICK_REPEATS = 2;
const TRIES = 3;
const PUSH = { method: 'POST', path: /git-receive-pack$/u };
const CREATE = { method: 'POST', path: /\/pulls$/u };
const LABEL = { method: 'POST', path: /\/labels$/u };

/** While GitHub works: before it does anything, and when it has done it and nobody heard. */
const AT_GITHUB: readonly PublishMoment[] = [
  { name: 'at GitHub, before the push', during: { match: PUSH, fault: 'hang' } },
  {
    name: 'at GitHub, after the push',
    during: { match: PUSH, fault: 'hang after effect' },
    effect: 'branch',
  },
  { name: 'at GitHub, before the pull request', during: { match: CREATE, fault: 'hang' } },
  {
    name: 'at GitHub, after the pull request',
    during: { match: CREATE, fault: 'hang after effect' },
    effect: 'pull',
  },
  { name: 'at GitHub, before the labels', during: { match: LABEL, fault: 'hang' } },
  {
    name: 'at GitHub, after the labels',
    during: { match: LABEL, fault: 'hang after effect' },
    effect: 'labels',
  },
];

/** From the push to the saved address of the pull request: where one that forgets makes two. */
const WINDOW = [
  'after commit_push git.pushBranch',
  'at GitHub, after the push',
  'before open_pr forge.ensureDraftPr',
  'at GitHub, after the pull request',
  'after open_pr forge.ensureDraftPr',
];

/** SIGKILL at every moment of publishing. */
export const publishCrashProof: Proof = {
  name: 'publish-crash',
  claim:
    'A worker killed with SIGKILL before or after any side effect of publishing leaves exactly one branch and one draft pull request, and the run succeeds with its address.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  await using github = await openGitHub();
  const moments = await allMoments(github);
  const repeats = isQuick ? QUICK_REPEATS : REPEATS;
  const cells = moments
    .filter(({ name }) => !isQuick || WINDOW.includes(name))
    .flatMap((moment) => Array.from({ length: WINDOW.includes(moment.name) ? repeats : 1 }, () => moment));
  say(`${moments.length} moments, ${cells.length} kills`);
  const results = await inParallel(cells, { workers: 2 * availableParallelism(), say }, (moment) =>
    kill(github, moment),
  );
  const rows = moments
    .map(({ name }) =>
      rowOf(
        name,
        results.filter((_, index) => cells[index]?.name === name),
      ),
    )
    .filter(([, kills]) => kills !== '0');
  const killed = results.filter(({ wasKilled }) => wasKilled);
  const recoveries = killed.map(({ recoveryMs }) => recoveryMs).toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(recoveries[Math.floor((recoveries.length - 1) * share)] ?? 0);
  const missed = moments.filter(({ name }) => rows.every(([row]) => row !== name)).length;
  return {
    tables: [
      {
        title: 'Kills while publishing',
        header: ['KILLED', 'KILLS', 'SUCCEEDED', 'ONE PULL REQUEST', 'ONE BRANCH', 'HELD'],
        rows,
      },
    ],
    figures: [
      `${killed.length} kills at ${moments.length} moments, each of the ${WINDOW.length} between the push and the saved address ${repeats} times`,
      `from kill to end: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (lease of 800 ms; the product's is 10 s)`,
      `${github.requests.length} requests at GitHub`,
      ...(isQuick ? [`${missed} moments were left out`] : []),
    ],
    shortfalls: [
      ...results.flatMap(({ violations }, index) =>
        violations.map((each) => `${cells[index]?.name}: ${each}`),
      ),
      ...cells.flatMap(({ name }, index) =>
        results[index]?.wasKilled === true ? [] : [`${name} never came`],
      ),
      ...(killed.length === 0 ? ['nothing was killed'] : []),
    ],
  };
}

async function allMoments(github: GitHubServer): Promise<readonly PublishMoment[]> {
  const own = await tracePublishing(github);
  return [...own.map((name) => ({ name, killAt: name })), ...AT_GITHUB];
}

/** What happens in the background is not the same each time, so a moment may stay away. */
async function kill(github: GitHubServer, moment: PublishMoment): Promise<PublishResult> {
  for (let tries = 1; ; tries += 1) {
    const result = await killPublisher(github, moment);
    if (result.wasKilled || tries === TRIES) return result;
  }
}

function rowOf(name: string, results: readonly PublishResult[]): readonly string[] {
  const count = (isSo: (result: PublishResult) => boolean) => String(results.filter(isSo).length);
  const bad = results.flatMap(({ violations }) => violations);
  return [
    name,
    count(({ wasKilled }) => wasKilled),
    count(({ run }) => run?.status === 'succeeded'),
    count(({ pulls }) => pulls === 1),
    count(({ branches }) => branches === 1),
    bad.length === 0 ? 'yes' : `NO: ${[...new Set(bad)].join('; ')}`,
  ];
}
