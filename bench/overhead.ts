import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Agent } from '../src/agent/port.ts';
import { installedCodex, isCodexInstalled, TEST_KEY } from '../tests/support/codex.ts';
import { runCli } from '../tests/support/cli.ts';
import { openEngine } from '../tests/support/engine-kit.ts';
import { makeRepository } from '../tests/support/git-repository.ts';
import { startModelProcess } from './model-process.ts';
import { dockerScript } from './docker-script.ts';
import { invocationFor, shellScript } from './shell-script.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { describeTimes, formatMs, quantile, timed } from './statistics.ts';

const ROUNDS = 15;
const SLOW_ROUNDS = 5;
const QUICK_ROUNDS = 1;
const COLD_ROUNDS = 5;
const WARM_UP = 4;
const FILES = 200;
const SPEC_TEXT =
  'Renew loans online\n\nAs a borrower, I want to renew a loan, so that I can keep a book longer.\n';

/** How the model answers: at once, which no model does, after less than a quick one takes, and after what a good one may take. */
const MODELS = [
  { name: 'at once', script: 'writes the documents', rounds: ROUNDS },
  { name: 'after 0.5 s', script: 'slow:500', rounds: ROUNDS },
  { name: 'after 2 s', script: 'slow:2000', rounds: SLOW_ROUNDS },
] as const;

/** A whole run beside a shell script that makes the same calls, in turns. */
export const overheadBench: Bench = {
  name: 'overhead',
  title: 'A whole run beside a bare shell script, with the real Codex CLI',
  async run({ isQuick, say }: BenchOptions): Promise<BenchResult> {
    if (!isCodexInstalled) throw new Error('the Codex CLI is not installed: npm run agents:install');
    const rows: (readonly string[])[] = [];
    for (const { name, script, rounds } of MODELS) {
      const { scriptMs, runMs, coldMs } = await measureWith(script, {
        rounds: isQuick ? QUICK_ROUNDS : rounds,
        say,
      });
      const ratio = (times: readonly number[]) => (quantile(times, 0.5) / quantile(scriptMs, 0.5)).toFixed(3);
      const pairs = runMs.map((ms, index) => ms / (scriptMs[index] ?? Number.NaN));
      rows.push(
        [name, 'shell script: clone, three agent calls, commit, push', describeTimes(scriptMs), '1'],
        [name, 'run, database open (accept to terminal)', describeTimes(runMs), ratio(runMs)],
        [name, 'the same, median of the pairs', '', quantile(pairs, 0.5).toFixed(3)],
        [name, 'cold: the whole command, Node started, database made', describeTimes(coldMs), ratio(coldMs)],
      );
    }
    return {
      header: ['MODEL ANSWERS', 'WHAT', 'p50 / p95 (n)', 'TIMES THE SCRIPT'],
      rows,
      notes: [
        `The Codex CLI of \`agents/codex\` against a scripted model server in a process of its own: six answers a run. The same program, arguments, environment and prompts on both sides; a repository of ${FILES} files. The run is behind the wall and keeps everything it promises. Target: warm at most 1.10 with a local model. What a run costs on top is about the same whatever the model takes, so with one that answers at once the ratio says how little Codex itself takes. Part of it is Codex's own: the script gives its three calls one HOME, while a run gives every phase an empty one, in which Codex makes its databases anew (60 ms each).`,
      ],
    };
  },
};

interface Place {
  readonly root: string;
  readonly repository: string;
  readonly agent: Agent;
  readonly baseUrl: string;
  readonly sandbox: 'process' | 'docker';
}

interface Rounds {
  readonly rounds: number;
  readonly say: BenchOptions['say'];
}

/** Times of whole runs and of the script that does the same by hand, in turns. */
export interface WarmTimes {
  readonly scriptMs: readonly number[];
  readonly runMs: readonly number[];
}

/** With the same containers on both sides. */
export function measureDockerOverhead(modelScript: string, rounds: Rounds): Promise<WarmTimes> {
  return atPlace(modelScript, 'docker', (place) => measureWarm(place, rounds));
}

async function measureWith(modelScript: string, rounds: Rounds) {
  return atPlace(modelScript, 'process', async (place) => {
    const warm = await measureWarm(place, rounds);
    return { ...warm, coldMs: await measureCold(place, Math.min(rounds.rounds, COLD_ROUNDS)) };
  });
}

async function atPlace<Result>(
  modelScript: string,
  sandbox: Place['sandbox'],
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(path.join(tmpdir(), 'bench-overhead-'));
  await using model = await startModelProcess(modelScript);
  try {
    const repository = await makeRepository({
      directory: path.join(root, 'repository'),
      files: Object.fromEntries(
        Array.from({ length: FILES }, (_, index) => [`src/file-${index}.ts`, `export const n = ${index};\n`]),
      ),
      isBare: true,
    });
    const { baseUrl } = model;
    const agent = installedCodex({ baseUrl });
    return await work({ root, repository, agent, baseUrl, sandbox });
  } finally {
    await rm(root, { recursive: true });
  }
}

async function measureWarm({ root, repository, agent, sandbox }: Place, { rounds, say }: Rounds) {
  await using engine = await openEngine({
    agents: [agent],
    sandbox,
    home: path.join(root, 'home'),
    confinement: 'auto',
  });
  const ours = async () => {
    const run = await engine.runToEnd({ repository, specText: SPEC_TEXT });
    if (run.status !== 'succeeded') throw new Error(`the run ended ${run.status}: ${run.reason_text}`);
    return run;
  };
  // The first runs of a process also compile it.
  let { run_id: runId } = await ours();
  for (let round = 0; round < WARM_UP; round += 1) ({ run_id: runId } = await ours());
  const prompts = await Promise.all(
    ['specify', 'plan', 'tasks'].map((command) => engine.readText(runId, `speckit_${command}.prompt.md`)),
  );
  const plan = { root, repository, agent, prompts, invocation: invocationFor(prompts) };
  const script = await (sandbox === 'docker' ? dockerScript(plan) : shellScript(plan));
  await script.run();
  const [scriptMs, runMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    // Whoever goes first warms caches for the other.
    if (round % 2 === 0) scriptMs.push((await timed(script.run)).ms);
    runMs.push((await timed(ours)).ms);
    if (round % 2 === 1) scriptMs.push((await timed(script.run)).ms);
    say(`round ${round + 1}: ${formatMs(scriptMs.at(-1) ?? 0)} by hand, ${formatMs(runMs.at(-1) ?? 0)} ours`);
  }
  return { scriptMs, runMs };
}

async function measureCold({ root, repository, baseUrl }: Place, rounds: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const home = await mkdtemp(path.join(root, 'cold-'));
    const env = {
      CODEX_API_KEY: TEST_KEY,
      CODEX_BASE_URL: baseUrl,
      CODEX_MODEL: 'gpt-5.5',
      NODE_COMPILE_CACHE: '',
    };
    const args = ['run', '--repo', repository, '--text', SPEC_TEXT, '--agent', 'codex_cli', '--json'];
    const { ms, value } = await timed(() => runCli(args, { home, env }));
    if (value.exitCode !== 0) throw new Error(`the command failed: ${value.stderr}`);
    times.push(ms);
  }
  return times;
}
