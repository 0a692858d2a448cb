import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isSkippedFolder } from './folders.ts';
import { languageOfPath } from './languages.ts';
import { isReadByName } from './manifests.ts';
import type { RepositoryTree, TreeFile } from './repository.ts';
import { byCodeUnit } from './words.ts';

/** How much of a repository is looked at, so that a survey stays quick on any tree. */
export interface SurveyLimits {
  readonly maxPaths: number;
  readonly maxFileBytes: number;
  readonly maxReadBytes: number;
  readonly maxManifests: number;
}

const LIMITS: SurveyLimits = {
  maxPaths: 20_000,
  maxFileBytes: 1_000_000,
  maxReadBytes: 48_000_000,
  maxManifests: 60,
};
/** Documents of the feature are read back whole: a request of 1 MB gives a longer spec.md. */
const MAX_DOCUMENT_BYTES = 16_000_000;
const BINARY_SAMPLE = 8_000;
const NEWLINE = 10;

/**
 * Read what the documents need to know of a working copy: names in code-unit order, level by level, and the text of
 * manifests. Symbolic links are never followed, unreadable entries are left out, and nothing is changed.
 */
export function surveyTree(root: string, limits: SurveyLimits = LIMITS): RepositoryTree {
  const { paths, isCut } = listPaths(root, limits.maxPaths);
  const files: TreeFile[] = [];
  const texts = new Map<string, string>();
  let readBytes = 0;
  for (const path of paths) {
    const isText = isReadByName(path.slice(path.lastIndexOf('/') + 1)) && texts.size < limits.maxManifests;
    const isCode = languageOfPath(path) !== undefined && readBytes < limits.maxReadBytes;
    const content = isText || isCode ? readRegularFile(join(root, path), limits.maxFileBytes) : null;
    if (content !== null) {
      readBytes += content.length;
      if (isText) texts.set(path, content.toString('utf8'));
    }
    files.push({ path, lines: isCode && content !== null ? countLines(content) : null });
  }
  return { files, texts, isCut };
}

/** The text of one document below the root; `null` when it is not there, is no regular file, or lies behind a link. */
export function readDocument(root: string, path: string): string | null {
  const parts = path.split('/');
  const isBehindLink = parts
    .slice(0, -1)
    .some((_, index) => !isFolder(join(root, ...parts.slice(0, index + 1))));
  return isBehindLink
    ? null
    : (readRegularFile(join(root, path), MAX_DOCUMENT_BYTES)?.toString('utf8') ?? null);
}

function listPaths(
  root: string,
  maxPaths: number,
): { readonly paths: readonly string[]; readonly isCut: boolean } {
  const paths: string[] = [];
  // Level by level, so that a cut survey still knows the top of the tree.
  for (let level: readonly string[] = ['']; level.length > 0 && paths.length <= maxPaths;) {
    const found = level.flatMap((folder) => listFolder(root, folder));
    paths.push(...found.filter(({ isFile }) => isFile).map(({ path }) => path));
    level = found.filter(({ isFile }) => !isFile).map(({ path }) => path);
  }
  return { paths: paths.slice(0, maxPaths).toSorted(byCodeUnit), isCut: paths.length > maxPaths };
}

/** Files, and folders worth looking into; links and special files are neither. */
function listFolder(
  root: string,
  folder: string,
): readonly { readonly path: string; readonly isFile: boolean }[] {
  return entriesOf(join(root, folder))
    .filter((entry) => entry.isFile() || (entry.isDirectory() && !isSkippedFolder(entry.name)))
    .map((entry) => ({
      path: folder === '' ? entry.name : `${folder}/${entry.name}`,
      isFile: entry.isFile(),
    }));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
      byCodeUnit(left.name, right.name),
    );
  } catch {
    // A folder that may not be read is left out like one that is not there.
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readRegularFile(path: string, maxBytes: number): Buffer | null {
  try {
    // O_NOFOLLOW and the check on the open file leave no moment in which a link could be put in its place.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(file);
      return fstatSync(file).isFile() && size <= maxBytes ? readWhole(file, size) : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function readWhole(file: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, buffer, filled, size - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Lines of a text file; `null` for one with binary content. */
function countLines(content: Buffer): number | null {
  if (content.subarray(0, BINARY_SAMPLE).includes(0)) return null;
  let lines = 0;
  for (const byte of content) if (byte === NEWLINE) lines += 1;
  return content.length > 0 && content.at(-1) !== NEWLINE ? lines + 1 : lines;
}
