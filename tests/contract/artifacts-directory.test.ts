import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directoryArtifacts } from '../../src/artifacts/directory-artifacts.ts';
import { artifactsContract } from './artifacts-contract.ts';

const HOUR_MS = 60 * 60_000;
const MEGABYTE = 1024 * 1024;

let root: string;
let directories = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'artifacts-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

function openDirectory() {
  directories += 1;
  const directory = path.join(root, `store-${directories}`);
  const clock = { aheadMs: 0 };
  const artifacts = directoryArtifacts({ directory, nowMs: () => Date.now() + clock.aheadMs });
  const filesOf = async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  return {
    directory,
    artifacts,
    filesOf,
    age: (ms: number) => {
      clock.aheadMs += ms;
    },
    damage: async (sha256: string, bytes: Uint8Array) => {
      await chmod(artifacts.locate(sha256), 0o640);
      await writeFile(artifacts.locate(sha256), bytes);
    },
  };
}

artifactsContract('a directory', () => Promise.resolve(openDirectory()));

describe('artifacts directory', () => {
  it('holds read-only files named by their hash, and no left-over', async () => {
    const { artifacts, directory, filesOf } = openDirectory();
    const { sha256 } = await artifacts.put(Buffer.from('kept'));
    const file = artifacts.locate(sha256);
    expect(file).toBe(path.join(directory, 'sha256', sha256.slice(0, 2), sha256));
    expect((await stat(file)).mode & 0o777).toBe(0o440);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o750);
    expect(await filesOf()).toEqual([sha256]);
  });

  it('collects what a crash left half-written, once it is old', async () => {
    const { artifacts, directory, filesOf } = openDirectory();
    const half = path.join(directory, 'sha256', 'ab', `${'ab'.repeat(32)}.0000.part`);
    await mkdir(path.dirname(half), { recursive: true });
    await writeFile(half, 'half');
    const choice = { referenced: new Set(['ab'.repeat(32)]), isDryRun: false };
    expect(await artifacts.collectGarbage(choice)).toEqual({ files: 0, bytes: 0 });
    const old = new Date(Date.now() - 2 * HOUR_MS);
    await utimes(half, old, old);
    expect(await artifacts.collectGarbage(choice)).toEqual({ files: 1, bytes: 4 });
    expect(await filesOf()).toEqual([]);
  });

  it('leaves nothing behind when bytes cannot be put in place', async () => {
    const { artifacts, filesOf } = openDirectory();
    const { sha256 } = await artifacts.put(Buffer.from('blocked'));
    await rm(artifacts.locate(sha256));
    await mkdir(path.join(artifacts.locate(sha256), 'in-the-way'), { recursive: true });
    await expect(artifacts.put(Buffer.from('blocked'))).rejects.toThrow(/directory/u);
    expect(await filesOf()).toEqual([]);
  });

  it('does not write big bytes again that are there, but heals them when they are cut', async () => {
    const { artifacts, damage } = openDirectory();
    const bytes = Buffer.alloc(9 * MEGABYTE, 'big');
    const { sha256 } = await artifacts.put(bytes);
    const inode = async () => (await stat(artifacts.locate(sha256))).ino;
    const before = await inode();
    await artifacts.put(bytes);
    expect(await inode()).toBe(before);
    await damage(sha256, bytes.subarray(1));
    await artifacts.put(bytes);
    expect(bytes.equals((await artifacts.get(sha256))!)).toBe(true);
  });
});
