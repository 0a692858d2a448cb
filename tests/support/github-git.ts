import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

import type { GitHubAnswer } from './github-answer.ts';
import { COMMIT_DATE, git, GIT_TEST_ENV, importStream, makeRepository } from './git-repository.ts';
import type { GitHubRepository } from './github-repositories.ts';

/** A request of git's, as it came. */
export interface GitExchange {
  readonly method: string;
  /** What follows the repository: `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  readonly service: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** A pre-receive hook refuses the push with this text. */
  readonly rejection?: string | undefined;
}

/** Texts by path. */
export type TextFiles = Readonly<Record<string, string>>;

/** Build a bare repository with one commit, or none when there are no files. */
export async function makeBareRepository(
  directory: string,
  files: Parameters<typeof makeRepository>[0],
): Promise<void> {
  await mkdir(path.dirname(directory), { recursive: true });
  await makeRepository({ ...files, isBare: true, directory });
}

/** Tips by branch, in the order git lists them. */
export async function branchesOf({ directory }: GitHubRepository): Promise<Record<string, string>> {
  const format = '--format=%(refname:lstrip=2) %(objectname)';
  const listed = await git(directory, 'for-each-ref', format, 'refs/heads');
  const lines = listed.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => line.split(' ')));
}

/** How many commits the head has that the base lacks. */
export async function commitsBetween(
  { directory }: GitHubRepository,
  range: { readonly base: string; readonly head: string },
): Promise<number> {
  return Number(await git(directory, 'rev-list', '--count', `${range.base}..${range.head}`));
}

/** Put a commit with these files on a branch, which starts at the default branch when it is new; return its id. */
export async function commitOn(
  repository: GitHubRepository,
  branch: string,
  files: TextFiles,
): Promise<string> {
  const { directory, defaultBranch } = repository;
  const tips = await branchesOf(repository);
  const parent = tips[branch] ?? tips[defaultBranch];
  const person = `Human <human@example.com> ${COMMIT_DATE} +0000`;
  const head = `commit refs/heads/${branch}\ncommitter ${person}\ndata 7\nby hand\n`;
  const from = parent === undefined ? '' : `from ${parent}\n`;
  const changes = Object.entries(files).map(
    ([name, text]) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  await importStream(directory, head + from + changes.join(''));
  return git(directory, 'rev-parse', `refs/heads/${branch}`);
}

/** Merge the head into the base by a merge commit, and return its id. @throws on a conflict */
export async function mergeBranches(
  { directory }: GitHubRepository,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<string> {
  const [baseRef, headRef] = [`refs/heads/${base}`, `refs/heads/${head}`];
  const tree = await git(directory, 'merge-tree', '--write-tree', baseRef, headRef);
  const message = `Merge ${head}`;
  const parents = ['-p', baseRef, '-p', headRef];
  const commit = await git(directory, 'commit-tree', tree, ...parents, '-m', message);
  await git(directory, 'update-ref', baseRef, commit);
  return commit;
}

/** Remove a branch if it is there. */
export async function removeBranch({ directory }: GitHubRepository, branch: string): Promise<void> {
  await git(directory, 'update-ref', '-d', `refs/heads/${branch}`);
}

/** Let `git http-backend` answer, which speaks CGI: a head in the environment, a body on standard input. */
export async function answerByGit(
  { directory }: GitHubRepository,
  exchange: GitExchange,
): Promise<GitHubAnswer> {
  const { method, service, query, headers, body, rejection } = exchange;
  const child = spawn('git', ['http-backend'], {
    env: {
      ...GIT_TEST_ENV,
      ...(rejection === undefined ? {} : await hookEnv(directory, rejection)),
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: service,
      QUERY_STRING: query,
      REQUEST_METHOD: method,
      REMOTE_USER: 'x-access-token',
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.byteLength),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(body);
  child.stderr.resume();
  const [output] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
  return parseCgi(output);
}

/** Settings of git for one push: the folder of its hooks. */
async function hookEnv(directory: string, text: string): Promise<Record<string, string>> {
  const hooks = `${directory}-hooks`;
  await mkdir(hooks, { recursive: true });
  await writeFile(path.join(hooks, 'text'), `${text}\n`);
  await writeFile(path.join(hooks, 'pre-receive'), `#!/bin/sh\ncat '${hooks}/text' >&2\nexit 1\n`);
  await chmod(path.join(hooks, 'pre-receive'), 0o755);
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.hooksPath', GIT_CONFIG_VALUE_0: hooks };
}

function parseCgi(output: Buffer): GitHubAnswer {
  const headEnd = output.indexOf('\r\n\r\n');
  if (headEnd === -1) return { status: 500, headers: {}, body: '' };
  const lines = output.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = lines
    .map((line) => line.split(/: */u, 2))
    .map(([name = '', value = '']) => [name.toLowerCase(), value]);
  const { status = '200', ...rest }: Record<string, string> = Object.fromEntries(headers);
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(headEnd + 4) };
}
