import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Artifact } from '../../../src/domain/artifact.ts';
import type { StoredEvent } from '../../../src/domain/events.ts';
import type { PhaseRecord, Run } from '../../../src/domain/run.ts';
import type { Deps } from '../../../src/engine/deps.ts';
import type { DockerScene } from './docker-scene.ts';
import { git } from '../../support/git-repository.ts';
import { processesMentioning } from '../../support/process-left.ts';

/** Everything a run left behind, as far as the invariants speak of it. */
export interface History {
  readonly run: Run;
  readonly phases: readonly PhaseRecord[];
  readonly events: readonly StoredEvent[];
  readonly artifacts: readonly (Artifact & { readonly actualSha256: string | undefined })[];
  /** The phase of every start of the agent, in order. */
  readonly agentStarts: readonly string[];
  /** Commit of every ref of the repository, by name, before the run and after it. */
  readonly refsBefore: Readonly<Record<string, string>>;
  readonly refsAfter: Readonly<Record<string, string>>;
  /** Commits of the run's branch that the base has not; files of its feature by name. */
  readonly branchCommits: number;
  readonly branchFiles: readonly string[];
  /** What is left of the workspace, and what still runs, or is a container, a network or a volume. */
  readonly workspace: readonly string[];
  readonly processes: readonly string[];
  /** Files of the state directory that hold the agent's secret. */
  readonly leaks: readonly string[];
}

/** Where to look. */
export interface Scene {
  readonly deps: Deps;
  readonly home: string;
  readonly repository: string;
  readonly startLog: string;
  readonly secret: string;
  readonly refsBefore: Readonly<Record<string, string>>;
  /** For runs in containers. */
  readonly docker?: DockerScene | undefined;
}

/** Look at everything, once nothing happens any more. */
export async function recordHistory(scene: Scene, runId: string): Promise<History> {
  const { deps, repository } = scene;
  const run = await deps.store.findRun(runId);
  if (run === undefined) throw new Error(`run ${runId} vanished`);
  const artifacts = await deps.store.listArtifacts(runId);
  const refsAfter = await readRefs(repository);
  const hasBranch = `refs/heads/${run.branchName}` in refsAfter;
  const inBranch = (...args: readonly string[]) =>
    hasBranch ? git(repository, ...args) : Promise.resolve('');
  return {
    run,
    phases: await deps.store.listPhases(runId),
    events: await deps.store.readEvents(runId, 0, 100_000),
    artifacts: await Promise.all(
      artifacts.map(async (artifact) => ({ ...artifact, actualSha256: await hashOf(deps, artifact) })),
    ),
    agentStarts:
      scene.docker?.startsOf(runId) ?? linesOf(await readFile(scene.startLog, 'utf8').catch(() => '')),
    refsBefore: scene.refsBefore,
    refsAfter,
    branchCommits: Number(await inBranch('rev-list', '--count', `${run.baseBranch}..${run.branchName}`)),
    branchFiles: linesOf(await inBranch('ls-tree', '-r', '--name-only', run.branchName, 'specs/')),
    workspace: await readdir(deps.workspaces.locate(runId).root).catch(() => []),
    processes: [...(await processesMentioning(scene.home)), ...((await scene.docker?.leftOf([runId])) ?? [])],
    leaks: await filesHolding(scene.home, scene.secret),
  };
}

/** Every ref of a repository with its commit. */
export async function readRefs(repository: string): Promise<Readonly<Record<string, string>>> {
  const lines = linesOf(await git(repository, 'for-each-ref', '--format=%(refname) %(objectname)'));
  return Object.fromEntries(lines.map((line) => line.split(' ', 2)));
}

async function hashOf(deps: Deps, { sha256 }: Artifact): Promise<string | undefined> {
  const bytes = await deps.artifacts.get(sha256);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}

async function filesHolding(directory: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) =>
      (await readFile(file).catch(() => Buffer.alloc(0))).includes(text) ? [file] : [],
    ),
  );
  return found.flat();
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
