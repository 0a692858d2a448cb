import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { pullRequestDocument } from '../domain/pull-request.ts';
import type { Forge } from './port.ts';

/**
 * A forge without a service: the pull request is a document, `<directory>/<run id>/pull-request.md`. One run has one file
 * name, so doing it twice leaves one.
 */
export function localForge(options: { readonly directory: string }): Forge {
  return {
    name: 'local',
    serves: () => true,
    async ensureDraftPr(request) {
      const file = path.join(options.directory, request.runId, 'pull-request.md');
      const url = pathToFileURL(file).href;
      const text = pullRequestDocument({ ...request, isDraft: true });
      const before = await readFile(file, 'utf8').catch(() => undefined);
      if (before !== text) await replaceFile(file, text);
      return { url, isNew: before === undefined };
    },
  };
}

async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o750 });
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(aside, text, { mode: 0o640 });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
