import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { packagePaths } from './package-paths.ts';

it('names the package, its libraries wherever Node finds them, and nothing that lies beside them', async () => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'package-paths-')));
  onTestFinished(() => rm(root, { recursive: true }));
  const inRoot = (...names: string[]) => path.join(root, ...names);
  const ours = inRoot('app', 'node_modules', 'ours');
  for (const directory of [path.join(ours, 'dist'), inRoot('linked')])
    await mkdir(directory, { recursive: true });
  for (const file of [path.join(ours, 'package.json'), path.join(ours, '.env'), inRoot('app', '.env')])
    await writeFile(file, '{}');
  await symlink(inRoot('linked'), inRoot('node_modules'));
  const found = packagePaths(process.execPath, ours).filter((place) => place.startsWith(root));
  expect(new Set(found)).toEqual(
    new Set([
      path.join(ours, 'package.json'),
      path.join(ours, 'dist'),
      inRoot('app', 'node_modules'),
      inRoot('node_modules'),
      inRoot('linked'),
    ]),
  );
});
