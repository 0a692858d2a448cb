import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { exec } from '../lib/exec.ts';

const TOOL_PATH = '/usr/bin:/bin';
const TOOL_MS = 300_000;
const DENIED = new Set<unknown>(['EACCES', 'EPERM']);

/** Remove a tree, links in it as links. Agents leave directories nobody may write to, for example as a module cache. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await removeAll(directory);
  } catch (thrown) {
    if (!DENIED.has(codeOf(thrown)) && codeOf(thrown) !== 'ENAMETOOLONG') throw thrown;
    // What is too deep to be opened is too deep to be named.
    await openUp(directory).catch(() => undefined);
    await removeAll(directory).catch(() => removeByTool(directory));
  }
}

/** Trees deeper than a path may be long: the system's own program goes from folder to folder. */
async function removeByTool(directory: string): Promise<void> {
  const argv = ['rm', '-rf', '--one-file-system', '--', directory] as const;
  const { exitCode, stderr } = await exec(argv, { env: { PATH: TOOL_PATH }, timeoutMs: TOOL_MS });
  if (exitCode !== 0) throw new Error(`${directory} cannot be removed: ${stderr.trim()}`);
}

async function removeAll(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** A removal that failed may still be at work elsewhere in the tree, so anything may be gone by now. */
async function openUp(directory: string): Promise<void> {
  const found = await unlessGone(lstat(directory));
  if (found?.isDirectory() !== true) return;
  await unlessGone(chmod(directory, 0o700));
  const entries = (await unlessGone(readdir(directory, { withFileTypes: true }))) ?? [];
  for (const entry of entries) if (entry.isDirectory()) await openUp(path.join(directory, entry.name));
}

async function unlessGone<Value>(found: Promise<Value>): Promise<Value | undefined> {
  return found.catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
