import type { KnownVariable } from '../domain/credentials.ts';
import type { RemoteLogin } from '../domain/remote-login.ts';

/**
 * The service hosting a repository: its pull requests, and how to get in. Every verb is idempotent and bounded in time; a pull request
 * is found by its branch and by the marker in its body, never by anything remembered here.
 */
export interface Forge {
  readonly name: string;
  /** True when this forge hosts the repository (a canonical path or URL). */
  serves(repository: string): boolean;
  /** Whether the operator lets runs work on the repository. @throws `repository_not_allowed` */
  demandAllowed(repository: string): void;
  /** What this forge logs in with, for the audit. */
  readonly variables: readonly KnownVariable[];
  /** Whether runs can publish there, told without asking anybody. @throws `credential_missing`, `credential_invalid` */
  checkSettings(): void;
  /** Ask the forge who we are. Resolves to one line for an operator. @throws as `connect` */
  diagnose(): Promise<string>;
  /** What a path is appended to for a link to that file on a branch; `null` where files have no address. */
  fileUrlPrefix(repository: string, branch: string): string | null;
  /**
   * Log in for one repository, with no more rights than the purpose takes. Disposing gives the login back.
   * @throws `credential_missing`, `credential_invalid`, `forge_denied`, `forge_unauthorized`, `forge_unreachable`, `rate_limited`
   */
  connect(options: Connect): Promise<ForgeConnection>;
}

/** `read`: fetch, and look at pull requests. `publish`: push a branch, open a pull request. */
export type ConnectPurpose = 'read' | 'publish';

export interface Connect {
  readonly repository: string;
  readonly purpose: ConnectPurpose;
  /** Ends whatever is under way; not asked for again once it fired. */
  readonly signal: AbortSignal;
}

/** A login at work. All verbs throw `forge_denied`, `forge_refused`, `forge_unauthorized`, `forge_unreachable` or `rate_limited`. */
export interface ForgeConnection extends AsyncDisposable {
  /** What git logs in with; `undefined` where it needs nothing. */
  readonly login: RemoteLogin | undefined;
  /** The pull request of a run's branch, open or not; the open one when there are several. */
  findPr(query: PrQuery): Promise<PullRequest | undefined>;
  /** An open pull request on that base branch that other runs opened for the same request, told by its digest. */
  findPrForRequest(query: RequestQuery): Promise<PullRequest | undefined>;
  /**
   * Find the run's pull request or create it as a draft. Title and body are brought up to date only where they differ and where nobody
   * but us wrote them; a closed one stays as it is. @throws `base_branch_gone`, `draft_refused`
   */
  ensureDraftPr(request: DraftPr): Promise<EnsuredPr>;
}

export interface PrQuery {
  readonly runId: string;
  readonly branch: string;
}

export interface RequestQuery {
  /** The run that asks; its own pull request does not count. */
  readonly runId: string;
  readonly baseBranch: string;
  /** See `requestDigest`. */
  readonly digest: string;
  /** Later ones do not count: runs that are under way at the same time were both wanted. */
  readonly openedBeforeMs: number;
}

export interface PullRequest {
  readonly url: string;
  readonly isOpen: boolean;
}

export interface EnsuredPr extends PullRequest {
  readonly isNew: boolean;
  /** What could not be done and does not matter to the run, such as labels. One sentence each. */
  readonly warnings: readonly string[];
}

export interface DraftPr {
  readonly runId: string;
  readonly baseBranch: string;
  readonly branch: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** Markdown; its first line is the marker of the run. */
  readonly body: string;
}
