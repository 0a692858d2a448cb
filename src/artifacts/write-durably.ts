import { randomUUID } from 'node:crypto';
import { chmod, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { makeDirectory } from '../lib/make-directory.ts';

/**
 * Put bytes in place at once and for good, dated `now`; folders are made. Two writers of the same content both succeed: the
 * rename of equal bytes over equal bytes changes nothing.
 */
export async function writeDurably(file: string, bytes: Uint8Array, now: Date): Promise<void> {
  const folder = path.dirname(file);
  const made = await makeDirectory(folder, 0o750);
  const aside = `${file}.${randomUUID()}.part`;
  try {
    await writeAndSync(aside, bytes, now);
    await chmod(aside, 0o440);
    await rename(aside, file);
  } catch (thrown) {
    await rm(aside, { force: true });
    throw thrown;
  }
  // A new name is on disk once the folder that holds it is, and so on up to a folder that was there before.
  for (const changed of [folder, ...made.map((each) => path.dirname(each))]) await syncFolder(changed);
}

async function writeAndSync(file: string, bytes: Uint8Array, now: Date): Promise<void> {
  await using handle = await open(file, 'wx', 0o640);
  await handle.writeFile(bytes);
  await handle.utimes(now, now);
  await handle.sync();
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
