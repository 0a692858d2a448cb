import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { pullRequestDocument } from '../domain/pull-request.ts';
import type { DraftPr, EnsuredPr, Forge, PullRequest } from './port.ts';

/** Ends the name of a file that is not whole yet. */
const ASIDE = '.part';
const MAX_TRIES = 10;

export interface LocalForgeOptions {
  readonly directory: string;
  /** True where a URL is no business of ours, so that only folders are served. */
  readonly isForFoldersOnly?: boolean;
}

/**
 * A forge without a service: the pull request is a document, `<directory>/<run id>/pull-request.md`. One run has one file
 * name, so doing it twice leaves one. Nobody can close a document, so it never stands in the way of another run's.
 */
export function localForge({ directory, isForFoldersOnly = false }: LocalForgeOptions): Forge {
  const fileOf = (runId: string) => path.join(directory, runId, 'pull-request.md');
  return {
    name: 'local',
    variables: [],
    serves: (repository) => !isForFoldersOnly || path.isAbsolute(repository),
    demandAllowed: () => undefined,
    checkSettings: () => undefined,
    diagnose: () => Promise.resolve(`documents below ${directory}`),
    fileUrlPrefix: () => null,
    connect: () =>
      Promise.resolve({
        login: undefined,
        findPr: ({ runId }) => findDocument(fileOf(runId)),
        findPrForRequest: () => Promise.resolve(undefined),
        ensureDraftPr: (request) => ensureDocument(fileOf(request.runId), request),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

async function findDocument(file: string): Promise<PullRequest | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { url: pathToFileURL(file).href, isOpen: true };
}

async function ensureDocument(file: string, request: DraftPr): Promise<EnsuredPr> {
  const text = pullRequestDocument({ ...request, isDraft: true });
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) await replaceFile(file, text);
  await removeAsides(file);
  return { url: pathToFileURL(file).href, isOpen: true, isNew: before === undefined, warnings: [] };
}

/** What a worker that was killed left beside the document. One that is alive writes its again. */
async function removeAsides(file: string): Promise<void> {
  const directory = path.dirname(file);
  const names = await readdir(directory);
  const asides = names.filter((name) => name.startsWith(`${path.basename(file)}.`) && name.endsWith(ASIDE));
  for (const name of asides) await rm(path.join(directory, name), { force: true });
}

/** Put the whole text there at once. */
async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o750 });
  for (let tries = 1; ; tries += 1) {
    const aside = `${file}.${randomUUID()}${ASIDE}`;
    try {
      await writeFile(aside, text, { mode: 0o640 });
      await rename(aside, file);
      return;
    } catch (error) {
      await rm(aside, { force: true });
      if (tries === MAX_TRIES || !isGone(error)) throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
