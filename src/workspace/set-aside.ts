import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';

import { removeTree } from './remove-tree.ts';

/**
 * See `Workspaces.setAside`. Links are looked at as links. A folder nobody can list is passed over: no agent could read a file by its
 * known name in it either, until it changed the folder itself.
 */
export async function setAside(
  root: string,
  isUnwanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = folder;
    const entries = await readdir(path.join(root, inside), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (isUnwanted(name)) found.push(name);
      else if (entry.isDirectory()) folders.push(name);
    }
  }
  for (const name of found) await remove(path.join(root, name));
  return found.toSorted();
}

/** An agent may have made the folder read-only so that it stays. */
async function remove(name: string): Promise<void> {
  try {
    await removeTree(name);
  } catch {
    await chmod(path.dirname(name), 0o750);
    await removeTree(name);
  }
}
