import path from 'node:path';

import type { ImportTree } from './port.ts';
import { readPlainFile } from './walk-tree.ts';

/** Whether a path of a working copy holds exactly what was laid there: a plain file with the same bytes. */
export async function isAsLaid(
  { directory, laid }: Pick<ImportTree, 'directory' | 'laid'>,
  name: string,
): Promise<boolean> {
  const bytes = laid?.get(name);
  if (bytes === undefined) return false;
  const file = path.join(directory, name);
  const found = await readPlainFile(file, bytes.byteLength, (handle) => handle.readFile());
  return found?.equals(bytes) ?? false;
}
