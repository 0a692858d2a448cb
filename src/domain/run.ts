import type { ReasonCode } from './reasons.ts';
import type { PhaseName, PhaseStatus } from './phases.ts';

/** Every status a run can have, in the order of a run's life. */
export const RUN_STATUSES = [
  'queued',
  'in_progress',
  'succeeded',
  'failed',
  'no_changes',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The legal moves. A terminal status is left only by `retry`, which queues the run again. */
const RUN_TRANSITIONS: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['in_progress', 'cancelled'],
  in_progress: ['in_progress', 'queued', 'succeeded', 'failed', 'no_changes', 'cancelled'],
  succeeded: [],
  failed: ['queued'],
  no_changes: ['queued'],
  cancelled: ['queued'],
};

const TERMINAL_STATUSES: ReadonlySet<RunStatus> = new Set(['succeeded', 'failed', 'no_changes', 'cancelled']);

export type TerminalStatus = 'succeeded' | 'failed' | 'no_changes' | 'cancelled';

/** What to do when the agent leaves questions open. */
export const CLARIFICATION_MODES = ['stop', 'continue'] as const;
export type ClarificationMode = (typeof CLARIFICATION_MODES)[number];

/** What to do when somebody else's commits are on a run's branch: end the run, or publish on another branch. */
export const FOREIGN_COMMITS_MODES = ['stop', 'next_branch'] as const;
export type ForeignCommitsMode = (typeof FOREIGN_COMMITS_MODES)[number];

/** True when a run in this status is not being worked on and will not be. */
export function isTerminal(status: RunStatus): status is TerminalStatus {
  return TERMINAL_STATUSES.has(status);
}

/** True when the table allows the move. */
export function canTransition(from: RunStatus, to: RunStatus): boolean {
  return RUN_TRANSITIONS[from].includes(to);
}

/** Who signs the commit. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** What a run is about to push, and where. */
export interface PublishIntent {
  readonly branch: string;
  readonly commit: string;
}

/** A question the agent left open, with the answer once somebody gave one. */
export interface Clarification {
  readonly question: string;
  readonly answer: string | null;
}

/** Tokens and money; `null` means unknown, which is never the same as 0. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

/** What was asked for; fixed when the run is accepted. */
export interface RunRequest {
  /** Canonical public form: an absolute path or a URL without credentials. */
  readonly repository: string;
  /** Name of the forge that hosts it; `null` for runs of older versions. */
  readonly forge: string | null;
  readonly specText: string;
  readonly baseBranch: string;
  readonly agent: string;
  readonly sandbox: string;
  /** Feature folder name below `specs/` to continue; `null` lets the host choose a new one. */
  readonly feature: string | null;
  readonly dryRun: boolean;
  readonly externalRef: string | null;
  readonly onClarification: ClarificationMode;
  readonly retain: boolean;
  /** The operator's word that an agent may run foreign code without a wall. */
  readonly allowUnconfined: boolean;
  /** Variables for the agent, plain values. */
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
  /** Names of secrets the worker hands to the agent; their values are kept nowhere. */
  readonly secretNames: readonly string[];
  readonly author: Identity;
}

/** One accepted request and where it stands. Times are milliseconds since the epoch, by the database's clock. */
export interface Run extends RunRequest {
  readonly id: string;
  readonly status: RunStatus;
  readonly reason: ReasonCode | null;
  readonly reasonText: string | null;
  readonly remedy: string | null;
  readonly branchName: string;
  /** `specs/<name>`, once `discover` chose it. */
  readonly featureDirectory: string | null;
  /** Everything the run ever meant to push, oldest first; written before the push, so that a branch can be told to be ours. */
  readonly publishIntents: readonly PublishIntent[];
  /** The commit the run's branch was pushed at; `null` while there is no such branch. */
  readonly pushedCommit: string | null;
  readonly pullRequestUrl: string | null;
  readonly clarifications: readonly Clarification[];
  /** Words of the operator for the agent, from the last retry. */
  readonly notes: string | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly cancelRequestedAtMs: number | null;
  /** Which process holds the run, and until when; `epoch` grows with every claim. */
  readonly owner: string | null;
  readonly epoch: number;
  readonly leaseUntilMs: number | null;
}

/** One attempt of one phase. */
export interface PhaseRecord {
  readonly phase: PhaseName;
  /** Counted from 1, over all retries of the run. */
  readonly attempt: number;
  readonly status: PhaseStatus;
  readonly reason: ReasonCode | null;
  readonly reasonText: string | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly exitCode: number | null;
  readonly usage: Usage | null;
  /** What later phases need from this one; JSON. */
  readonly output: unknown;
}

/** How a run ended. */
export interface RunResult {
  readonly status: TerminalStatus;
  readonly reason: ReasonCode | null;
  readonly reasonText: string | null;
  readonly remedy: string | null;
}
