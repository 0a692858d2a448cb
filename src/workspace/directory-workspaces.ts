import { constants } from 'node:fs';
import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../domain/app-error.ts';
import { makeDirectory } from '../lib/make-directory.ts';
import type { Workspace, WorkspaceExpiry, Workspaces } from './port.ts';

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Workspaces as `<root>/runs/<run_id>/{repo,home,git,artifacts}`. */
export function directoryWorkspaces(options: {
  readonly root: string;
  readonly reserveBytes: number;
}): Workspaces {
  const { root, reserveBytes } = options;
  const runs = path.join(root, 'runs');
  const locate = (runId: string): Workspace => {
    const own = path.join(runs, runId);
    const under = (name: string) => path.join(own, name);
    return {
      runId,
      root: own,
      repo: under('repo'),
      home: under('home'),
      git: under('git'),
      artifacts: under('artifacts'),
    };
  };

  return {
    root: runs,
    preflight: () => demandReserve(root, reserveBytes),
    locate,
    async allocate(runId) {
      await demandReserve(root, reserveBytes);
      const workspace = locate(runId);
      await demandDirectory(workspace.root);
      await demandDirectory(workspace.artifacts);
      return workspace;
    },
    async clear(directory) {
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
      await demandDirectory(directory);
    },
    publish: (workspace, name, bytes) => publish(workspace.artifacts, name, bytes),
    async release(runId, { keepGit }) {
      const { repo, home, git } = locate(runId);
      const doomed = keepGit ? [repo, home] : [repo, home, git];
      await Promise.all(
        doomed.map((directory) => rm(directory, { recursive: true, force: true, maxRetries: 3 })),
      );
    },
    expire: (limits) => expire(runs, limits),
  };
}

async function demandReserve(root: string, reserveBytes: number): Promise<void> {
  await demandDirectory(root);
  const { bavail, bsize } = await statfs(root);
  const freeBytes = bavail * bsize;
  if (freeBytes < reserveBytes) {
    throw appError('disk_reserve', { directory: root, free_bytes: freeBytes, reserve_bytes: reserveBytes });
  }
}

async function demandDirectory(directory: string): Promise<void> {
  try {
    await makeDirectory(directory, 0o750);
  } catch (cause) {
    throw appError('home_not_writable', { directory, problem: describeThrown(cause) }, cause);
  }
}

/** The artifacts folder belongs to the host alone; `O_NOFOLLOW` is there should that ever change. */
async function publish(directory: string, name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(directory, name);
  if (!file.startsWith(`${directory}${path.sep}`))
    throw new Error(`artifact name leaves its folder: ${name}`);
  await demandDirectory(path.dirname(file));
  await rm(file, { force: true });
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o640,
  );
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
  return file;
}

async function expire(
  runs: string,
  { olderThanMs, isOver, isDryRun }: WorkspaceExpiry,
): Promise<readonly string[]> {
  const names = (await readdir(runs).catch(() => [])).filter((name) => RUN_ID.test(name));
  const expired: string[] = [];
  for (const name of names) {
    const found = await stat(path.join(runs, name)).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= olderThanMs || !(await isOver(name))) continue;
    expired.push(name);
    if (!isDryRun) await rm(path.join(runs, name), { recursive: true, force: true, maxRetries: 3 });
  }
  return expired;
}
