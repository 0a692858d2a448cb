import { appError } from '../domain/app-error.ts';
import { canonicalRepository } from './canonical-repository.ts';
import { expireCloneCaches } from './expire-clone-caches.ts';
import { fetchBase } from './fetch-base.ts';
import { gitOutput, gitRunner, type GitOptions, type RunGit } from './git-command.ts';
import { importTree } from './import-tree.ts';
import type { Git } from './port.ts';
import { pushBranch } from './push-branch.ts';
import { diff, hasCommits, listTree, readBlobs } from './read-commit.ts';
import { inspectRemote } from './remote.ts';
import { MINIMUM_GIT, neededVersion } from './safe-version.ts';
import { waitWhenLimited } from './wait-when-limited.ts';
import { layWorkingCopy, listForeignChanges } from './working-copy.ts';

/** Git through its command line. */
export function gitCli(options: GitOptions): Git {
  const run = gitRunner(options);
  const { nowMs = Date.now } = options;
  return {
    detectVersion: () => detectVersion(run),
    canonicalRepository: (name, workingDirectory) =>
      canonicalRepository(options.forgeUrl, name, workingDirectory),
    inspectRemote: (request) => waitWhenLimited(inspectRemote(run, request), nowMs),
    fetchBase: (request) => waitWhenLimited(fetchBase(run, request, options.cacheDirectory), nowMs),
    hasCommit: (gitDirectory, commit) => hasCommits(run, gitDirectory, [commit]),
    listTree: (request) => listTree(run, request),
    readBlobs: (request) => readBlobs(run, request),
    layWorkingCopy: (request) => layWorkingCopy(run, request),
    listForeignChanges: (request) => listForeignChanges(run, request),
    importTree: (request) => importTree(run, request),
    diff: (request) => diff(run, request),
    pushBranch: (request) => waitWhenLimited(pushBranch(run, request), nowMs),
    expireCloneCaches: (request) => expireCloneCaches(options.cacheDirectory, request),
  };
}

async function detectVersion(run: RunGit): Promise<string> {
  const output = await gitOutput(run, { args: ['--version'] });
  const version = /(\d+\.\d+\.\d+)/u.exec(output.toString('utf8'))?.[1];
  const minimum = version === undefined ? MINIMUM_GIT : neededVersion(version);
  if (version === undefined || minimum !== undefined) {
    throw appError('git_unavailable', {
      problem: `found ${version ?? 'an unknown version'}`,
      minimum: minimum ?? MINIMUM_GIT,
    });
  }
  return version;
}
