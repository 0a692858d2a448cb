import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Workspace, Workspaces } from '../../src/workspace/port.ts';

/** Workspaces on a new disk, with a folder beside them that they must not touch. */
export interface WorkspacesBench {
  readonly workspaces: Workspaces;
  readonly outside: string;
}

const SECRET = 'not to be touched';
const isBad = (place: string) => path.basename(place) === 'bad';

/** What every kind of workspaces promises. */
export function workspacesContract(name: string, open: () => Promise<WorkspacesBench>): void {
  const openAllocated = async () => {
    const bench = await open();
    const workspace = await bench.workspaces.allocate(randomUUID());
    return { ...bench, workspace };
  };

  describe(`workspaces contract on ${name}`, () => {
    it('says where a run works and creates nothing by that', async () => {
      const { workspaces } = await open();
      const runId = randomUUID();
      const workspace = workspaces.locate(runId);
      expect(workspace.root).toBe(path.join(workspaces.root, runId));
      const folders = [workspace.repo, workspace.home, workspace.git, workspace.artifacts];
      expect(new Set(folders).size).toBe(4);
      expect(folders.every((folder) => path.dirname(folder) === workspace.root)).toBe(true);
      await expect(stat(workspace.root)).rejects.toThrow('ENOENT');
    });

    it('makes a workspace nobody else may look into, and keeps what is there the second time', async () => {
      const { workspaces, workspace } = await openAllocated();
      for (const folder of [workspaces.root, workspace.root, workspace.artifacts])
        expect(await modeOf(folder)).toBe(0o750);
      await writeFile(path.join(workspace.artifacts, 'kept'), '');
      expect(await workspaces.allocate(workspace.runId)).toEqual(workspace);
      expect(await readdir(workspace.artifacts)).toEqual(['kept']);
    });

    it('refuses a run id that leads elsewhere', async () => {
      const { workspaces, outside } = await open();
      for (const runId of ['', '.', '..', '../outside', 'a/b', outside]) {
        expect(() => workspaces.locate(runId)).toThrow('not a run id');
        await expect(workspaces.allocate(runId)).rejects.toThrow('not a run id');
        await expect(workspaces.release(runId, { keepGit: false })).rejects.toThrow('not a run id');
      }
    });

    describe('setting aside', () => {
      it('removes what is unwanted wherever it lies, links as links, and keeps the rest', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        const file = await secretIn(outside);
        await mkdir(path.join(workspace.repo, 'a', 'bad', 'deep'), { recursive: true });
        await writeFile(path.join(workspace.repo, 'a', 'bad', 'deep', 'x'), '');
        await writeFile(path.join(workspace.repo, 'a', 'good'), '');
        await symlink(outside, path.join(workspace.repo, 'bad'));
        await symlink(outside, path.join(workspace.repo, 'linked'));
        expect(await workspaces.setAside(workspace, isBad)).toEqual(['a/bad', 'bad']);
        expect(await readdir(workspace.repo)).toEqual(['a', 'linked']);
        expect(await readdir(path.join(workspace.repo, 'a'))).toEqual(['good']);
        expect(await readFile(file, 'utf8')).toBe(SECRET);
        expect(await workspaces.setAside(workspace, isBad)).toEqual([]);
      });

      it('removes it from a folder somebody made read-only', async () => {
        const { workspaces, workspace } = await openAllocated();
        await mkdir(path.join(workspace.repo, 'a', 'bad'), { recursive: true });
        await chmod(path.join(workspace.repo, 'a', 'bad'), 0o500);
        await chmod(path.join(workspace.repo, 'a'), 0o500);
        expect(await workspaces.setAside(workspace, isBad)).toEqual(['a/bad']);
        expect(await readdir(path.join(workspace.repo, 'a'))).toEqual([]);
      });
    });

    describe('laying files', () => {
      it('puts them where nothing is, scripts to be executed, and follows no link', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        const file = await secretIn(outside);
        await mkdir(path.join(workspace.repo, 'there'), { recursive: true });
        await writeFile(path.join(workspace.repo, 'there', 'a'), 'own');
        await writeFile(path.join(workspace.repo, 'file'), 'own');
        await symlink(outside, path.join(workspace.repo, 'folder'));
        await symlink(path.join(outside, 'new'), path.join(workspace.repo, 'dangling'));
        const names = ['a/b/run.sh', 'there/a', 'there/b', 'file/x', 'folder/x', 'dangling'];
        const files = new Map(
          names.map((place) => [place, Buffer.from(place.endsWith('.sh') ? '#!/bin/sh\n' : 'laid')]),
        );
        expect(await workspaces.layFiles(workspace, files)).toEqual(['a/b/run.sh', 'there/b']);
        expect((await modeOf(path.join(workspace.repo, 'a/b/run.sh'))) & 0o111).not.toBe(0);
        expect((await modeOf(path.join(workspace.repo, 'there/b'))) & 0o111).toBe(0);
        expect(await readFile(path.join(workspace.repo, 'there/a'), 'utf8')).toBe('own');
        expect(await readdir(outside)).toEqual([path.basename(file)]);
        expect(await workspaces.layFiles(workspace, files)).toEqual([]);
        const away = new Map([['a/../../x', Buffer.from('x')]]);
        await expect(workspaces.layFiles(workspace, away)).rejects.toMatchObject({
          code: 'home_not_writable',
        });
      });
    });

    describe('clearing', () => {
      it('leaves an empty directory, whatever was there', async () => {
        const { workspaces, workspace } = await openAllocated();
        await workspaces.clear(workspace.repo);
        expect(await readdir(workspace.repo)).toEqual([]);
        expect(await modeOf(workspace.repo)).toBe(0o750);
        await fill(workspace.repo);
        await workspaces.clear(workspace.repo);
        expect(await readdir(workspace.repo)).toEqual([]);
      });

      it('removes directories nobody may write to or read', async () => {
        const { workspaces, workspace } = await openAllocated();
        await fill(workspace.home);
        await chmod(path.join(workspace.home, 'deep'), 0o000);
        await chmod(workspace.home, 0o500);
        await workspaces.clear(workspace.home);
        expect(await readdir(workspace.home)).toEqual([]);
      });

      it('removes links and leaves alone what they point to', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        const file = await secretIn(outside);
        await mkdir(workspace.repo);
        await symlink(outside, path.join(workspace.repo, 'folder'));
        await symlink(file, path.join(workspace.repo, 'file'));
        await chmod(workspace.repo, 0o500);
        await workspaces.clear(workspace.repo);
        await symlink(outside, workspace.home);
        await workspaces.clear(workspace.home);
        expect((await lstat(workspace.home)).isDirectory()).toBe(true);
        expect(await readFile(file, 'utf8')).toBe(SECRET);
      });

      it('is refused outside the workspaces', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        const file = await secretIn(outside);
        const elsewhere = [outside, workspaces.root, path.join(workspace.root, '../../../outside'), '/', ''];
        for (const directory of elsewhere)
          await expect(workspaces.clear(directory)).rejects.toThrow('not in a workspace');
        expect(await readFile(file, 'utf8')).toBe(SECRET);
      });
    });

    describe('publishing', () => {
      it('works for a workspace that was never allocated', async () => {
        const { workspaces } = await open();
        const workspace = workspaces.locate(randomUUID());
        const file = await publish(workspaces, workspace, 'log');
        expect(await readFile(file, 'utf8')).toBe('evidence');
        expect(await modeOf(workspace.artifacts)).toBe(0o750);
      });

      it('writes a file people may read, in folders of its name, and replaces it', async () => {
        const { workspaces, workspace } = await openAllocated();
        const file = await publish(workspaces, workspace, 'specs/001-basket/plan.md');
        expect(file).toBe(path.join(workspace.artifacts, 'specs/001-basket/plan.md'));
        expect(await modeOf(file)).toBe(0o640);
        await workspaces.publish(workspace, 'specs/001-basket/plan.md', Buffer.from([0, 255]));
        expect(await readFile(file)).toEqual(Buffer.from([0, 255]));
        expect(await readdir(path.dirname(file))).toEqual(['plan.md']);
      });

      it('of one name by many at once leaves one whole file', async () => {
        const { workspaces, workspace } = await openAllocated();
        const contents = Array.from({ length: 12 }, (_, index) => Buffer.alloc(200_000, String(index % 10)));
        await Promise.all(contents.map((bytes) => workspaces.publish(workspace, 'a/log', bytes)));
        const kept = await readFile(path.join(workspace.artifacts, 'a/log'));
        expect(contents.some((bytes) => bytes.equals(kept))).toBe(true);
        expect(await readdir(path.join(workspace.artifacts, 'a'))).toEqual(['log']);
      });

      it.each(['../x', 'a/../../x', '/etc/x', '..', '.', '', 'a/', 'a//b', './x'])(
        'refuses the name "%s"',
        async (fileName) => {
          const { workspaces, workspace } = await openAllocated();
          await expect(publish(workspaces, workspace, fileName)).rejects.toThrow('leaves its folder');
          expect(await readdir(workspace.artifacts)).toEqual([]);
        },
      );

      it('replaces a link and leaves alone what it points to', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        const secret = await secretIn(outside);
        await symlink(secret, path.join(workspace.artifacts, 'log'));
        const file = await publish(workspaces, workspace, 'log');
        expect((await lstat(file)).isFile()).toBe(true);
        expect(await readFile(secret, 'utf8')).toBe(SECRET);
      });

      it('refuses a link on the way, also in the place of the folder itself', async () => {
        const { workspaces, workspace, outside } = await openAllocated();
        await symlink(outside, path.join(workspace.artifacts, 'linked'));
        await expect(publish(workspaces, workspace, 'linked/log')).rejects.toThrow('in the way');
        await expect(publish(workspaces, workspace, 'linked/deeper/log')).rejects.toThrow('in the way');
        const other = await workspaces.allocate(randomUUID());
        const linked = { ...other, artifacts: path.join(other.root, 'linked') };
        await symlink(outside, linked.artifacts);
        await expect(publish(workspaces, linked, 'log')).rejects.toThrow('in the way');
        expect(await readdir(outside)).toEqual([]);
      });
    });

    describe('releasing', () => {
      it('removes what agents and clones left, keeps the evidence, and may be repeated', async () => {
        const { workspaces, workspace } = await openAllocated();
        for (const folder of [workspace.repo, workspace.home, workspace.git]) await fill(folder);
        await workspaces.publish(workspace, 'log', Buffer.from(''));
        await workspaces.release(workspace.runId, { keepGit: true });
        expect((await readdir(workspace.root)).toSorted()).toEqual(['artifacts', 'git']);
        await workspaces.release(workspace.runId, { keepGit: false });
        await workspaces.release(workspace.runId, { keepGit: false });
        expect(await readdir(workspace.root)).toEqual(['artifacts']);
        expect(await readdir(workspace.artifacts)).toEqual(['log']);
      });

      it('of a run that never worked does nothing', async () => {
        const { workspaces } = await open();
        await workspaces.release(randomUUID(), { keepGit: false });
        await expect(readdir(workspaces.root)).rejects.toThrow('ENOENT');
      });
    });

    describe('expiry', () => {
      it('removes whole workspaces of runs that are over and long ago, and nothing else', async () => {
        const { workspaces } = await open();
        const [old, busy, young] = [await allocate(workspaces), await allocate(workspaces), randomUUID()];
        await workspaces.allocate(young);
        for (const runId of [old, busy]) await fill(workspaces.locate(runId).home);
        await mkdir(path.join(workspaces.root, 'not-a-run'));
        for (const each of [old, busy, 'not-a-run']) await age(path.join(workspaces.root, each));
        const asked: string[] = [];
        const isOver = async (runId: string) => {
          asked.push(runId);
          return runId !== busy;
        };
        const limits = { olderThanMs: Date.now() - 60_000, isOver };
        expect(await workspaces.expire({ ...limits, isDryRun: true })).toEqual([old]);
        expect(await readdir(workspaces.locate(old).root)).not.toEqual([]);
        expect(await workspaces.expire({ ...limits, isDryRun: false })).toEqual([old]);
        expect((await readdir(workspaces.root)).toSorted()).toEqual([busy, young, 'not-a-run'].toSorted());
        expect(new Set(asked)).toEqual(new Set([old, busy]));
      });

      it('of workspaces that were never used finds nothing', async () => {
        const { workspaces } = await open();
        const limits = { olderThanMs: Date.now(), isOver: () => Promise.resolve(true), isDryRun: false };
        expect(await workspaces.expire(limits)).toEqual([]);
      });
    });
  });
}

async function allocate(workspaces: Workspaces): Promise<string> {
  return (await workspaces.allocate(randomUUID())).runId;
}

/** What agents leave: folders in folders, some of which nobody may write to. */
async function fill(folder: string): Promise<void> {
  const deepest = path.join(folder, 'deep/deeper');
  await mkdir(deepest, { recursive: true });
  await writeFile(path.join(deepest, 'module.go'), 'package module', { mode: 0o444 });
  await chmod(deepest, 0o555);
  await chmod(path.join(folder, 'deep'), 0o500);
}

async function secretIn(outside: string): Promise<string> {
  const file = path.join(outside, 'secret');
  await writeFile(file, SECRET);
  return file;
}

async function age(directory: string): Promise<void> {
  const old = new Date(Date.now() - 3_600_000);
  await utimes(directory, old, old);
}

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

function publish(workspaces: Workspaces, workspace: Workspace, fileName: string): Promise<string> {
  return workspaces.publish(workspace, fileName, Buffer.from('evidence'));
}
