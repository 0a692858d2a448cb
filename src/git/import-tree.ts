import { createHash } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import path from 'node:path';

import { isAgentConfiguration } from '../domain/agent-configuration.ts';
import { appError } from '../domain/app-error.ts';
import {
  checkPublishPaths,
  DEFAULT_PUBLISH_LIMITS,
  type PublishEntry,
  type PublishProblem,
} from '../domain/publish-policy.ts';
import { fastImportStream, type Change } from './fast-import.ts';
import { gitOutput, type RunGit } from './git-command.ts';
import { isAsLaid } from './laid-files.ts';
import type { ImportedTree, ImportTree, TreeEntry } from './port.ts';
import { listTree } from './read-commit.ts';
import { readPlainFile, walkTree, type FoundEntry } from './walk-tree.ts';

const PROBLEMS_SHOWN = 3;
const EXECUTABLE = '100755';
const REGULAR = '100644';
const LINK = '120000';
const SUBMODULE = '160000';
/** What stands for bytes that are no UTF-8 in a decoded name. */
const NOT_UTF8 = '\u{FFFD}';

/** The parent's files by path: those an agent may change, with the links on the way to them, and all paths. */
interface Base {
  readonly files: ReadonlyMap<string, TreeEntry>;
  readonly paths: readonly string[];
}

/** See `Git.importTree`. One `fast-import` writes blobs, trees and the commit; no git ever looks at the working copy. */
export async function importTree(run: RunGit, options: ImportTree): Promise<ImportedTree> {
  const base = await readBase(run, options);
  const walk = await walkTree(options.directory, options.allowedPrefixes);
  if (!walk.isComplete) throw refused(options, 'there are too many files');

  const changed = await findChanged(options, walk.entries, base);
  const deleted = findDeleted(walk.entries, base);
  checkPolicy(options, { changed, deleted, base });
  const changes = [...deleted, ...(await readChanges(options, changed))];
  if (changes.length === 0) return { commit: options.parent, changedPaths: [] };
  return {
    commit: await writeCommit(run, options, changes),
    changedPaths: changes.map((change) => change.path).toSorted(),
  };
}

async function readBase(run: RunGit, options: ImportTree): Promise<Base> {
  const { gitDirectory, parent, allowedPrefixes } = options;
  const tree = await listTree(run, { gitDirectory, commit: parent });
  const files = tree.filter(({ path: name }) =>
    allowedPrefixes.some((prefix) => name.startsWith(`${prefix}/`) || `${prefix}/`.startsWith(`${name}/`)),
  );
  return {
    files: new Map(files.map((entry) => [entry.path, entry])),
    paths: tree.map((entry) => entry.path),
  };
}

async function findChanged(
  options: ImportTree,
  found: readonly FoundEntry[],
  base: Base,
): Promise<readonly FoundEntry[]> {
  const changed: FoundEntry[] = [];
  for (const entry of found) {
    const isNew = !base.files.has(entry.path);
    if (isNew && (await isAsLaid(options, entry.path))) continue;
    if (!(await isUnchanged(options, entry, base))) changed.push(entry);
  }
  return changed;
}

async function isUnchanged(options: ImportTree, entry: FoundEntry, base: Base): Promise<boolean> {
  // Such a name cannot be looked up here; what the base holds under it stays as it is.
  if (entry.kind === 'unreadable' && entry.path.includes(NOT_UTF8))
    return base.paths.some((name) => `${name}/`.startsWith(`${entry.path}/`));
  const before = base.files.get(entry.path);
  if (before === undefined || before.sizeBytes !== entry.sizeBytes || before.mode !== modeOf(entry))
    return false;
  const hash = createHash(before.objectId.length === 64 ? 'sha256' : 'sha1');
  hash.update(`blob ${entry.sizeBytes}\0`);
  const file = path.join(options.directory, entry.path);
  if (entry.kind === 'link') hash.update(await readlink(file, 'buffer'));
  else
    await readPlainFile(file, entry.sizeBytes, async (handle) => {
      for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk);
    });
  return hash.digest('hex') === before.objectId;
}

