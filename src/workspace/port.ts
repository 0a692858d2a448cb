/** The directories a run works in, on a disk of the host. */
export interface Workspaces {
  /** Directory that holds all workspaces. */
  readonly root: string;
  /** Check that work could start: @throws `home_not_writable`, `disk_reserve` (free space below the reserve) */
  preflight(): Promise<void>;
  /** The paths of a run's workspace; creates nothing. */
  locate(runId: string): Workspace;
  /**
   * Make the workspace (mode 0750), keeping what is there.
   * @throws `home_not_writable`, `disk_reserve` (free space below the reserve)
   */
  allocate(runId: string): Promise<Workspace>;
  /** Empty one directory of a workspace, for a fresh attempt. */
  clear(directory: string): Promise<void>;
  /**
   * Remove from a working copy every file and folder whose path (relative, with `/`) is unwanted. Returns their paths, in order.
   * @throws `home_not_writable` for one that cannot be removed
   */
  setAside(workspace: Workspace, isUnwanted: (path: string) => boolean): Promise<readonly string[]>;
  /**
   * Put files into a working copy where nothing is; those that begin with `#!` can be executed. Never follows a link. Returns the
   * paths of those it put there.
   */
  layFiles(workspace: Workspace, files: ReadonlyMap<string, Uint8Array>): Promise<readonly string[]>;
  /** Write a file for people to find: `artifacts/<name>`. Parent folders are made; never follows a link. @throws `home_not_writable` */
  publish(workspace: Workspace, name: string, bytes: Uint8Array): Promise<string>;
  /** Remove what agents and clones left; `keepGit` keeps the checkpoints for a later retry. Artifacts stay. */
  release(runId: string, options: { readonly keepGit: boolean }): Promise<void>;
  /** Remove whole workspaces last touched before a time whose run `isOver` confirms. Returns the run ids. */
  expire(limits: WorkspaceExpiry): Promise<readonly string[]>;
}

export interface WorkspaceExpiry {
  readonly olderThanMs: number;
  readonly isOver: (runId: string) => Promise<boolean>;
  readonly isDryRun: boolean;
}

export interface Workspace {
  readonly runId: string;
  readonly root: string;
  /** The agent's working copy. */
  readonly repo: string;
  /** The agent's HOME. */
  readonly home: string;
  /** The pristine git directory with the checkpoints; no agent sees it. */
  readonly git: string;
  /** What the sandbox keeps of its executions; no agent sees it. */
  readonly executions: string;
  /** Named copies of the evidence, for people. */
  readonly artifacts: string;
}
