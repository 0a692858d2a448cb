import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { makeDirectory } from './make-directory.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'make-directory-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('makeDirectory', () => {
  it('makes all missing parents with the mode and leaves what is there', async () => {
    const root = await temporaryDirectory();
    const missing = ['a/b/c', 'a/b', 'a'].map((name) => path.join(root, name));
    expect(await makeDirectory(path.join(root, 'a/b/c'), 0o750)).toEqual(missing);
    expect(await makeDirectory(path.join(root, 'a/b/c'), 0o700)).toEqual([]);
    expect((await stat(path.join(root, 'a/b/c'))).mode & 0o777).toBe(0o750);
  });

  it('succeeds for everybody when several make the same directory at once', async () => {
    const root = await temporaryDirectory();
    const makers = Array.from({ length: 20 }, () => makeDirectory(path.join(root, 'x/y'), 0o750));
    await expect(Promise.all(makers)).resolves.toHaveLength(20);
  });

  it('fails below a regular file', async () => {
    const root = await temporaryDirectory();
    await writeFile(path.join(root, 'file'), '');
    await expect(makeDirectory(path.join(root, 'file/below'), 0o750)).rejects.toThrow(/EEXIST|ENOTDIR/u);
  });

  it('fails instead of waiting for ever where the kernel allows no directory', async () => {
    await expect(makeDirectory('/proc/nowhere/at-all', 0o750)).rejects.toThrow(/ENOENT/u);
  });
});
