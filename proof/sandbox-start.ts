import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { measureDockerOverhead } from '../bench/overhead.ts';
import { describeTimes, quantile, timed } from '../bench/statistics.ts';
import { dockerSandbox } from '../src/sandbox/docker/docker-sandbox.ts';
import type { Sandbox, SandboxCommand } from '../src/sandbox/port.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../tests/support/docker-options.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const ROUNDS = 30;
const QUICK_ROUNDS = 5;
const RUN_ROUNDS = 15;
const QUICK_RUN_ROUNDS = 2;
const READY_P50_MS = 1000;
const READY_P95_MS = 1500;
const RATIO = 1.15;
/** How the model of whole runs answers. */
const MODEL = 'writes the documents';

/** How long agents wait for their container, and runs for theirs. */
export const sandboxStartProof: Proof = {
  name: 'sandbox-start',
  claim: `A sealed container with its gateway passes on the agent's first byte within ${READY_P50_MS / 1000} s (p50), and a whole run takes at most ${RATIO} times what a shell script takes with the same containers.`,
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const starts = await measureStarts(isQuick ? QUICK_ROUNDS : ROUNDS);
  say('starts measured; whole runs now');
  const rounds = isQuick ? QUICK_RUN_ROUNDS : RUN_ROUNDS;
  const { scriptMs, runMs } = await measureDockerOverhead(MODEL, { rounds, say });
  const ratio = quantile(runMs, 0.5) / quantile(scriptMs, 0.5);
  const [p50, p95] = [quantile(starts.firstPhaseMs, 0.5), quantile(starts.firstPhaseMs, 0.95)];
  // Absolute times say something about this machine only when nothing else runs on it.
  const isJudged = process.env['CI'] !== 'true' && !isQuick;
  return {
    tables: [
      {
        title: 'From the call to the first byte of the agent',
        header: ['WHAT', 'p50 / p95 (n)'],
        rows: [
          ['bare docker run', describeTimes(starts.bareMs)],
          ['sealed container and gateway (first phase of a run)', describeTimes(starts.firstPhaseMs)],
          ['sealed container, gateway there (later phases)', describeTimes(starts.laterPhaseMs)],
          ['sealed container without gateway', describeTimes(starts.sealedMs)],
        ],
      },
      {
        title: 'A whole run with the real Codex CLI, accept to terminal, answered at once',
        header: ['WHAT', 'p50 / p95 (n)', 'TIMES THE SCRIPT'],
        rows: [
          ['shell script with the same containers', describeTimes(scriptMs), '1'],
          ['run, database open', describeTimes(runMs), ratio.toFixed(3)],
        ],
      },
    ],
    figures: [
      `first byte p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (target ${READY_P50_MS} and ${READY_P95_MS}); whole run ${ratio.toFixed(3)} times the script (target ${RATIO})`,
    ],
    shortfalls: isJudged
      ? [
          ...(p50 < READY_P50_MS ? [] : [`p50 of the first byte is ${p50.toFixed(0)} ms`]),
          ...(p95 < READY_P95_MS ? [] : [`p95 of the first byte is ${p95.toFixed(0)} ms`]),
          ...(ratio <= RATIO ? [] : [`a whole run takes ${ratio.toFixed(3)} times the script`]),
        ]
      : [],
  };
}

async function measureStarts(rounds: number) {
  const root = await mkdtemp(path.join(tmpdir(), 'sandbox-start-'));
  const sandbox = dockerSandbox(DOCKER_OPTIONS);
  const times = {
    bareMs: new Array<number>(),
    firstPhaseMs: new Array<number>(),
    laterPhaseMs: new Array<number>(),
    sealedMs: new Array<number>(),
  };
  try {
    const warmUp = await commandIn(root, false);
    await firstByte(sandbox, warmUp);
    await sandbox.reap(warmUp.runId);
    for (let round = 0; round < rounds; round += 1) {
      times.bareMs.push((await timed(bareRun)).ms);
      const first = await commandIn(root, true);
      times.firstPhaseMs.push(await firstByte(sandbox, first));
      times.laterPhaseMs.push(await firstByte(sandbox, { ...first, phase: 'speckit_plan' }));
      const sealed = await commandIn(root, false);
      times.sealedMs.push(await firstByte(sandbox, sealed));
      for (const { runId } of [first, sealed]) await sandbox.reap(runId);
    }
    return times;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** What somebody who knows no sandbox would type. */
function bareRun() {
  const words = ['run', '--rm', '--entrypoint', '/bin/echo', DOCKER_OPTIONS.image, 'ready'];
  return promisify(execFile)('docker', ['-H', `unix://${SOCKET_PATH}`, ...words]);
}

async function commandIn(root: string, needsNetwork: boolean): Promise<SandboxCommand> {
  const runId = randomUUID();
  const place = (name: string) => path.join(root, runId, name);
  for (const name of ['repo', 'home']) await mkdir(place(name), { recursive: true });
  const { signal } = new AbortController();
  return {
    runId,
    phase: 'speckit_specify',
    attempt: 1,
    stateDirectory: place('executions'),
    argv: ['/bin/echo', 'ready'],
    env: {},
    stdin: 'x'.repeat(8192),
    homeFiles: {},
    readPaths: [],
    needsNetwork,
    model: undefined,
    workingDirectory: place('repo'),
    homeDirectory: place('home'),
    deadlineMs: 60_000,
    signal,
    release: signal,
  };
}

async function firstByte(sandbox: Sandbox, command: SandboxCommand): Promise<number> {
  const beganMs = performance.now();
  const seen = { atMs: Number.NaN };
  const onLine = () => {
    if (Number.isNaN(seen.atMs)) seen.atMs = performance.now();
  };
  await sandbox.execute(command, { onLine });
  return seen.atMs - beganMs;
}
