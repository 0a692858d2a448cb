import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Remove a tree, links in it as links. Agents leave directories nobody may write to, for example as a module cache. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await removeAll(directory);
  } catch (thrown) {
    if (!isDenied(thrown)) throw thrown;
    await openUp(directory);
    await removeAll(directory);
  }
}

async function removeAll(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

async function openUp(directory: string): Promise<void> {
  const found = await lstat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  await chmod(directory, 0o700);
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await openUp(path.join(directory, entry.name));
}

function isDenied(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'EACCES' || thrown.code === 'EPERM');
}
