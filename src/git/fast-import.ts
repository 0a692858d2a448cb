import type { Identity } from '../domain/run.ts';

/** A file of a new commit; `content` is absent for one to delete. */
export interface Change {
  readonly path: string;
  readonly mode: string;
  readonly content?: Buffer;
}

/** What `fast-import` needs to know about a new commit. */
export interface NewCommit {
  readonly ref: string;
  readonly parent: string;
  readonly message: string;
  readonly author: Identity;
  readonly dateMs: number;
}

/** Commands for `git fast-import` that write one commit on a parent and print its id. Deletions come first: a file may take a folder's place. */
export function fastImportStream(commit: NewCommit, changes: readonly Change[]): Buffer {
  const ordered = changes.toSorted(
    (a, b) => Number(a.content !== undefined) - Number(b.content !== undefined),
  );
  return Buffer.concat([header(commit), ...ordered.map(changeCommand), Buffer.from('get-mark :1\ndone\n')]);
}

function header(commit: NewCommit): Buffer {
  const message = Buffer.from(`${commit.message}\n`);
  const person = `${personOf(commit.author)} ${Math.floor(commit.dateMs / 1000)} +0000`;
  const head = `commit ${commit.ref}\nmark :1\nauthor ${person}\ncommitter ${person}\ndata ${message.byteLength}\n`;
  return Buffer.concat([Buffer.from(head), message, Buffer.from(`from ${commit.parent}\n`)]);
}

function changeCommand(change: Change): Buffer {
  const name = quotePath(change.path);
  if (change.content === undefined) return Buffer.from(`D ${name}\n`);
  const head = Buffer.from(`M ${change.mode} inline ${name}\ndata ${change.content.byteLength}\n`);
  return Buffer.concat([head, change.content, Buffer.from('\n')]);
}

/** A C string, as git writes and reads it. The base may hold names with line breaks, and those may be deleted. */
function quotePath(name: string): string {
  const escaped = name
    .replaceAll(/[\\"]/gu, String.raw`\$&`)
    .replaceAll(/\p{Cc}/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
    );
  return `"${escaped}"`;
}

/** `Name <email>`; the characters that end a name or an address in a commit are taken out. */
function personOf(identity: Identity): string {
  return `${cleanName(identity.name)} <${cleanName(identity.email)}>`;
}

function cleanName(text: string): string {
  return text.replaceAll(/[<>\p{Cc}]/gu, '').trim();
}
