import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { gitCli } from '../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../tests/support/git-options.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { addCommit, makeCloneRepository } from './clone-repository.ts';
import { startGitServer, type GitServer } from './git-server-process.ts';
import { describeTimes, quantile, timed } from './statistics.ts';

const SIZES = [
  { files: 2_000, commits: 5_000 },
  { files: 8_000, commits: 5_000 },
];
const QUICK_SIZES = [{ files: 200, commits: 200 }];
const ROUNDS = 10;
const QUICK_ROUNDS = 2;
const CHANGED = 5;
const LINES = [
  { name: 'loopback', bytesPerSecond: Infinity },
  { name: '100 Mbit/s', bytesPerSecond: 12_500_000 },
];

/** What a clone costs the first time, again, and again after a commit. */
export const cloneBench: Bench = {
  name: 'clone',
  title: 'Clones of one repository',
  async run({ isQuick, say }: BenchOptions): Promise<BenchResult> {
    const root = await mkdtemp(path.join(tmpdir(), 'bench-clone-'));
    try {
      const measured = [];
      for (const size of isQuick ? QUICK_SIZES : SIZES) {
        const directory = path.join(root, `app-${size.files}.git`);
        say(`making the repository of ${size.files} files`);
        await makeCloneRepository({ directory, ...size });
        const files = size.files.toLocaleString('en');
        for (const line of LINES) {
          const rows = await measureLine({ root, directory, isQuick, ...line });
          measured.push(...rows.map((row) => [files, ...row]));
        }
      }
      return {
        header: ['FILES', 'LINE', 'WHAT', 'p50 / p95 (n)', 'BYTES SENT', 'FASTER THAN THE FIRST'],
        rows: measured,
        notes: [
          '`fetchBase` of a repository of 5,000 commits (200 with --quick) and files of 4 to 16 KB by smart HTTP, each with a git directory of its own. On loopback sending costs nothing, and asking for the branch is most of what is left; by the line, an answer is there when its last byte would be. Target: again, at least 5 times faster than the first.',
        ],
      };
    } finally {
      await rm(root, { recursive: true });
    }
  },
};

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly isQuick: boolean;
  readonly name: string;
  readonly bytesPerSecond: number;
}

async function measureLine({ name, ...place }: Place): Promise<readonly (readonly string[])[]> {
  await using server = await startGitServer(place.root, place.bytesPerSecond);
  const measured = await measure(place, server);
  const first = quantile(measured[0]?.times ?? [], 0.5);
  return measured.map(({ what, times, bytes }) => [
    name,
    what,
    describeTimes(times),
    bytes.toLocaleString('en'),
    `${(first / quantile(times, 0.5)).toFixed(1)} times`,
  ]);
}

async function measure({ root, directory, isQuick }: Omit<Place, 'name'>, server: GitServer) {
  const cacheDirectory = path.join(root, 'clones');
  const git = gitCli({ ...GIT_OPTIONS, cacheDirectory });
  const gitDirectory = path.join(root, 'pristine');
  const repository = `${server.url}/${path.basename(directory)}`;
  const { signal } = new AbortController();
  const clone = () => git.fetchBase({ gitDirectory, repository, branch: 'main', signal });
  const steps = [
    { what: 'first clone', prepare: () => rm(cacheDirectory, { recursive: true, force: true }) },
    { what: 'again', prepare: () => Promise.resolve() },
    {
      what: `again, after a commit that changed ${CHANGED} files`,
      prepare: (round: number) => addCommit(directory, 1_000_000 + round, CHANGED),
    },
  ].map((step) => Object.assign(step, { times: [] as number[], bytes: 0 }));
  for (let round = 0; round < (isQuick ? QUICK_ROUNDS : ROUNDS); round += 1)
    for (const step of steps) {
      await step.prepare(round);
      const before = await server.bytesSent();
      step.times.push((await timed(clone)).ms);
      step.bytes = (await server.bytesSent()) - before;
    }
  return steps;
}
