import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import type { EngineKit } from '../../support/engine-kit.ts';
import type { GitHubServer } from '../../support/open-github.ts';
import {
  bringToEnd,
  look,
  openHeir,
  openPublishStage,
  startPublisher,
  type PublishResult,
} from './publish-cell.ts';

/** What came of two workers that published the same run at once. */
export interface RaceResult extends PublishResult {
  /** Workers that were stopped at the moment and let go together. */
  readonly racers: number;
  /** Pushes and creations that reached GitHub, whatever became of them. */
  readonly pushes: number;
  readonly creations: number;
  readonly commits: number;
}

const LOOK_MS = 10;
const GIVE_UP_MS = 60_000;

/**
 * A worker is stopped just before a moment, as a machine that is put to sleep would be; its lease ends, another takes the run and is
 * stopped at the same moment; then both go on at once. The first never looks whether the run is still its own.
 */
export async function racePublishers(github: GitHubServer, stopAt: string): Promise<RaceResult> {
  await using stage = await openPublishStage(github);
  const { submit, ...task } = stage.task;
  const first = startPublisher({ ...task, submit, stopAt, isHeedless: true });
  const ends = [once(first, 'exit')];
  const isFirstStopped = await stopped(first);
  await using heir = await openHeir(stage);
  await leaseOver(heir);
  const second = startPublisher({ ...task, stopAt });
  ends.push(once(second, 'exit'));
  const isSecondStopped = await stopped(second);
  for (const racer of [first, second]) racer.kill('SIGCONT');
  await Promise.all(ends);
  const run = await bringToEnd(heir);
  const result = await look(github, { stage, heir, run, wasKilled: false, recoveryMs: 0 });
  const requests = github.requests.filter(({ path: target }) => target.includes(stage.fullName));
  const posts = (end: RegExp) =>
    requests.filter(({ method, path: target }) => method === 'POST' && end.test(target));
  return {
    ...result,
    racers: [isFirstStopped, isSecondStopped].filter(Boolean).length,
    pushes: posts(/git-receive-pack$/u).length,
    creations: posts(/\/pulls$/u).length,
    commits: new Set(run?.publishIntents.map(({ commit }) => commit)).size,
  };
}

async function stopped(child: ChildProcess): Promise<boolean> {
  const endMs = performance.now() + GIVE_UP_MS;
  while (child.exitCode === null && performance.now() < endMs) {
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    if (stat.includes(') T ')) return true;
    await delay(LOOK_MS);
  }
  return false;
}

/** The lease of the one run has ended. */
async function leaseOver({ deps }: EngineKit): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  while ((await deps.store.findClaimableRuns(1)).length === 0 && performance.now() < endMs)
    await delay(LOOK_MS);
}
