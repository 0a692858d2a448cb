import type { Agent } from '../agent/port.ts';
import type { Artifacts } from '../artifacts/port.ts';
import type { Forge } from '../forge/port.ts';
import type { Git } from '../git/port.ts';
import type { Credentials } from '../domain/credentials.ts';
import type { ForeignCommitsMode } from '../domain/run.ts';
import type { Redactor } from '../domain/redaction/redactor.ts';
import type { Clock } from '../lib/clock.ts';
import type { PromptSource } from '../prompt/port.ts';
import type { Queue } from '../queue/port.ts';
import type { Sandbox } from '../sandbox/port.ts';
import type { Store } from '../store/port.ts';
import type { Workspaces } from '../workspace/port.ts';
import type { ActiveRuns } from './active-runs.ts';

/** Everything the use cases need from outside: the ports, time, ids and settings. Only `compose.ts` fills it in. */
export interface Deps {
  readonly store: Store;
  readonly queue: Queue;
  readonly git: Git;
  /** Asked in order; the first that serves a repository is used. */
  readonly forges: readonly Forge[];
  readonly sandboxes: ReadonlyMap<string, Sandbox>;
  readonly agents: ReadonlyMap<string, Agent>;
  /** Asked in order; the first with a prompt is used. */
  readonly promptSources: readonly PromptSource[];
  readonly artifacts: Artifacts;
  readonly workspaces: Workspaces;
  /** Every byte of a run that is stored or sent passes it. */
  readonly redactor: Redactor;
  /** What the operator's settings hold for agents. */
  readonly credentials: Credentials;
  readonly activeRuns: ActiveRuns;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly settings: EngineSettings;
}

export interface EngineSettings {
  /** Name of this process in leases and events. */
  readonly workerName: string;
  readonly leaseTtlMs: number;
  readonly leaseRenewMs: number;
  /** How long an agent may take for one phase. */
  readonly phaseTimeoutMs: number;
  /** How long an agent may say nothing. */
  readonly stallTimeoutMs: number;
  /** How long an agent may go on after its final event. */
  readonly completionGraceMs: number;
  /** How long evidence is kept. */
  readonly retentionMs: number;
  /** What to do when somebody else's commits are on a run's branch. */
  readonly onForeignCommits: ForeignCommitsMode;
  /** How often a follower looks for new events. */
  readonly followPollMs: number;
}
