import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** How objects are named. */
export type ObjectFormat = 'sha1' | 'sha256';

/** A pack and its index, and perhaps a reverse index: files of these names with a hash in them. Written once, never changed. */
export interface Pack {
  readonly name: string;
  readonly format: ObjectFormat;
  /** The pack comes first: an index without its pack would name objects that are not there. */
  readonly files: readonly string[];
}

const PACK = /^(pack-(?:[0-9a-f]{40}|[0-9a-f]{64}))\.pack$/u;
const COMPANIONS = ['.idx', '.rev'];

/** The format of a name of an object. */
export function formatOf(objectId: string): ObjectFormat {
  return objectId.length === 64 ? 'sha256' : 'sha1';
}

/** The packs of a folder that have an index, in order of their names. None when there is no such folder. */
export async function listPacks(directory: string): Promise<readonly Pack[]> {
  const names = new Set(await readdir(directory).catch((): string[] => []));
  return [...names]
    .toSorted()
    .map((file) => PACK.exec(file)?.[1])
    .filter((name) => name !== undefined && names.has(`${name}.idx`))
    .map((name) => ({
      name: `${name}`,
      format: formatOf(`${name}`.slice('pack-'.length)),
      files: ['.pack', ...COMPANIONS].map((ending) => `${name}${ending}`).filter((file) => names.has(file)),
    }));
}

/** Give a pack a second name in another folder: the same bytes where the file system can, else a copy. What is there already stays. */
export async function sharePack(pack: Pack, from: string, to: string): Promise<void> {
  for (const file of pack.files) await shareFile(path.join(from, file), path.join(to, file));
}

/** True when each file of a pack ends in the hash of what stands before it, and the pack has that hash as its name. */
export async function isIntact(pack: Pack, directory: string): Promise<boolean> {
  for (const file of pack.files) {
    const trailer = await intactTrailer(path.join(directory, file), pack.format);
    if (trailer === undefined) return false;
    if (file.endsWith('.pack') && file !== `pack-${trailer}.pack`) return false;
  }
  return true;
}

async function shareFile(from: string, to: string): Promise<void> {
  const linked = await link(from, to).then(() => 'linked', codeOf);
  if (linked === 'linked' || linked === 'EEXIST') return;
  // Another file system, one without links, or too many of them. Nobody may find half a file under its name.
  const part = `${to}.part-${randomUUID()}`;
  try {
    await copyFile(from, part);
    await rename(part, to);
  } catch (thrown) {
    await rm(part, { force: true });
    throw thrown;
  }
}

async function intactTrailer(file: string, format: ObjectFormat): Promise<string | undefined> {
  const trailerBytes = format === 'sha1' ? 20 : 32;
  const { size } = await stat(file);
  if (size <= trailerBytes) return undefined;
  const hash = createHash(format);
  for await (const chunk of createReadStream(file, { end: size - trailerBytes - 1, highWaterMark: 1 << 20 }))
    hash.update(chunk);
  let trailer = '';
  for await (const chunk of createReadStream(file, { start: size - trailerBytes, encoding: 'hex' }))
    trailer += chunk;
  return hash.digest('hex') === trailer ? trailer : undefined;
}

function codeOf(thrown: NodeJS.ErrnoException): string | undefined {
  return thrown.code;
}
