import { lstat, mkdtemp, readdir, rmdir, statfs } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../domain/app-error.ts';
import { makeDirectory } from '../lib/make-directory.ts';
import { layFiles } from './lay-files.ts';
import type { Workspace, WorkspaceExpiry, Workspaces } from './port.ts';
import { publishFile } from './publish-file.ts';
import { removeTree } from './remove-tree.ts';
import { setAside } from './set-aside.ts';

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Workspaces as `<root>/runs/<run_id>/{repo,home,git,executions,artifacts}`. */
export function directoryWorkspaces(options: {
  readonly root: string;
  readonly reserveBytes: number;
}): Workspaces {
  const { root, reserveBytes } = options;
  const runs = path.join(root, 'runs');
  const locate = (runId: string): Workspace => {
    const own = path.join(runs, runId);
    if (path.dirname(own) !== runs || path.basename(own) !== runId) throw new Error(`not a run id: ${runId}`);
    const under = (name: string) => path.join(own, name);
    return {
      runId,
      root: own,
      repo: under('repo'),
      home: under('home'),
      git: under('git'),
      executions: under('executions'),
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
      if (!path.resolve(directory).startsWith(`${path.resolve(runs)}${path.sep}`))
        throw new Error(`not in a workspace: ${directory}`);
      await removeTree(directory);
      await demandDirectory(directory);
    },
    setAside: ({ repo }, isUnwanted) =>
      setAside(repo, isUnwanted).catch((cause: unknown) => {
        throw notWritable(repo, cause);
      }),
    layFiles: ({ repo }, files) =>
      layFiles(repo, files).catch((cause: unknown) => {
        throw notWritable(repo, cause);
      }),
    async publish({ artifacts }, name, bytes) {
      // A run may end before its workspace was allocated, and leaves its evidence all the same.
      await demandDirectory(artifacts);
      return publishFile(artifacts, name, bytes).catch((cause: unknown) => {
        throw notWritable(artifacts, cause);
      });
    },
    async release(runId, { keepGit }) {
      const { repo, home, executions, git } = locate(runId);
      await Promise.all([repo, home, executions, ...(keepGit ? [] : [git])].map(removeTree));
    },
    expire: (limits) => expire(runs, limits),
  };
}

async function demandReserve(root: string, reserveBytes: number): Promise<void> {
  await demandDirectory(root);
  await demandWritable(root);
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
    throw notWritable(directory, cause);
  }
}

/** A try tells more than permission bits: the disk may be read-only or without free entries. */
async function demandWritable(directory: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(path.join(directory, '.probe-')));
  } catch (cause) {
    throw notWritable(directory, cause);
  }
}

function notWritable(directory: string, cause: unknown) {
  return appError('home_not_writable', { directory, problem: describeThrown(cause) }, cause);
}

async function expire(
  runs: string,
  { olderThanMs, isOver, isDryRun }: WorkspaceExpiry,
): Promise<readonly string[]> {
  const names = (await readdir(runs).catch(() => [])).filter((name) => RUN_ID.test(name));
  const expired: string[] = [];
  for (const name of names) {
    const found = await lstat(path.join(runs, name)).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= olderThanMs || !(await isOver(name))) continue;
    // One that cannot be removed now must not keep the others.
    const isGone =
      isDryRun ||
      (await removeTree(path.join(runs, name)).then(
        () => true,
        () => false,
      ));
    if (isGone) expired.push(name);
  }
  return expired;
}
