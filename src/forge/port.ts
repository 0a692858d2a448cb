/** The service hosting a repository, as far as pull requests go. Verbs are idempotent: running one twice leaves one pull request. */
export interface Forge {
  readonly name: string;
  /** True when this forge serves the repository (a canonical path or URL). */
  serves(repository: string): boolean;
  /** Find the run's draft pull request or create it, and bring title, body and labels up to date. @throws `forge_unavailable` */
  ensureDraftPr(request: DraftPr): Promise<{ readonly url: string; readonly isNew: boolean }>;
}

export interface DraftPr {
  readonly runId: string;
  readonly repository: string;
  readonly baseBranch: string;
  readonly branch: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** Markdown. */
  readonly body: string;
}
