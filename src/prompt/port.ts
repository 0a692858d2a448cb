import type { SpecKitCommand } from '../domain/phases.ts';

/**
 * A source of Spec Kit prompts. The engine asks its sources in order (the repository's own, what the sandbox's image
 * holds, then the built-in pack) and takes the
 * first that has a prompt for the command.
 */
export interface PromptSource {
  readonly name: string;
  /** The prompt template for one command; `undefined` when this source has none. Never throws for a file it cannot parse: that is none. */
  find(query: PromptQuery): Promise<PromptTemplate | undefined>;
}

export interface PromptQuery {
  /** Spec Kit's key of the agent, such as `codex`. */
  readonly specKitKey: string;
  readonly command: SpecKitCommand;
  /** The base tree as data. */
  readonly tree: RepositoryTree;
  /** What the sandbox's image holds of Spec Kit; read when it is asked for. */
  readonly scaffold: () => Promise<RepositoryTree>;
}

/** Read access to a commit, or to files that lie as in one, without a working copy. */
export interface RepositoryTree {
  /** Every path of the tree, in order. */
  readonly paths: readonly string[];
  /** The text of a regular file of at most 1 MB; `undefined` for anything else. */
  readText(path: string): Promise<string | undefined>;
}

export interface PromptTemplate {
  /** `repository` or the name of the pack. */
  readonly pack: string;
  /** Spec Kit's version for a repository's own prompts when it says so, else the pack's; `unknown` when neither. */
  readonly version: string;
  /** Where it was found, for the record. */
  readonly origin: string;
  /** The body without frontmatter; still holds `$ARGUMENTS`, `{{args}}` or `{{parameters}}`. */
  readonly body: string;
}
