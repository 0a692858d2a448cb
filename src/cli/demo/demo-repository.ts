import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { appError } from '../../domain/app-error.ts';
import { exec, type ExecResult } from '../../lib/exec.ts';
import { DEMO_FILES } from './demo-files.ts';

const GIT_TIMEOUT_MS = 20_000;
/** Fixed, so that the sample repository is the same commit everywhere. */
const DATE = '2026-01-05T09:00:00Z';

/**
 * Make the sample repository unless it is there. It appears as a whole or not at all. One that is there holds the results of
 * earlier demos, so it is never replaced. @throws `demo_damaged`, `git_unavailable`
 */
export async function ensureDemoRepository(directory: string, searchPath: string): Promise<void> {
  if (await isThere(directory)) return demandWhole(directory, searchPath);
  const aside = `${directory}.${process.pid}.part`;
  await rm(aside, { recursive: true, force: true });
  for (const [name, content] of Object.entries(DEMO_FILES)) {
    const file = path.join(aside, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await git(aside, searchPath, ['init', '--quiet', '--initial-branch=main', '--template=']);
  await git(aside, searchPath, ['add', '--all']);
  await git(aside, searchPath, ['commit', '--quiet', '--message=Start the lending library']);
  await rename(aside, directory).catch(async (error: unknown) => {
    // Somebody else's demo was quicker; theirs is as good.
    await rm(aside, { recursive: true, force: true });
    if (!(await isThere(directory))) throw error;
  });
}

function isThere(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  );
}

/** @throws `demo_damaged` */
async function demandWhole(directory: string, searchPath: string): Promise<void> {
  const { exitCode, stderr } = await runGit(directory, searchPath, ['fsck', '--connectivity-only']);
  if (exitCode === 0) return;
  const problem = (stderr.trim().split('\n').at(-1) ?? '').replace(/\.$/u, '') || 'git fsck refuses it';
  throw appError('demo_damaged', { directory, problem });
}

async function git(directory: string, searchPath: string, args: readonly string[]): Promise<void> {
  const result = await runGit(directory, searchPath, args);
  if (result.exitCode === 0) return;
  throw appError('git_unavailable', {
    problem: result.stderr.trim() || `git ${args[0]} failed`,
    minimum: '2.39.0',
  });
}

function runGit(directory: string, searchPath: string, args: readonly string[]): Promise<ExecResult> {
  const person = { NAME: 'Demo', EMAIL: 'demo@example.com', DATE };
  const identity = Object.entries(person).flatMap(([part, value]) => [
    [`GIT_AUTHOR_${part}`, value],
    [`GIT_COMMITTER_${part}`, value],
  ]);
  return exec(['git', `--git-dir=${path.join(directory, '.git')}`, ...args], {
    cwd: directory,
    timeoutMs: GIT_TIMEOUT_MS,
    env: {
      PATH: searchPath,
      HOME: directory,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      ...Object.fromEntries(identity),
    },
  });
}
