import { execFile } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { removeTree } from './remove-tree.ts';

it('removes a chain of folders that is longer than any path may be', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'remove-tree-'));
  const script = 'n=$(printf d%.0s {1..200}); for i in {1..40}; do mkdir $n && cd -P $n; done; echo x > file';
  await promisify(execFile)('/bin/bash', ['-c', script], { cwd: root });
  await removeTree(root);
  await expect(readdir(root)).rejects.toThrow('ENOENT');
});
