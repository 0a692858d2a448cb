import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { appError } from '../domain/app-error.ts';
import { showBranches } from '../domain/naming.ts';
import { remoteUrl } from './canonical-repository.ts';
import { gitOutput, type RunGit } from './git-command.ts';
import { loginOf } from './login.ts';
import type { FetchBase } from './port.ts';
import { readError } from './remote-errors.ts';
import { inspectRemote } from './remote.ts';

const TRANSFER_TIMEOUT_MS = 10 * 60_000;
const BASE_REF = 'refs/spec-automation/base';

/** Bytes are what they are: no line-end, keyword, filter or encoding conversion, whatever the tree's .gitattributes says. */
export const RAW_ATTRIBUTES = '* -text !eol -ident -filter !working-tree-encoding\n';

/** See `Git.fetchBase`. */
export async function fetchBase(run: RunGit, options: FetchBase): Promise<{ commit: string }> {
  const { gitDirectory, repository, branch, signal } = options;
  const login = loginOf(repository, options.login);
  const remote = await inspectRemote(run, { repository, login, signal });
  const tip = remote.branches.get(branch);
  if (tip === undefined) {
    const known = showBranches(remote.branches.keys(), remote.defaultBranch);
    throw appError('base_branch_missing', { repository, branch, known });
  }

  await createPristine(run, gitDirectory, tip);
  const refspec = `+refs/heads/${branch}:${BASE_REF}`;
  const args = [
    'fetch',
    '--quiet',
    '--depth=1',
    '--no-tags',
    '--no-write-fetch-head',
    '--',
    remoteUrl(repository),
    refspec,
  ];
  const result = await run({ args, gitDirectory, timeoutMs: TRANSFER_TIMEOUT_MS, login, signal });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw readError(repository, result);
  const commit = await gitOutput(run, {
    args: ['rev-parse', '--verify', '--end-of-options', `${BASE_REF}^{commit}`],
    gitDirectory,
  });
  return { commit: commit.toString('utf8').trim() };
}

async function createPristine(run: RunGit, gitDirectory: string, tip: string): Promise<void> {
  await rm(gitDirectory, { recursive: true, force: true });
  await mkdir(gitDirectory, { recursive: true, mode: 0o750 });
  const objectFormat = tip.length === 64 ? 'sha256' : 'sha1';
  await gitOutput(run, {
    args: ['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`, '--', gitDirectory],
  });
  await mkdir(path.join(gitDirectory, 'info'), { recursive: true });
  await writeFile(path.join(gitDirectory, 'info', 'attributes'), RAW_ATTRIBUTES);
}
