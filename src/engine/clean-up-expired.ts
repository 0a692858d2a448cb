import { isTerminal } from '../domain/run.ts';
import type { Deps } from './deps.ts';
import { listOrphans, reapOrphans } from './recover-runs.ts';

/** What a clean-up removed, or would remove. */
export interface CleanupReport {
  readonly artifacts: number;
  readonly files: number;
  readonly bytes: number;
  readonly workspaces: readonly string[];
  /** Runs that are over and of which processes or containers are left. */
  readonly leftOverRuns: readonly string[];
  readonly processes: number;
  /** Folders of clones nobody used for as long as evidence is kept. */
  readonly cloneCaches: readonly string[];
}

/**
 * Remove evidence whose time is over, the bytes nothing refers to, the workspaces of runs that ended long ago, and processes of
 * dead workers. Never touches what is younger than the retention time. With `isDryRun` it only counts.
 */
export async function cleanUpExpired(deps: Deps, isDryRun: boolean): Promise<CleanupReport> {
  const expired = await deps.store.expireArtifacts({ isDryRun });
  const referenced = new Set(await deps.store.listReferencedHashes());
  // A dry run forgot nothing, so what it would forget is taken off by hand.
  const goneFiles = isDryRun ? expired.filter(({ sha256 }) => referenced.delete(sha256)) : [];
  const collected = await deps.artifacts.collectGarbage({ referenced, isDryRun });
  const orphans = await listOrphans(deps);
  const processes = isDryRun ? 0 : await reapOrphans(deps);
  return {
    artifacts: expired.length,
    files: Math.max(collected.files, goneFiles.length),
    bytes: collected.bytes,
    workspaces: await expireWorkspaces(deps, isDryRun),
    leftOverRuns: [...new Set(orphans.map(({ runId }) => runId))],
    processes,
    cloneCaches: await deps.git.expireCloneCaches({ unusedMs: deps.settings.retentionMs, isDryRun }),
  };
}

async function expireWorkspaces(deps: Deps, isDryRun: boolean): Promise<readonly string[]> {
  const olderThanMs = deps.clock.nowMs() - deps.settings.retentionMs;
  const isOver = async (runId: string) => {
    const run = await deps.store.findRun(runId);
    return run === undefined || (isTerminal(run.status) && !run.retain);
  };
  return deps.workspaces.expire({ olderThanMs, isOver, isDryRun });
}
