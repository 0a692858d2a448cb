import { appError, type AppError } from '../domain/app-error.ts';
import type { ExecResult } from '../lib/exec.ts';
import { tellingLine } from './git-command.ts';

type RemoteCode =
  | 'repository_not_found'
  | 'repository_foreign'
  | 'repository_gone'
  | 'clone_denied'
  | 'clone_failed'
  | 'branch_has_foreign_commits'
  | 'push_denied'
  | 'push_failed'
  | 'push_base_rewritten'
  | 'push_protected'
  | 'push_secret_blocked'
  | 'push_too_large'
  | 'push_unauthorized'
  | 'push_workflow_denied'
  | 'repository_archived';

interface RemotePattern {
  readonly pattern: RegExp;
  readonly code: RemoteCode;
  /** The line to tell, where it is not the one that matched. */
  readonly telling?: RegExp;
}

/**
 * Git refuses to act in a repository of another user, and so do we: whatever the operator put into `safe.directory` is not passed
 * on. Its owner could make us run a program, through its configuration while we read and through its hooks while we push.
 */
const FOREIGN: RemotePattern = { pattern: /dubious ownership/iu, code: 'repository_foreign' };

/** What a server says besides its status, if it says anything. */
const SERVER_LINES = /^remote: ./u;

/** What git and its servers say, in order of precedence (git 2.39–2.50, GitHub, GitLab, `git http-backend`). */
const READ_PATTERNS: readonly RemotePattern[] = [
  FOREIGN,
  {
    pattern: /does not appear to be a git repository|not a git repository|does not exist/iu,
    code: 'repository_not_found',
  },
  { pattern: /repository .*not found|returned error: 404/iu, code: 'repository_not_found' },
  {
    pattern: /permission denied|could not read (username|password)/iu,
    code: 'clone_denied',
  },
  {
    pattern: /authentication failed|returned error: (40[13]|451)|access denied/iu,
    code: 'clone_denied',
    telling: SERVER_LINES,
  },
  { pattern: /transport '.*' not allowed/iu, code: 'clone_denied' },
  // A redirect is not followed: it could lead to another host.
  { pattern: /returned error: 3\d\d/iu, code: 'clone_denied' },
  // The server's objects break the rules that keep a checkout safe; they will next time, too.
  { pattern: /fsck error/iu, code: 'clone_denied' },
  // What git says last is that it expected something else: see `waitWhenLimited`.
  { pattern: /returned error: 429/iu, code: 'clone_failed' },
];

/** A rule of a repository in GitHub's list of them, or the line above that list. */
const RULE_LINES = /^remote:\s+(?:error: )?(?:- |GH0|Changes|Cannot|Required)/u;

/** What forges say in lines of their own, beside git's general words (GitHub, GitLab). */
const FORGE_PATTERNS: readonly RemotePattern[] = [
  { pattern: /repository was archived/iu, code: 'repository_archived' },
  // The server no longer reaches the base we stand on, and we have nothing below it.
  { pattern: /shallow update not allowed/iu, code: 'push_base_rewritten' },
  {
    pattern:
      /push cannot contain secrets|resolve the following secrets|GH009\b|secrets? (was |were )?detected/iu,
    code: 'push_secret_blocked',
  },
  // The same headline stands above rules about paths and extensions, which a ruleset sets.
  {
    pattern: /file (path|extension)s? .*restricted/iu,
    code: 'push_protected',
  },
  { pattern: /GITHUB PUSH PROTECTION/u, code: 'push_secret_blocked' },
  {
    pattern: /refusing to allow .* to create or update workflow/iu,
    code: 'push_workflow_denied',
  },
  {
    pattern: /exceeds? .*(file size limit|maximum)|returned error: 413/iu,
    code: 'push_too_large',
  },
  { pattern: /GH001\b/u, code: 'push_too_large' },
  {
    pattern: /GH0(?:03|06|13)\b|protected branch|repository rule violations|\(non-fast-forward\)/iu,
    code: 'push_protected',
    telling: RULE_LINES,
  },
];

const WRITE_PATTERNS: readonly RemotePattern[] = [
  FOREIGN,
  ...FORGE_PATTERNS,
  { pattern: /stale info|already exists|fetch first/iu, code: 'branch_has_foreign_commits' },
  { pattern: /permission denied|insufficient permission|read-only file system/iu, code: 'push_denied' },
  // Somebody else is writing this ref just now, or the disk is full: neither is for ever.
  { pattern: /\.lock': file exists|no space left/iu, code: 'push_failed' },
  { pattern: /unable to (create|write)/iu, code: 'push_denied' },
  { pattern: /not appear to be a git repository/iu, code: 'repository_gone' },
  { pattern: /repository .*not found/iu, code: 'push_denied' },
  { pattern: /returned error: 3\d\d/iu, code: 'push_denied' },
  { pattern: /could not read (username|password)/iu, code: 'push_denied' },
  {
    pattern: /authentication failed|returned error: 401/iu,
    code: 'push_unauthorized',
    telling: SERVER_LINES,
  },
  { pattern: /returned error: (40[34]|451)|access denied/iu, code: 'push_denied', telling: SERVER_LINES },
  // A hook gives its reason in lines of its own, if it gives one.
  { pattern: /hook declined/iu, code: 'push_denied', telling: /^remote: |hook declined/iu },
  { pattern: /remote rejected|denied/iu, code: 'push_denied' },
];

/** The error for a failed read from a remote; unknown words count as a passing fault. */
export function readError(repository: string, result: ExecResult): AppError {
  const { row, problem } = recognise(READ_PATTERNS, result);
  return appError(row?.code ?? 'clone_failed', { repository, problem, branch: '' });
}

/** The error for a failed push. */
export function pushError(
  target: { readonly repository: string; readonly branch: string },
  result: ExecResult,
): AppError {
  const { row, problem } = recognise(WRITE_PATTERNS, result);
  return appError(row?.code ?? 'push_failed', { ...target, problem });
}

/** The first row that knows what git said, and the line that says it. */
function recognise(patterns: readonly RemotePattern[], { ending, stderr }: ExecResult) {
  const row = patterns.find(({ pattern }) => pattern.test(stderr));
  const problem =
    ending === 'timeout' ? 'git did not answer in time' : tellingLine(stderr, row?.telling ?? row?.pattern);
  return { row, problem };
}
