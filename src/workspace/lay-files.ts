import { lstat, mkdir, open } from 'node:fs/promises';
import path from 'node:path';

/** Something is there already, or somebody does not let us: then there is nothing to lay. */
const OCCUPIED = new Set<unknown>(['EEXIST', 'ENOTDIR', 'EACCES', 'EPERM']);
const SCRIPT_START = Buffer.from('#!');

/** See `Workspaces.layFiles`. An agent may have been in the folder before: no link on the way is followed. */
export async function layFiles(
  root: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<readonly string[]> {
  const laid: string[] = [];
  for (const [name, bytes] of files) if (await layFile(root, name, bytes)) laid.push(name);
  return laid;
}

async function layFile(root: string, name: string, bytes: Uint8Array): Promise<boolean> {
  const steps = name.split('/');
  if (steps.some((step) => ['', '.', '..'].includes(step)))
    throw new Error(`a file leaves its folder: ${name}`);
  try {
    for (let depth = 1; depth < steps.length; depth += 1)
      if (!(await isRealDirectory(path.join(root, ...steps.slice(0, depth))))) return false;
    const isScript = SCRIPT_START.equals(bytes.subarray(0, SCRIPT_START.byteLength));
    // `wx` follows no link: nothing may be there.
    await using handle = await open(path.join(root, ...steps), 'wx', isScript ? 0o755 : 0o644);
    await handle.writeFile(bytes);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && OCCUPIED.has(thrown.code)) return false;
    throw thrown;
  }
}

async function isRealDirectory(directory: string): Promise<boolean> {
  const failure = await mkdir(directory, { mode: 0o755 }).catch((error: unknown) => error);
  if (failure === undefined) return true;
  const found = await lstat(directory).catch(() => undefined);
  if (found === undefined) throw failure;
  return found.isDirectory();
}
