import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { gitCli } from '../src/git/git-cli.ts';
import { answerByGit } from '../tests/support/git-http-backend.ts';
import { GIT_OPTIONS } from '../tests/support/git-options.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { addCommit, makeCloneRepository } from './clone-repository.ts';
import { describeTimes, quantile, timed } from './statistics.ts';

const SIZE = { files: 2_000, commits: 5_000 };
const QUICK_SIZE = { files: 200, commits: 200 };
const ROUNDS = 10;
const QUICK_ROUNDS = 2;
const CHANGED = 5;

/** What a clone costs the first time, again, and again after a commit. */
export const cloneBench: Bench = {
  name: 'clone',
  title: 'Clones of one repository',
  async run({ isQuick, say }: BenchOptions): Promise<BenchResult> {
    const root = await mkdtemp(path.join(tmpdir(), 'bench-clone-'));
    const size = isQuick ? QUICK_SIZE : SIZE;
    const directory = path.join(root, 'app.git');
    try {
      say('making the repository');
      await makeCloneRepository({ directory, ...size });
      await using server = await serve(root);
      const measured = await measure({ root, directory, server, rounds: isQuick ? QUICK_ROUNDS : ROUNDS });
      const first = quantile(measured[0]?.times ?? [], 0.5);
      return {
        header: ['WHAT', 'p50 / p95 (n)', 'BYTES SENT', 'FASTER THAN THE FIRST'],
        rows: measured.map(({ what, times, bytes }) => [
          what,
          describeTimes(times),
          bytes.toLocaleString('en'),
          `${(first / quantile(times, 0.5)).toFixed(1)} times`,
        ]),
        notes: [
          `\`fetchBase\` of a repository of ${size.files.toLocaleString('en')} files of 2 to 8 KB and ${size.commits.toLocaleString('en')} commits, by smart HTTP on loopback, where a network costs nothing; each with a git directory of its own. Target: the second at least 5 times faster.`,
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
  readonly server: { readonly url: string; readonly bytesSent: () => number };
  readonly rounds: number;
}

async function measure({ root, directory, server, rounds }: Place) {
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
  for (let round = 0; round < rounds; round += 1)
    for (const step of steps) {
      await step.prepare(round);
      const before = server.bytesSent();
      step.times.push((await timed(clone)).ms);
      step.bytes = server.bytesSent() - before;
    }
  return steps;
}

async function serve(root: string) {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    answerByGit(root, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    bytesSent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
