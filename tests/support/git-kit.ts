import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ALLOWED_PREFIXES } from '../../src/domain/publish-policy.ts';
import type { FetchBase, Git, ImportedTree, ImportTree } from '../../src/git/port.ts';
import { makeRepository, temporaryDirectory, type FileTree, type RepositoryPlan } from './git-repository.ts';

/** Makes the git under test; `networkEnv` is what the host would pass on. */
export type MakeGit = (networkEnv?: Readonly<Record<string, string>>) => Git;

/** A pristine git directory, as a run has it after its first step. */
export interface Pristine {
  readonly repository: string;
  readonly gitDirectory: string;
  readonly commit: string;
}

/** A pristine git directory and a working copy laid from it, as an agent finds it. */
export interface LaidCopy extends Pristine {
  readonly directory: string;
  /** Import the copy; `change` replaces parts of the usual request. */
  readonly importTree: (change?: Partial<ImportTree>) => Promise<ImportedTree>;
  readonly listForeignChanges: (laid?: ImportTree['laid']) => Promise<readonly string[]>;
  /** Write files into the copy, with the folders above them. */
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>) => Promise<void>;
}

export const AUTHOR = { name: 'Spec Kit Automation', email: 'bot@example.com' };
export const IMPORT_REF = 'refs/spec-automation/tasks';
export const IMPORT_DATE_MS = 1_780_000_000_000;

/** A signal that never fires. */
export function noSignal(): AbortSignal {
  return new AbortController().signal;
}

/** Fetch a branch into a new pristine git directory. */
export async function fetchPristine(
  git: Git,
  repository: string,
  change: Partial<FetchBase> = {},
): Promise<Pristine> {
  const gitDirectory = path.join(await temporaryDirectory(), 'pristine');
  const request = { gitDirectory, repository, branch: 'main', signal: noSignal(), ...change };
  const { commit } = await git.fetchBase(request);
  return { repository, gitDirectory, commit };
}

/** Make a repository, fetch it and lay a working copy of its only branch. */
export async function layCopy(
  git: Git,
  files: FileTree,
  plan: Omit<RepositoryPlan, 'files' | 'commits'> = {},
): Promise<LaidCopy> {
  const repository = await makeRepository({ isBare: true, ...plan, files });
  const pristine = await fetchPristine(git, repository, { branch: plan.branch ?? 'main' });
  const directory = path.join(await temporaryDirectory(), 'copy');
  const { gitDirectory, commit } = pristine;
  await git.layWorkingCopy({ gitDirectory, commit, directory, branch: '001-feature' });
  return {
    ...pristine,
    directory,
    importTree: (change) => git.importTree({ ...importRequest(pristine, directory), ...change }),
    listForeignChanges: (laid = new Map()) =>
      git.listForeignChanges({ gitDirectory, directory, allowedPrefixes: ALLOWED_PREFIXES, laid }),
    write: (written) => writeFiles(directory, written),
  };
}

/** Write files below a directory, with the folders above them. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

function importRequest({ gitDirectory, commit }: Pristine, directory: string): ImportTree {
  return {
    gitDirectory,
    directory,
    parent: commit,
    ref: IMPORT_REF,
    message: 'Add the specification',
    author: AUTHOR,
    dateMs: IMPORT_DATE_MS,
    allowedPrefixes: ALLOWED_PREFIXES,
  };
}
