import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Run } from '../../../src/domain/run.ts';
import { openEngine } from '../../support/engine-kit.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { crowdAgents } from './crowd-agents.ts';
import type { CrowdTask } from './crowd-worker.ts';
import { openDockerScene, type DockerScene } from './docker-scene.ts';
import { readRefs } from './history.ts';

/** Many runs, and workers that are killed at random while they work on them. */
export interface CrowdOptions {
  readonly runs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What became of them. */
export interface CrowdResult {
  readonly runs: readonly Run[];
  readonly kills: number;
  readonly agentStarts: number;
  readonly branches: number;
  /** Containers, networks, volumes, sockets and directories that were there when the last run ended, and after the clean-up. */
  readonly leftAtEnd: readonly string[];
  readonly leftLater: readonly string[];
  /** From the end of the last run until nothing was left; `undefined` when something stayed for 30 seconds. */
  readonly cleanAfterMs: number | undefined;
}

const LEASE_TTL_MS = 800;
const WORKERS = 2;
const KILL_MIN_MS = 800;
const KILL_SPREAD_MS = 3500;
/** Workers that always die would never get through what takes longer than they live. */
const KILLS_PER_RUN = 0.6;
const CALM_MS = 30_000;
const LOOK_MS = 200;
const KEPT = new Set(['artifacts', 'pull-request.md']);

/** Submit, kill, wait for the end of all, and look at what is left. */
export async function runCrowd({ runs, seed, say }: CrowdOptions): Promise<CrowdResult> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'crowd-')));
  const startLog = path.join(root, 'starts');
  const task = {
    home: path.join(root, 'home'),
    startLog,
    secret: 'crowdSECRET4711secret',
    leaseTtlMs: LEASE_TTL_MS,
  };
  const files = { 'README.md': 'readme\n' };
  const repository = await makeRepository({ directory: path.join(root, 'repository'), files, isBare: true });
  await writeFile(startLog, '');
  await using scene = await openDockerScene();
  try {
    await submitAll(task, repository, runs);
    const kills = await workThemOff(task, {
      most: Math.ceil(runs * KILLS_PER_RUN),
      random: randomFrom(seed),
      say,
    });
    return { kills, ...(await lookAround(task, repository, scene)) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Stored, with nobody to work on them yet. */
async function submitAll(task: CrowdTask, repository: string, count: number): Promise<void> {
  const nobody = {
    ring: () => Promise.resolve(),
    listen: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const agents = crowdAgents(task);
  await using engine = await openEngine({
    agents,
    home: task.home,
    sandbox: 'docker',
    overrides: { queue: nobody },
  });
  for (let number = 0; number < count; number += 1) {
    const agent = agents[number % agents.length]?.name;
    await engine.app.submit({ repository, specText: `Members can export list ${number}.`, agent });
  }
}

interface Killing {
  readonly most: number;
  readonly random: () => number;
  readonly say: (line: string) => void;
}

async function workThemOff(task: CrowdTask, { most, random, say }: Killing): Promise<number> {
  const state = { kills: 0, isDone: false };
  const work = async () => {
    while (!state.isDone) {
      const lifeMs = state.kills < most ? KILL_MIN_MS + random() * KILL_SPREAD_MS : Infinity;
      const wasKilled = await workFor(task, lifeMs);
      state.isDone ||= !wasKilled;
      state.kills += wasKilled ? 1 : 0;
      if (wasKilled && state.kills % 20 === 0) say(`${state.kills} kills`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return state.kills;
}

/** True when it had to be killed; it ends by itself when nothing is left to do. */
async function workFor(task: CrowdTask, lifeMs: number): Promise<boolean> {
  const program = path.join(import.meta.dirname, 'crowd-worker.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = new AbortController();
  if (lifeMs < Infinity) {
    void delay(lifeMs, undefined, { signal: stop.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
  }
  const [code, signal] = await exited;
  stop.abort();
  if (code !== 0 && signal === null) throw new Error(`a worker failed with exit code ${code}`);
  return signal !== null;
}

async function lookAround(
  task: CrowdTask,
  repository: string,
  scene: DockerScene,
): Promise<Omit<CrowdResult, 'kills'>> {
  await using engine = await openEngine({ agents: crowdAgents(task), home: task.home, sandbox: 'docker' });
  const runs: Run[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await engine.deps.store.listRuns({
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    runs.push(...page.runs);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  const ids = runs.map(({ id }) => id);
  const look = async () => [...(await scene.leftOf(ids)), ...(await filesLeft(task.home, ids))];
  const leftAtEnd = await look();
  const beganMs = performance.now();
  let left: readonly string[] = leftAtEnd;
  while (left.length > 0 && performance.now() - beganMs < CALM_MS) {
    await engine.app.recover();
    await delay(LOOK_MS);
    left = await look();
  }
  return {
    runs,
    agentStarts: ids.reduce((sum, id) => sum + scene.startsOf(id).length, 0),
    branches: Object.keys(await readRefs(repository)).length - 1,
    leftAtEnd,
    leftLater: left,
    cleanAfterMs: left.length > 0 ? undefined : Math.round(performance.now() - beganMs),
  };
}

/** What of a workspace is more than evidence, sockets wherever they are, and temporary directories with the name of a run. */
async function filesLeft(home: string, ids: readonly string[]): Promise<readonly string[]> {
  const workspaces = await Promise.all(
    ids.map(async (id) => {
      const names = await readdir(path.join(home, 'runs', id)).catch(() => []);
      return names.filter((name) => !KEPT.has(name)).map((name) => `directory runs/${id}/${name}`);
    }),
  );
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const sockets = entries.filter((entry) => entry.isSocket()).map(({ name }) => `socket ${name}`);
  const temporary = (await readdir(tmpdir())).filter((name) => ids.some((id) => name.includes(id)));
  return [...workspaces.flat(), ...sockets, ...temporary.map((name) => `temporary ${name}`)];
}

/** Small and even enough (mulberry32); the same seed kills at the same times. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
