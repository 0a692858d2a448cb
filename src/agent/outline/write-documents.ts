import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from './survey.ts';

/** A document to write, by its path from the root of the working copy. */
export interface DraftedDocument {
  readonly path: string;
  readonly content: string;
}

/**
 * Write the documents that are new or differ, and name them. Writing the same again changes nothing. A folder on the way
 * that is a symbolic link is refused; a link in place of the document itself is replaced, not followed.
 */
export function writeDocuments(root: string, documents: readonly DraftedDocument[]): readonly string[] {
  const changed = documents.filter((document) => readDocument(root, document.path) !== document.content);
  for (const document of changed) writeDocument(root, document);
  return changed.map((document) => document.path);
}

function writeDocument(root: string, document: DraftedDocument): void {
  const folders = document.path.split('/').slice(0, -1);
  folders.forEach((_, index) => ensureFolder(root, folders.slice(0, index + 1).join('/')));
  const target = join(root, document.path);
  const temporary = `${target}.outline-draft`;
  // A draft of a killed run may be in the way. With `wx` a link of that name is never written through.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, document.content, { flag: 'wx' });
  renameSync(temporary, target);
}

function ensureFolder(root: string, path: string): void {
  const found = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) mkdirSync(join(root, path));
  else if (!found.isDirectory())
    throw new Error(`${path} is in the way: a folder is needed there, and it is none`);
}
