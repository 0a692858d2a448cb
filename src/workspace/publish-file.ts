import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Write a file below a folder, at once: who reads it sees the old bytes or the new ones. Refuses a name that leaves the folder,
 * and a link on the way there, since an agent of the same user may have put one.
 */
export async function publishFile(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const steps = name.split('/');
  if (steps.some((step) => ['', '.', '..'].includes(step)))
    throw new Error(`artifact name leaves its folder: ${name}`);
  const file = path.join(folder, ...steps);
  await demandRealDirectory(folder);
  for (let depth = 1; depth < steps.length; depth += 1)
    await demandRealDirectory(path.join(folder, ...steps.slice(0, depth)));
  await replaceFile(file, bytes);
  return file;
}

async function demandRealDirectory(directory: string): Promise<void> {
  const failure = await mkdir(directory, { mode: 0o750 }).catch((error: unknown) => error);
  if (failure === undefined) return;
  const found = await lstat(directory).catch(() => undefined);
  if (found === undefined) throw failure;
  if (!found.isDirectory()) throw new Error(`a link or a file is in the way of artifacts: ${directory}`);
}

async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await writeNew(aside, bytes);
    await rename(aside, file);
  } catch (thrown) {
    await rm(aside, { force: true });
    throw thrown;
  }
}

/** `wx` follows no link: the file must not be there. */
async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o640);
  await handle.writeFile(bytes);
}