/**
 * A submodule's folder is empty here, a name that is not UTF-8 was seen under another one, and what agents obey was kept from them:
 * none of it is gone.
 */
function findDeleted(found: readonly FoundEntry[], base: Base): readonly Change[] {
  const present = new Set(found.map((entry) => entry.path));
  return [...base.files.values()]
    .filter(({ path: name, mode }) => !present.has(name) && mode !== SUBMODULE && !name.includes(NOT_UTF8))
    .filter(({ path: name }) => !isAgentConfiguration(name))
    .map(({ path: name, mode }) => ({ path: name, mode }));
}

interface Candidate {
  readonly changed: readonly FoundEntry[];
  readonly deleted: readonly Change[];
  readonly base: Base;
}

function checkPolicy(options: ImportTree, candidate: Candidate): void {
  const { changed, deleted, base } = candidate;
  const gone = new Set(deleted.map((change) => change.path));
  const own = changed.flatMap((entry) => ownProblem(entry, base));
  const blamed = new Set(own.map((problem) => problem.path));
  const policy = checkPublishPaths({
    entries: changed.filter((entry) => !blamed.has(entry.path)).map((entry) => publishEntry(entry, base)),
    basePaths: base.paths.filter((name) => !gone.has(name)),
    allowedPrefixes: options.allowedPrefixes,
    limits: DEFAULT_PUBLISH_LIMITS,
  });
  const problems = [...own, ...policy];
  if (problems.length === 0) return;
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ path: name, problem }) => `${JSON.stringify(name)} ${problem}`);
  const rest = problems.length - shown.length;
  throw refused(options, shown.join('; ') + (rest > 0 ? `; and ${rest} more` : ''));
}

/** What only the working copy and its base together can tell. */
function ownProblem({ path: name, kind }: FoundEntry, base: Base): readonly PublishProblem[] {
  if (kind === 'unreadable' && !name.includes(NOT_UTF8))
    return [{ path: name, problem: 'it cannot be read' }];
  const parts = name.split('/');
  const folders = parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
  const isInside = folders.some((folder) => base.files.get(folder)?.mode === SUBMODULE);
  return isInside ? [{ path: name, problem: 'it is in a submodule' }] : [];
}

function publishEntry(entry: FoundEntry, base: Base): PublishEntry {
  return {
    ...entry,
    kind: entry.kind === 'unreadable' ? 'other' : entry.kind,
    wasExecutable: base.files.get(entry.path)?.mode === EXECUTABLE,
  };
}

/** The policy's limits bound what is held here at once. */
async function readChanges(options: ImportTree, changed: readonly FoundEntry[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const entry of changed) {
    const file = path.join(options.directory, entry.path);
    const content = await readPlainFile(file, entry.sizeBytes, (handle) => handle.readFile());
    if (content?.byteLength !== entry.sizeBytes)
      throw refused(options, `${JSON.stringify(entry.path)} cannot be read`);
    changes.push({ path: entry.path, mode: modeOf(entry), content });
  }
  return changes;
}

async function writeCommit(run: RunGit, options: ImportTree, changes: readonly Change[]): Promise<string> {
  const output = await gitOutput(run, {
    // The ref may still name the commit of an earlier attempt, which the new one does not build on.
    args: ['fast-import', '--quiet', '--force', '--done', '--date-format=raw'],
    gitDirectory: options.gitDirectory,
    stdin: fastImportStream(options, changes),
  });
  return output.toString('utf8').trim();
}

function modeOf(entry: FoundEntry): string {
  if (entry.kind === 'link') return LINK;
  return entry.isExecutable ? EXECUTABLE : REGULAR;
}

function refused(options: ImportTree, problem: string) {
  return appError('policy_refused', { problem, allowed: options.allowedPrefixes.join(', ') });
}
