import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isTerminal } from '../../../src/domain/run.ts';
import { openEngine } from '../../support/engine-kit.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { processesMentioning } from '../../support/process-left.ts';
import { checkInvariants } from './check-invariants.ts';
import { openDockerScene } from './docker-scene.ts';
import { readRefs, recordHistory, type History } from './history.ts';
import { killAgent } from './kill-agent.ts';
import type { KillTask } from './kill-worker.ts';

/** One kill, and what came of it. */
export interface CellResult {
  readonly killAt: string;
  /** False when the moment never came, or the process ended otherwise. */
  readonly wasKilled: boolean;
  /** `undefined` when the kill came before anything was accepted. */
  readonly history: History | undefined;
  readonly violations: readonly string[];
  /** From the kill to the terminal status. */
  readonly recoveryMs: number;
}

export interface CellOptions {
  /** Work without adoption, as a negative control. */
  readonly isForgetful?: boolean;
  /** Where agents execute; `docker` with a gateway. */
  readonly sandbox?: 'process' | 'docker';
}

const SPEC_TEXT = 'Members can export their loan list.';
const LEASE_TTL_MS = 800;
const LOOK_MS = 25;
const GIVE_UP_MS = 60_000;
const CALM_MS = 5_000;

/** Every moment of a run that nobody disturbs, in order and without repetition. */
export async function traceMoments(): Promise<readonly string[]> {
  await using stage = await openStage('process');
  const trace = path.join(stage.root, 'trace');
  await runWorker({ ...stage.task, submit: stage.request, trace });
  return [...new Set((await readFile(trace, 'utf8')).trim().split('\n'))];
}

/** Kill a worker at a moment, let another take over, and look at what is left. */
export async function runCell(killAt: string, options: CellOptions = {}): Promise<CellResult> {
  const { sandbox = 'process' } = options;
  await using stage = await openStage(sandbox);
  await using docker = sandbox === 'docker' ? await openDockerScene() : undefined;
  const refsBefore = await readRefs(stage.request.repository);
  const task = { ...stage.task, ...options, sandbox, submit: stage.request, killAt };
  const wasKilled = (await runWorker(task)) === 'SIGKILL';
  const killedMs = performance.now();
  await using heir = await openEngine({
    agents: [killAgent(stage.task)],
    sandbox,
    home: stage.task.home,
    secrets: [stage.task.secret],
  });
  if (options.isForgetful === true) forgetAdoption(heir.deps.sandboxes);
  const [run] = (await heir.deps.store.listRuns({ limit: 2 })).runs;
  if (run === undefined) return { killAt, wasKilled, history: undefined, violations: [], recoveryMs: 0 };
  for (let status = run.status; !isTerminal(status);) {
    if (performance.now() - killedMs > GIVE_UP_MS) break;
    await heir.app.recover();
    await delay(LOOK_MS);
    status = (await heir.deps.store.findRun(run.id))?.status ?? status;
  }
  const recoveryMs = performance.now() - killedMs;
  await calm(stage.task.home);
  const scene = { ...stage.task, deps: heir.deps, repository: stage.request.repository, refsBefore, docker };
  const history = await recordHistory(scene, run.id);
  return { killAt, wasKilled, history, violations: checkInvariants(history), recoveryMs };
}

interface Stage extends AsyncDisposable {
  readonly root: string;
  readonly task: Required<Pick<KillTask, 'leaseTtlMs' | 'needsNetwork'>> &
    Readonly<Record<'home' | 'startLog' | 'secret', string>>;
  readonly request: { readonly repository: string; readonly specText: string };
}

async function openStage(sandbox: 'process' | 'docker'): Promise<Stage> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'kill-cell-')));
  const repository = await makeRepository({
    directory: path.join(root, 'repository'),
    files: { 'README.md': 'readme\n' },
    isBare: true,
  });
  await writeFile(path.join(root, 'starts'), '');
  const secret = `canary${path.basename(root).replaceAll('-', '')}SECRETsecret4711`;
  return {
    root,
    task: {
      home: path.join(root, 'home'),
      startLog: path.join(root, 'starts'),
      secret,
      leaseTtlMs: LEASE_TTL_MS,
      needsNetwork: sandbox === 'docker',
    },
    request: { repository, specText: SPEC_TEXT },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Returns the signal that ended it. */
async function runWorker(task: KillTask): Promise<string | null> {
  const program = path.join(import.meta.dirname, 'kill-worker.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: 'ignore' });
  const [, signal] = await once(child, 'exit');
  return signal;
}

/** Supervisors need a moment to end after their agents. */
async function calm(home: string): Promise<void> {
  const endMs = performance.now() + CALM_MS;
  while (performance.now() < endMs && (await processesMentioning(home)).length > 0) await delay(LOOK_MS);
}

function forgetAdoption(sandboxes: ReadonlyMap<string, object>): void {
  for (const sandbox of sandboxes.values())
    Object.assign(sandbox, { canAdopt: () => Promise.resolve(false) });
}
