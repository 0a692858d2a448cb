import type { RemoteLogin } from '../domain/remote-login.ts';
import type { Identity } from '../domain/run.ts';

/**
 * Git as a list of verbs. `gitDirectory` is always a pristine one: made here, never seen by an agent. A working copy is only
 * ever read as plain data. Every verb has a deadline and emptied environment; `signal` ends it early.
 */
export interface Git {
  /** Version of the installed git. @throws `git_unavailable` */
  detectVersion(): Promise<string>;
  /**
   * The one form a repository is known by: an absolute path without links, or a URL without credentials.
   * @throws `repository_invalid`, `repository_not_found`, `repository_subfolder`
   */
  canonicalRepository(name: string, workingDirectory: string): Promise<string>;
  /** Branches and default branch of a remote. @throws `repository_not_found`, `clone_denied`, `clone_failed` */
  inspectRemote(options: InspectRemote): Promise<RemoteState>;
  /**
   * Make `gitDirectory` from scratch with the tip of one branch, without history.
   * @throws `base_branch_missing`, `clone_denied`, `clone_failed`
   */
  fetchBase(options: FetchBase): Promise<{ readonly commit: string }>;
  /** True when the commit and everything it names is there. */
  hasCommit(gitDirectory: string, commit: string): Promise<boolean>;
  /** Files of a commit, in path order; `prefix` is a folder without trailing slash. */
  listTree(options: {
    readonly gitDirectory: string;
    readonly commit: string;
    readonly prefix?: string;
  }): Promise<readonly TreeEntry[]>;
  /** Blobs by object id, in one call; ids that are absent or larger than `maxBytes` are left out. At most 64 MB together. */
  readBlobs(options: ReadBlobs): Promise<ReadonlyMap<string, Buffer>>;
  /** Fill an empty `directory` with a commit's files and a throw-away repository of its own (no remote, no hooks). */
  layWorkingCopy(options: LayWorkingCopy): Promise<void>;
  /**
   * Paths changed in a laid working copy outside the allowed prefixes, in order; at most 100. Ignored files do not count, nor does
   * agent configuration that is gone.
   */
  listForeignChanges(
    options: Pick<ImportTree, 'gitDirectory' | 'directory' | 'allowedPrefixes' | 'laid'>,
  ): Promise<readonly string[]>;
  /**
   * Take what a working copy holds below the allowed prefixes as data and record it as a commit on `parent`.
   * Content is byte-exact; nothing in the working copy is executed or followed. Agent configuration that is gone stays as it was. The same content, identity, message and date
   * give the same commit id. @throws `policy_refused`
   */
  importTree(options: ImportTree): Promise<ImportedTree>;
  /** `git diff --stat` and a full patch between two commits, each bounded. */
  diff(options: {
    readonly gitDirectory: string;
    readonly from: string;
    readonly to: string;
  }): Promise<{ readonly stat: string; readonly patch: string }>;
  /**
   * Put `branch` at `commit` on the remote if it is at `expected`; the same commit there already is fine, and nothing is written.
   * @throws `branch_has_foreign_commits` (the branch holds something else), `push_conflict` (another branch leaves no room),
   * `push_denied`, `push_failed`
   */
  pushBranch(options: PushBranch): Promise<void>;
  /** Remove caches of clones nobody used for that long. Returns their paths; a dry run only lists. */
  expireCloneCaches(options: ExpireCloneCaches): Promise<readonly string[]>;
}

export interface InspectRemote {
  readonly repository: string;
  readonly login?: RemoteLogin | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteState {
  /** Branch name to commit id. */
  readonly branches: ReadonlyMap<string, string>;
  /** The branch HEAD names, when it exists. */
  readonly defaultBranch: string | null;
}

export interface FetchBase {
  readonly gitDirectory: string;
  readonly repository: string;
  readonly branch: string;
  readonly login?: RemoteLogin | undefined;
  readonly signal: AbortSignal;
}

export interface TreeEntry {
  readonly path: string;
  /** Git's octal mode, such as `100644`. */
  readonly mode: string;
  readonly objectId: string;
  readonly sizeBytes: number;
}

export interface ReadBlobs {
  readonly gitDirectory: string;
  readonly objectIds: readonly string[];
  /** Of one blob; 1 MB when absent. */
  readonly maxBytes?: number;
}

export interface LayWorkingCopy {
  readonly gitDirectory: string;
  readonly commit: string;
  /** Empty or absent. */
  readonly directory: string;
  /** Name of the branch the copy's own repository is on; older Spec Kit scripts take the feature from it. */
  readonly branch: string;
}

export interface ImportTree {
  readonly gitDirectory: string;
  readonly directory: string;
  readonly parent: string;
  /** Ref that keeps the new commit alive, below `refs/spec-automation/`. */
  readonly ref: string;
  readonly message: string;
  readonly author: Identity;
  readonly dateMs: number;
  /** Folders that may change, without trailing slash. */
  readonly allowedPrefixes: readonly string[];
  /** Files that were put into the working copy beside the base's: one that is still as it was is nobody's change. None when absent. */
  readonly laid?: ReadonlyMap<string, Uint8Array>;
}

export interface ImportedTree {
  /** Equal to `parent` when nothing below the allowed prefixes differs from it. */
  readonly commit: string;
  /** Paths that differ from `parent`, in order. */
  readonly changedPaths: readonly string[];
}

export interface PushBranch {
  readonly gitDirectory: string;
  readonly repository: string;
  readonly commit: string;
  readonly branch: string;
  /** The commit the branch has to be at for the push to happen; `null`: it has to be absent. */
  readonly expected: string | null;
  readonly login?: RemoteLogin | undefined;
  readonly signal: AbortSignal;
}

export interface ExpireCloneCaches {
  readonly unusedMs: number;
  readonly isDryRun: boolean;
}
