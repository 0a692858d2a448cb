import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Agent } from '../../../src/agent/port.ts';
import type { RunDetail } from '../../../src/contract/run-view.ts';
import { openEngine, type EngineKit } from '../../support/engine-kit.ts';
import { git, makeRepository } from '../../support/git-repository.ts';
import { processesMentioning } from '../../support/process-left.ts';
import { misbehavingAgent, type Misbehaviour } from './misbehaviours.ts';

/** One misbehaviour of one adapter's CLI, and what was seen of it. */
export interface ConformanceResult {
  readonly behaviour: string;
  readonly agent: string;
  readonly expected: string;
  /** As `expected`. */
  readonly seen: string;
  readonly seconds: number;
  /** Everything else that was not as it should be. */
  readonly violations: readonly string[];
}

const LIMITS = { phaseTimeoutMs: 6_000, stallTimeoutMs: 2_500, completionGraceMs: 500 };
const CALM_MS = 4_000;
const LOOK_MS = 50;
const LOG_MAX_BYTES = 4 * 1024 * 1024;

/** Run one. `confinement` is what the product does by itself. */
export async function runConformance(
  adapter: Agent,
  { name, expected, lateMs }: Misbehaviour,
  confinement: 'auto' | 'off' = 'auto',
): Promise<ConformanceResult> {
  const root = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  const startedMs = performance.now();
  try {
    const mark = path.join(root, 'was-run');
    const repository = await makeRepository({
      directory: path.join(root, 'repository'),
      files: { 'README.md': 'readme\n' },
    });
    await using engine = await openEngine({
      agents: [misbehavingAgent(adapter, { name, mark })],
      home: path.join(root, 'home'),
      settings: LIMITS,
      confinement,
      allowUnconfined: true,
    });
    const run = await engine.runToEnd({ repository, specText: 'Members can export their list.' });
    const seconds = (performance.now() - startedMs) / 1000;
    await delay(lateMs);
    await calm(engine.home);
    const violations = await findViolations(engine, { run, repository, mark });
    const seen = run.reason === null ? run.status : `${run.status}/${run.reason}`;
    return { behaviour: name, agent: adapter.name, expected, seen, seconds, violations };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** What does not fit how the run says it ended, in sentences. */
async function findViolations(
  engine: EngineKit,
  { run, repository, mark }: Ended,
): Promise<readonly string[]> {
  const branches = linesOf(await git(repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads'));
  const branch = run.branch_name ?? 'main';
  const files = linesOf(await git(repository, 'ls-tree', '-r', '--name-only', branch));
  const isPublished = run.status === 'succeeded';
  const names = run.artifacts.map(({ name }) => name);
  const checks: Readonly<Record<string, boolean>> = {
    [`branches: ${branches.join()}`]: branches.length !== (isPublished ? 2 : 1),
    [`published: ${files.join()}`]: files.some((file) => !/^(README\.md|specs\/)/u.test(file)),
    'not all documents': isPublished && !files.some((file) => file.endsWith('/tasks.md')),
    'processes left': (await processesMentioning(engine.home)).length > 0,
    'an artifact is too big': run.artifacts.some(({ size_bytes: size }) => size > LOG_MAX_BYTES),
    'no log': !names.includes('speckit_specify.stdout.log'),
    'no remedy': run.status === 'failed' && run.remedy === null,
    'a hook was run': await exists(mark),
  };
  return Object.entries(checks).flatMap(([what, isWrong]) => (isWrong ? [what] : []));
}

interface Ended {
  readonly run: RunDetail;
  readonly repository: string;
  readonly mark: string;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function calm(home: string): Promise<void> {
  const endMs = performance.now() + CALM_MS;
  while (performance.now() < endMs && (await processesMentioning(home)).length > 0) await delay(LOOK_MS);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
