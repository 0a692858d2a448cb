import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Put bytes in place at once and for good, dated `now`; folders are made. Two writers of the same content both succeed: the
 * rename of equal bytes over equal bytes changes nothing.
 */
export async function writeDurably(file: string, bytes: Uint8Array, now: Date): Promise<void> {
  const folder = path.dirname(file);
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o750 });
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await writeAndSync(aside, bytes, now);
    await chmod(aside, 0o440);
    await rename(aside, file);
  } catch (thrown) {
    await rm(aside, { force: true });
    throw thrown;
  }
  await syncFolders(folder, firstMade === undefined ? folder : path.dirname(firstMade));
}

async function writeAndSync(file: string, bytes: Uint8Array, now: Date): Promise<void> {
  await using handle = await open(file, 'wx', 0o640);
  await handle.writeFile(bytes);
  await handle.utimes(now, now);
  await handle.sync();
}

/** A new name is on disk once the folder that holds it is, and so on up to a folder that was there before. */
async function syncFolders(from: string, to: string): Promise<void> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    await using handle = await open(folder, 'r');
    await handle.sync();
    if (folder === to) return;
  }
}
