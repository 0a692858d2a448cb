import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directoryWorkspaces } from '../../src/workspace/directory-workspaces.ts';
import { removeTree } from '../../src/workspace/remove-tree.ts';
import { workspacesContract } from './workspaces-contract.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let root: string;
let disks = 0;

beforeAll(async () => {
  // The superuser may write everywhere, so that nothing about permissions could be tested.
  if (isRoot) process.seteuid!(NOBODY);
  root = await mkdtemp(path.join(tmpdir(), 'workspaces-'));
});

afterAll(async () => {
  await removeTree(root);
  if (isRoot) process.seteuid!(0);
});

async function openDisk() {
  disks += 1;
  const disk = path.join(root, `disk-${disks}`);
  const outside = path.join(root, `disk-${disks}`, 'outside');
  await mkdir(outside, { recursive: true });
  const state = path.join(disk, 'state');
  return { state, outside, workspaces: directoryWorkspaces({ root: state, reserveBytes: 0 }) };
}

workspacesContract('a directory', openDisk);

describe('workspaces directory', () => {
  const refusal = { code: 'home_not_writable' };

  it('is ready with enough free space, and leaves no trace of having looked', async () => {
    const { state, workspaces } = await openDisk();
    await workspaces.preflight();
    await workspaces.preflight();
    expect(await readdir(state)).toEqual([]);
  });

  it('is refused below a regular file', async () => {
    const { state, outside } = await openDisk();
    await writeFile(path.join(outside, 'file'), '');
    for (const place of [path.join(outside, 'file'), path.join(outside, 'file/state')]) {
      const workspaces = directoryWorkspaces({ root: place, reserveBytes: 0 });
      await expect(workspaces.preflight()).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining(place),
      });
      await expect(workspaces.allocate(randomUUID())).rejects.toMatchObject(refusal);
    }
    await expect(readdir(state)).rejects.toThrow('ENOENT');
  });

  it('is refused where nobody may write, also when it is there already', async () => {
    const { state, workspaces } = await openDisk();
    await mkdir(state);
    await chmod(state, 0o500);
    await expect(workspaces.preflight()).rejects.toMatchObject(refusal);
    await expect(workspaces.allocate(randomUUID())).rejects.toMatchObject(refusal);
    await expect(
      directoryWorkspaces({ root: path.join(state, 'below'), reserveBytes: 0 }).preflight(),
    ).rejects.toMatchObject(refusal);
  });

  it('accepts no work when less than the reserve is free, and says how much that is', async () => {
    const { state } = await openDisk();
    const workspaces = directoryWorkspaces({ root: state, reserveBytes: Number.MAX_SAFE_INTEGER });
    const low = { code: 'disk_reserve', message: expect.stringMatching(/has \d+ bytes free/u) };
    await expect(workspaces.preflight()).rejects.toMatchObject(low);
    await expect(workspaces.allocate(randomUUID())).rejects.toMatchObject(low);
  });
});
