import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { isAgentConfiguration } from '../domain/agent-configuration.ts';
import { RAW_ATTRIBUTES } from './fetch-base.ts';
import { gitOutput, gitOutputUpTo, type RunGit } from './git-command.ts';
import { isAsLaid } from './laid-files.ts';
import type { Git } from './port.ts';

const STATUS_MAX_BYTES = 4 * 1024 * 1024;
const LISTING_MAX_BYTES = 256 * 1024 * 1024;
/** What stands for bytes that are no UTF-8 in a decoded name. */
const NOT_UTF8 = '\u{FFFD}';
const FOREIGN_PATHS_LIMIT = 100;
/** How a line of the status begins whose file is in the index and not in the folder. */
const DELETED = ' D ';
const FILES_TIMEOUT_MS = 10 * 60_000;

/**
 * See `Git.layWorkingCopy`. The files come from the pristine side, whose index then knows their state; the throw-away
 * repository gets its objects and that index by copy, so nothing an agent does to it reaches the pristine one.
 */
export async function layWorkingCopy(
  run: RunGit,
  options: Parameters<Git['layWorkingCopy']>[0],
): Promise<void> {
  const { gitDirectory, commit, directory, branch } = options;
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await gitOutput(run, {
    args: ['read-tree', '--reset', '-u', commit],
    gitDirectory,
    workTree: directory,
    timeoutMs: FILES_TIMEOUT_MS,
  });
  // Without a HEAD every file would count as added when changes are listed.
  await gitOutput(run, { args: ['update-ref', '--no-deref', 'HEAD', commit], gitDirectory });

  const ownGit = path.join(directory, '.git');
  await gitOutput(run, { args: ['init', '--quiet', '--template=', ...formatOf(commit), '--', directory] });
  await mkdir(path.join(ownGit, 'info'), { recursive: true });
  await writeFile(path.join(ownGit, 'info', 'attributes'), RAW_ATTRIBUTES);
  const source = pathToFileURL(gitDirectory).href;
  await gitOutput(run, {
    args: ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--', source, commit],
    gitDirectory: ownGit,
    timeoutMs: FILES_TIMEOUT_MS,
  });
  await gitOutput(run, { args: ['update-ref', `refs/heads/${branch}`, commit], gitDirectory: ownGit });
  await gitOutput(run, { args: ['symbolic-ref', 'HEAD', `refs/heads/${branch}`], gitDirectory: ownGit });
  await copyFile(path.join(gitDirectory, 'index'), path.join(ownGit, 'index'));
  await hideConfiguration(run, ownGit, directory);
}

/**
 * Agent configuration is taken out before an agent starts. Its own git then neither calls that a change nor brings it back with the
 * rest (`git checkout .`).
 */
async function hideConfiguration(run: RunGit, ownGit: string, workTree: string): Promise<void> {
  const tracked = await gitOutput(run, {
    args: ['ls-files', '-z'],
    gitDirectory: ownGit,
    workTree,
    maxBytes: LISTING_MAX_BYTES,
  });
  const hidden = tracked.toString('utf8').split('\0').filter(isAgentConfiguration);
  const stdin = hidden.filter((name) => !name.includes(NOT_UTF8)).join('\0');
  if (stdin === '') return;
  const args = ['update-index', '-z', '--skip-worktree', '--stdin'];
  await gitOutput(run, { args, gitDirectory: ownGit, workTree, stdin });
}

/** See `Git.listForeignChanges`. Runs with the pristine git directory: the copy's own `.git` is never consulted. */
export async function listForeignChanges(
  run: RunGit,
  options: Parameters<Git['listForeignChanges']>[0],
): Promise<readonly string[]> {
  const prefixes = options.allowedPrefixes;
  const changed = await readStatus(run, options, ['--untracked-files=normal']);
  // Git names a new folder without what is in it; one that holds an allowed folder or a file of ours may hold others as well.
  const known = [...prefixes, ...(options.laid?.keys() ?? [])];
  const folders = changed.filter((name) => isFolder(name) && known.some((place) => place.startsWith(name)));
  const inside =
    folders.length === 0 ? [] : await readStatus(run, options, ['--untracked-files=all', '--', ...folders]);
  const foreign = [...changed.filter((name) => !folders.includes(name)), ...inside]
    .filter((name) => !prefixes.some((prefix) => name.startsWith(`${prefix}/`)))
    .toSorted();
  const told: string[] = [];
  for (const name of foreign) {
    if (told.length === FOREIGN_PATHS_LIMIT) break;
    if (!(await isAsLaid(options, name))) told.push(name);
  }
  return told;
}

async function readStatus(
  run: RunGit,
  { gitDirectory, directory }: Parameters<Git['listForeignChanges']>[0],
  which: readonly string[],
): Promise<readonly string[]> {
  const result = await gitOutputUpTo(run, {
    args: ['status', '--porcelain=v1', '-z', '--no-renames', '--ignore-submodules=all', ...which],
    gitDirectory,
    workTree: directory,
    env: { GIT_LITERAL_PATHSPECS: '1' },
    maxBytes: STATUS_MAX_BYTES,
  });
  // After the last NUL there is nothing, or a line that was cut.
  const lines = result.stdout.toString('utf8').split('\0').slice(0, -1);
  // What agents obey was kept from this one, so that its absence is not the agent's doing.
  return lines
    .filter((line) => !(line.startsWith(DELETED) && isAgentConfiguration(line.slice(DELETED.length))))
    .map((line) => line.slice(DELETED.length));
}

function isFolder(name: string): boolean {
  return name.endsWith('/');
}

function formatOf(commit: string): readonly string[] {
  return commit.length === 64 ? ['--object-format=sha256'] : [];
}
