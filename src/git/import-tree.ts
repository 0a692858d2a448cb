import { createHash } from 'node:crypto';
import path from 'node:path';

import { appError } from '../domain/app-error.ts';
import { checkPublishPaths, DEFAULT_PUBLISH_LIMITS, type PublishEntry } from '../domain/publish-policy.ts';
import type { Identity } from '../domain/run.ts';
import { gitOutput, type RunGit } from './git-command.ts';
import type { ImportedTree, ImportTree, TreeEntry } from './port.ts';
import { listTree } from './read-commit.ts';
import { readPlainFile, walkTree, type FoundEntry } from './walk-tree.ts';

const PROBLEMS_SHOWN = 3;
const EXECUTABLE = '100755';
const REGULAR = '100644';

/** A file to write into the new commit; `content` is absent for one to delete. */
interface Change {
  readonly path: string;
  readonly mode: string;
  readonly content?: Buffer;
}

/** See `Git.importTree`. One `fast-import` writes blobs, trees and the commit; no git ever looks at the working copy. */
export async function importTree(run: RunGit, options: ImportTree): Promise<ImportedTree> {
  const base = await listBase(run, options);
  const walk = await walkTree(options.directory, options.allowedPrefixes);
  if (!walk.isComplete) throw refused(options, 'there are too many files');

  const suspects = walk.entries.filter((entry) => !isSurelyUnchanged(entry, base.get(entry.path)));
  checkPolicy(options, { suspects, base });
  const written = await readChanges(options, { suspects, base });
  const present = new Set(walk.entries.map((entry) => entry.path));
  const deleted = [...base.values()]
    .filter((entry) => !present.has(entry.path))
    .map(({ path: name, mode }) => ({ path: name, mode }));

  const changes = [...written, ...deleted].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (changes.length === 0) return { commit: options.parent, changedPaths: [] };
  return {
    commit: await writeCommit(run, options, changes),
    changedPaths: changes.map((change) => change.path),
  };
}

async function listBase(run: RunGit, options: ImportTree): Promise<ReadonlyMap<string, TreeEntry>> {
  const { gitDirectory, parent, allowedPrefixes } = options;
  const lists = await Promise.all(
    allowedPrefixes.map((prefix) => listTree(run, { gitDirectory, commit: parent, prefix })),
  );
  return new Map(lists.flat().map((entry) => [entry.path, entry]));
}

/** A link or gitlink that was in the base already is not the agent's doing; its content is compared by nobody and kept. */
function isSurelyUnchanged(found: FoundEntry, base: TreeEntry | undefined): boolean {
  return base !== undefined && base.mode === '120000' && found.kind === 'link';
}

interface Suspects {
  readonly suspects: readonly FoundEntry[];
  readonly base: ReadonlyMap<string, TreeEntry>;
}

function checkPolicy(options: ImportTree, { suspects, base }: Suspects): void {
  const entries: readonly PublishEntry[] = suspects
    .filter((entry) => entry.kind !== 'file' || !isSameAsBase(entry, base.get(entry.path)))
    .map((entry) => ({ ...entry, wasExecutable: base.get(entry.path)?.mode === EXECUTABLE }));
  const problems = checkPublishPaths({
    entries,
    basePaths: [...base.keys()],
    allowedPrefixes: options.allowedPrefixes, limits: DEFAULT_PUBLISH_LIMITS });
  if (problems.length === 0) return;
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ path: name, problem }) => `${JSON.stringify(name)} ${problem}`);
  const rest = problems.length - shown.length;
  throw refused(options, shown.join('; ') + (rest > 0 ? `; and ${rest} more` : ''));
}

/** Cheap test that spares reading: same size and mode. Content is compared by hash when it is read. */
function isSameAsBase(entry: FoundEntry, base: TreeEntry | undefined): boolean {
  return base !== undefined && base.sizeBytes === entry.sizeBytes && modeOf(entry) === base.mode;
}

async function readChanges(options: ImportTree, { suspects, base }: Suspects): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const entry of suspects) {
    const content = await readPlainFile(path.join(options.directory, entry.path));
    if (content === undefined || content.byteLength !== entry.sizeBytes)
      throw refused(options, `${JSON.stringify(entry.path)} changed while it was read`);
    const before = base.get(entry.path);
    const isSame =
      before?.mode === modeOf(entry) && before.objectId === blobId(content, options.parent.length);
    if (!isSame) changes.push({ path: entry.path, mode: modeOf(entry), content });
  }
  return changes;
}

async function writeCommit(run: RunGit, options: ImportTree, changes: readonly Change[]): Promise<string> {
  const { gitDirectory, ref } = options;
  await run({ args: ['update-ref', '-d', ref], gitDirectory });
  const stream = Buffer.concat([
    header(options),
    ...changes.map(changeCommand),
    Buffer.from('get-mark :1\ndone\n'),
  ]);
  const output = await gitOutput(run, {
    args: ['fast-import', '--quiet', '--done', '--date-format=raw'],
    gitDirectory,
    stdin: stream,
  });
  return output.toString('utf8').trim();
}

function header(options: ImportTree): Buffer {
  const message = Buffer.from(`${options.message}\n`);
  const person = `${personOf(options.author)} ${Math.floor(options.dateMs / 1000)} +0000`;
  const head = `commit ${options.ref}\nmark :1\nauthor ${person}\ncommitter ${person}\ndata ${message.byteLength}\n`;
  return Buffer.concat([Buffer.from(head), message, Buffer.from(`from ${options.parent}\n`)]);
}

function changeCommand(change: Change): Buffer {
  const name = `"${change.path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  if (change.content === undefined) return Buffer.from(`D ${name}\n`);
  const head = Buffer.from(`M ${change.mode} inline ${name}\ndata ${change.content.byteLength}\n`);
  return Buffer.concat([head, change.content, Buffer.from('\n')]);
}

/** `Name <email>`; the characters that end a name or an address in a commit are taken out. */
function personOf(identity: Identity): string {
  return `${cleanName(identity.name)} <${cleanName(identity.email)}>`;
}

function cleanName(text: string): string {
  return text.replaceAll(/[<>\p{Cc}]/gu, '').trim();
}

function modeOf(entry: FoundEntry): string {
  return entry.isExecutable ? EXECUTABLE : REGULAR;
}

/** Git's name of a blob: the hash over `blob <size>\0<content>`, by the repository's object format. */
function blobId(content: Buffer, idLength: number): string {
  const hash = createHash(idLength === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}

function refused(options: ImportTree, problem: string) {
  return appError('policy_refused', { problem, allowed: options.allowedPrefixes.join(', ') });
}
