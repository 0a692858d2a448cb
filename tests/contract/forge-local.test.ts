import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { localForge } from '../../src/forge/local-forge.ts';
import { temporaryDirectory } from '../support/git-repository.ts';
import { draftPr, forgeContract, open } from './forge-contract.ts';

forgeContract('a folder', async () => {
  const { directory, forge } = await openForge();
  return {
    forge,
    repository: '/srv/app',
    pushBranch: () => Promise.resolve(),
    read: (url) => readFile(fileURLToPath(url), 'utf8'),
    list: async () => {
      const names = await readdir(directory, { recursive: true }).catch(() => []);
      return names
        .filter((name) => path.extname(name) !== '')
        .map((name) => pathToFileURL(path.join(directory, name)).href);
    },
  };
});

describe('the pull request as a document', () => {
  it('is not written again while nothing changed', async () => {
    const { connection } = await openForge();
    const request = draftPr({});
    const { url } = await connection.ensureDraftPr(request);
    const file = fileURLToPath(url);
    await utimes(file, 1, 1);
    const { ino } = await stat(file);
    await connection.ensureDraftPr(request);
    expect(await stat(file)).toMatchObject({ mtimeMs: 1000, ino });
    await connection.ensureDraftPr({ ...request, body: 'changed' });
    expect((await stat(file)).mtimeMs).not.toBe(1000);
  });

  it('can be read by its owner and group only, at an address with every special character escaped', async () => {
    const { connection } = await openForge('a b%41#?');
    const { url } = await connection.ensureDraftPr(draftPr({}));
    expect(url).toContain('/a%20b%2541%23%3F/');
    expect((await stat(fileURLToPath(url))).mode & 0o007).toBe(0);
  });

  it('removes what a killed worker left beside it', async () => {
    const { directory, connection } = await openForge();
    const request = draftPr({});
    const left = path.join(directory, request.runId, 'pull-request.md.0a.part');
    await mkdir(path.dirname(left), { recursive: true });
    for (let round = 1; round <= 2; round += 1) {
      await writeFile(left, 'half');
      await connection.ensureDraftPr(request);
      expect(await readdir(path.dirname(left))).toEqual(['pull-request.md']);
    }
  });

  it('leaves nothing behind when it cannot be put in its place', async () => {
    const { directory, connection } = await openForge();
    const request = draftPr({});
    await mkdir(path.join(directory, request.runId, 'pull-request.md'), { recursive: true });
    await expect(connection.ensureDraftPr(request)).rejects.toThrow('EISDIR');
    expect(await readdir(path.join(directory, request.runId))).toEqual(['pull-request.md']);
  });
});

async function openForge(name = 'forge') {
  const directory = path.join(await temporaryDirectory(), name);
  const forge = localForge({ directory });
  return { directory, forge, connection: await open({ forge, repository: '/srv/app' }) };
}
