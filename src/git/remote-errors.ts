import { appError, type AppError } from '../domain/app-error.ts';
import type { ExecResult } from '../lib/exec.ts';
import { lastLine } from './git-command.ts';

type RemoteCode =
  | 'repository_not_found'
  | 'clone_denied'
  | 'clone_failed'
  | 'push_conflict'
  | 'push_denied'
  | 'push_failed';

interface RemotePattern {
  readonly pattern: RegExp;
  readonly code: RemoteCode;
}

/** What git and its servers say, in order of precedence (git 2.39–2.50, GitHub, GitLab, `git http-backend`). */
const READ_PATTERNS: readonly RemotePattern[] = [
  {
    pattern: /does not appear to be a git repository|not a git repository|does not exist/iu,
    code: 'repository_not_found',
  },
  { pattern: /repository .*not found|returned error: 404/iu, code: 'repository_not_found' },
  {
    pattern: /dubious ownership|permission denied|could not read (username|password)/iu,
    code: 'clone_denied',
  },
  {
    pattern: /authentication failed|returned error: 40[13]|access denied/iu,
    code: 'clone_denied',
  },
  { pattern: /transport '.*' not allowed/iu, code: 'clone_denied' },
  // A redirect is not followed: it could lead to another host.
  { pattern: /returned error: 3\d\d/iu, code: 'clone_denied' },
  // The server's objects break the rules that keep a checkout safe; they will next time, too.
  { pattern: /fsck error/iu, code: 'clone_denied' },
];

const WRITE_PATTERNS: readonly RemotePattern[] = [
  { pattern: /stale info|already exists|fetch first|non-fast-forward/iu, code: 'push_conflict' },
  { pattern: /permission denied|insufficient permission|read-only file system/iu, code: 'push_denied' },
  // Somebody else is writing this ref just now, or the disk is full: neither is for ever.
  { pattern: /\.lock': file exists|no space left/iu, code: 'push_failed' },
  { pattern: /unable to (create|write)/iu, code: 'push_denied' },
  { pattern: /repository .*not found|not appear to be a git repository/iu, code: 'push_denied' },
  { pattern: /returned error: 3\d\d/iu, code: 'push_denied' },
  {
    pattern:
      /authentication failed|could not read (username|password)|returned error: 40[134]|access denied/iu,
    code: 'push_denied',
  },
  {
    pattern: /hook declined|protected branch|remote rejected|dubious ownership|denied/iu,
    code: 'push_denied',
  },
];

/** The error for a failed read from a remote; unknown words count as a passing fault. */
export function readError(repository: string, result: ExecResult): AppError {
  const code = match(READ_PATTERNS, result.stderr) ?? 'clone_failed';
  return remoteError(code, repository, { problem: problemOf(result), branch: '' });
}

/** The error for a failed push. */
export function pushError(
  target: { readonly repository: string; readonly branch: string },
  result: ExecResult,
): AppError {
  const code = match(WRITE_PATTERNS, result.stderr) ?? 'push_failed';
  return remoteError(code, target.repository, { problem: problemOf(result), branch: target.branch });
}

function remoteError(
  code: RemoteCode,
  repository: string,
  detail: { problem: string; branch: string },
): AppError {
  return appError(code, { repository, ...detail });
}

function match(patterns: readonly RemotePattern[], stderr: string): RemoteCode | undefined {
  return patterns.find(({ pattern }) => pattern.test(stderr))?.code;
}

function problemOf(result: ExecResult): string {
  return result.ending === 'timeout' ? 'git did not answer in time' : lastLine(result.stderr);
}
