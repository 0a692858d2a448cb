import type { Artifact } from '../domain/artifact.ts';
import type { RunEvent, StoredEvent } from '../domain/events.ts';
import type { PhaseName, PhaseStatus } from '../domain/phases.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import type {
  Clarification,
  PhaseRecord,
  PublishIntent,
  Run,
  RunRequest,
  RunResult,
  RunStatus,
  Usage,
} from '../domain/run.ts';

/**
 * Where runs live. The run's row is the truth; a queue only rings.
 *
 * A process works on a run by *claiming* it: it gets a lease that ends by the database's clock and an epoch one higher than
 * any before. Everything it writes afterwards carries that `Fence`; a write whose fence is no longer current changes nothing
 * and throws `lease_lost`. All methods may throw `database_unreachable`, `state_busy` or `state_damaged`.
 */
export interface Store extends AsyncDisposable {
  /**
   * Bring the tables to this version; running it again does nothing. Returns the names of the migrations it applied.
   * @throws `state_newer` when the tables are ahead of this version.
   */
  migrate(): Promise<readonly string[]>;

  /** Save a run as `queued`, with its `run_queued` event and its ten `pending` phases, in one transaction. */
  createRun(run: NewRun): Promise<Run>;
  findRun(runId: string): Promise<Run | undefined>;
  /** Runs whose id begins with `prefix` (at least 4 hex digits, dashes ignored), newest first, at most 10. */
  findRunsByPrefix(prefix: string): Promise<readonly Run[]>;
  /** Newest first. `cursor` is the last page's `nextCursor`. */
  listRuns(query: RunQuery): Promise<RunPage>;

  /** Take a run nobody holds (`queued`, or `in_progress` with an ended lease). `undefined` when somebody else does, or it is terminal. */
  claimRun(claim: {
    readonly runId: string;
    readonly owner: string;
    readonly ttlMs: number;
  }): Promise<ClaimedRun | undefined>;
  /** Prolong the lease; tells whether somebody asked to cancel. @throws `lease_lost` */
  renewLease(fence: Fence, ttlMs: number): Promise<{ readonly isCancelRequested: boolean }>;
  /** Ids of runs a process could claim now, oldest first; with `runId`, that one if it is among them. */
  findClaimableRuns(limit: number, runId?: string): Promise<readonly string[]>;

  /** Change fields of the run. @throws `lease_lost` */
  updateRun(fence: Fence, patch: RunPatch): Promise<void>;
  /** Reach a terminal status, write `run_finished` and give the lease up, in one transaction. @throws `lease_lost` */
  finishRun(fence: Fence, result: RunResult): Promise<void>;
  /**
   * Reserve the lowest feature number above `floor` that no other run on the same repository holds. The same run asking
   * again gets the number it has. @throws `lease_lost`
   */
  reserveFeatureNumber(fence: Fence, floor: number): Promise<number>;

  /** Insert or change one attempt of a phase, and append `event`, in one transaction. Absent fields stay. @throws `lease_lost` */
  savePhase(fence: Fence, change: PhaseChange, event?: RunEvent): Promise<void>;
  /** All attempts, ordered by phase (table order) and attempt. */
  listPhases(runId: string): Promise<readonly PhaseRecord[]>;

  /** Append to the run's history; sequence numbers are gap-free from 1 and grow in commit order. @throws `lease_lost` */
  appendEvent(fence: Fence, event: RunEvent): Promise<number>;
  /** Events with `seq > afterSeq`, in order. */
  readEvents(runId: string, afterSeq: number, limit: number): Promise<readonly StoredEvent[]>;

  /** Insert, or replace the run's artifact of the same name. @throws `lease_lost` */
  saveArtifact(fence: Fence, artifact: NewArtifact): Promise<Artifact>;
  /** Oldest first. */
  listArtifacts(runId: string): Promise<readonly Artifact[]>;

  /**
   * Ask for the run to stop: a `queued` run becomes `cancelled` at once, one in progress is told at its next renewal. Asking
   * twice changes nothing. Returns the run as it now is, `undefined` when there is none.
   */
  requestCancel(runId: string): Promise<Run | undefined>;
  /**
   * Queue a terminal run again (or one whose lease ended), as one transaction: the phases from `from` on get a fresh `pending`
   * attempt, reason and times are cleared, `answers` and `notes` are kept for the agent.
   * `undefined` when the run moved meanwhile and can no longer be retried.
   */
  retryRun(retry: RunRetry): Promise<Run | undefined>;

  /** Save how the agent of a run was set up (one row per run, replaced on retry). @throws `lease_lost` */
  saveAgentConfig(fence: Fence, config: AgentConfig): Promise<void>;
  findAgentConfig(runId: string): Promise<AgentConfig | undefined>;

  /** Forget artifacts whose time is over. Returns what was forgotten; with `isDryRun` nothing changes. */
  expireArtifacts(options: { readonly isDryRun: boolean }): Promise<readonly ExpiredArtifact[]>;
  /** Every content hash some artifact still refers to. */
  listReferencedHashes(): Promise<ReadonlySet<string>>;
}

/** Proof of who may write to a run. */
export interface Fence {
  readonly runId: string;
  readonly owner: string;
  readonly epoch: number;
}

export interface NewRun extends RunRequest {
  readonly id: string;
  /** Built by the caller from the id and the day; the store only keeps it. */
  readonly branchName: string;
}

export interface ClaimedRun {
  readonly run: Run;
  readonly fence: Fence;
}

export interface RunQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: RunStatus;
  readonly repository?: string;
  readonly externalRef?: string;
}

export interface RunPage {
  readonly runs: readonly Run[];
  readonly nextCursor: string | null;
}

/** The fields a run's holder may change while it works. */
export interface RunPatch {
  readonly featureDirectory?: string;
  /** Another branch than the one planned at first, when that one is taken. */
  readonly branchName?: string;
  readonly pushedCommit?: string;
  readonly publishIntents?: readonly PublishIntent[];
  readonly pullRequestUrl?: string | null;
  readonly clarifications?: readonly Clarification[];
}

export interface PhaseChange {
  readonly phase: PhaseName;
  readonly attempt: number;
  readonly status: PhaseStatus;
  readonly reason?: ReasonCode | null;
  readonly reasonText?: string | null;
  /** `true` sets the time to the database's now. */
  readonly isStart?: boolean;
  readonly isEnd?: boolean;
  readonly exitCode?: number | null;
  readonly usage?: Usage | null;
  readonly output?: unknown;
}

export interface NewArtifact {
  readonly name: string;
  readonly type: Artifact['type'];
  readonly mediaType: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly phase: PhaseName | null;
  /** How long it is kept, counted from now by the database's clock; `null` for ever. */
  readonly keepMs: number | null;
}

export interface RunRetry {
  readonly runId: string;
  readonly from: PhaseName;
  readonly notes: string | null;
  readonly clarifications: readonly Clarification[];
}

export interface AgentConfig {
  readonly agent: string;
  readonly agentVersion: string;
  readonly promptPack: string;
  readonly promptPackVersion: string;
  /** sha256 over the three prompts, lower-case hex. */
  readonly promptPackDigest: string;
  readonly sandbox: string;
}

export interface ExpiredArtifact {
  readonly runId: string;
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}
