import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { gitOutput, type RunGit } from './git-command.ts';
import type { Git } from './port.ts';
import { RAW_ATTRIBUTES } from './remote.ts';

const STATUS_MAX_BYTES = 4 * 1024 * 1024;
const FOREIGN_PATHS_LIMIT = 100;

/**
 * See `Git.layWorkingCopy`. The files come from the pristine side, whose index then knows their state; the throw-away
 * repository gets its objects by copy, so nothing an agent does to it reaches the pristine one.
 */
export async function layWorkingCopy(
  run: RunGit,
  options: Parameters<Git['layWorkingCopy']>[0],
): Promise<void> {
  const { gitDirectory, commit, directory, branch } = options;
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await gitOutput(run, { args: ['read-tree', '--reset', '-u', commit], gitDirectory, workTree: directory });
  // Without a HEAD every file would count as added when changes are listed.
  await gitOutput(run, { args: ['update-ref', '--no-deref', 'HEAD', commit], gitDirectory });

  const ownGit = path.join(directory, '.git');
  await gitOutput(run, { args: ['init', '--quiet', '--template=', ...formatOf(commit), '--', directory] });
  await mkdir(path.join(ownGit, 'info'), { recursive: true });
  await writeFile(path.join(ownGit, 'info', 'attributes'), RAW_ATTRIBUTES);
  const source = pathToFileURL(gitDirectory).href;
  await gitOutput(run, {
    args: ['fetch', '--quiet', '--depth=1', '--no-tags', '--', source, commit],
    gitDirectory: ownGit,
  });
  await gitOutput(run, { args: ['update-ref', `refs/heads/${branch}`, commit], gitDirectory: ownGit });
  await gitOutput(run, { args: ['symbolic-ref', 'HEAD', `refs/heads/${branch}`], gitDirectory: ownGit });
  await gitOutput(run, { args: ['read-tree', commit], gitDirectory: ownGit });
}

/** See `Git.listForeignChanges`. Runs with the pristine git directory: the copy's own `.git` is never consulted. */
export async function listForeignChanges(
  run: RunGit,
  options: Parameters<Git['listForeignChanges']>[0],
): Promise<readonly string[]> {
  const { gitDirectory, directory, allowedPrefixes } = options;
  const args = [
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--ignore-submodules=all',
    '--untracked-files=normal',
  ];
  const result = await run({ args, gitDirectory, workTree: directory, maxBytes: STATUS_MAX_BYTES });
  const isAllowed = (file: string) =>
    allowedPrefixes.some((prefix) => file.startsWith(`${prefix}/`) || `${prefix}/`.startsWith(file));
  const paths = result.stdout
    .toString('utf8')
    .split('\0')
    .map((line) => line.slice(3))
    .filter((file) => file !== '');
  return paths
    .filter((file) => !isAllowed(file))
    .toSorted()
    .slice(0, FOREIGN_PATHS_LIMIT);
}

function formatOf(commit: string): readonly string[] {
  return commit.length === 64 ? ['--object-format=sha256'] : [];
}
