import type { ModelAccess } from '../domain/model-access.ts';
import type { AgentPhaseName } from '../domain/phases.ts';
import type { Surroundings } from '../domain/surroundings.ts';

/**
 * Where agents execute. One execution is one (run, phase, attempt); its name is its mutual exclusion. It goes on when the
 * process that started it dies, and whoever asks for the same execution later adopts it: no agent is asked the same twice.
 */
export interface Sandbox {
  readonly name: string;
  /** Names of the variables every agent gets from the sandbox itself; named in the credential audit. */
  readonly variableNames: readonly string[];
  readonly surroundings: Surroundings;
  /** Whether this machine offers it at all, be it ready or not; answers within a second. Never throws. */
  isPresent(): Promise<boolean>;
  /** Make sure an execution could start now, and tell what would hold it. @throws `sandbox_unavailable`, `image_missing` */
  preflight(): Promise<Wall>;
  /**
   * Files of Spec Kit that the sandbox's image holds for an agent (Spec Kit's key), by path relative to a repository; empty where it
   * holds none.
   */
  readScaffold(specKitKey: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Begin, in the background, what the executions of a run will need, so that the first waits less. Whatever goes wrong shows when
   * one of them starts; `reap` takes it away again. Never throws.
   */
  prepare(needs: RunNeeds): void;
  /** Whether there is such an execution to adopt: under way, or over with its result at hand. */
  canAdopt(name: ExecutionName): Promise<boolean>;
  /**
   * Run the agent until it ends, its deadline passes or `signal` fires, then make sure that nothing it started still runs.
   * An execution of this name that exists already is adopted instead: all it wrote is told from the beginning, and its end is
   * waited for. Never throws for what the agent does: that is in the result. @throws `sandbox_unavailable` when it cannot start.
   */
  execute(command: SandboxCommand, observe: SandboxObserver): Promise<SandboxResult>;
  /** Kill what executions of a run left behind, whoever started them. Returns how many processes or containers that were. */
  reap(runId: string): Promise<number>;
  /**
   * Ids of the runs that have executions under way whose worker is dead, or cannot be known to live. Each ends by itself at its
   * deadline, unless it keeps the clock in its sandbox from running; whoever takes its run up ends it then, too.
   */
  listOrphanRuns(): Promise<readonly string[]>;
}

/** What stands between an agent and the host. */
export interface Wall {
  /** True when code that means harm finds neither the files of the host nor a process outside. */
  readonly isConfined: boolean;
  /** How strong it is and why it is not stronger, in a sentence for the audit and `doctor`. */
  readonly description: string;
  /** Versions of the agents in the sandbox's own image, by name; `undefined` where agents are this machine's. */
  readonly agentVersions?: Readonly<Record<string, string>>;
}

/** Which execution. */
export interface ExecutionName {
  readonly runId: string;
  readonly phase: AgentPhaseName;
  readonly attempt: number;
  /** A private directory of the run where the sandbox keeps what it needs to find its executions again; out of agents' reach. */
  readonly stateDirectory: string;
}

/** What all executions of a run have in common. */
export interface RunNeeds extends Pick<ExecutionName, 'runId' | 'stateDirectory'> {
  readonly needsNetwork: boolean;
  /** The agent's model, for the gateway of a sandbox that has one. */
  readonly model: ModelAccess | undefined;
}

export interface SandboxCommand extends ExecutionName, RunNeeds {
  /** Program and arguments; no shell sees them. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the agent, added to what the sandbox itself sets (PATH, HOME, TMPDIR, LANG). */
  readonly env: Readonly<Record<string, string>>;
  /** What standard input holds before it ends. */
  readonly stdin: string;
  /** Files HOME holds when it starts, by path relative to it. */
  readonly homeFiles: Readonly<Record<string, string>>;
  /** Absolute directories and files the agent must be able to read besides the system's own. */
  readonly readPaths: readonly string[];
  /** The agent's working copy. */
  readonly workingDirectory: string;
  /** A private, empty HOME. */
  readonly homeDirectory: string;
  readonly deadlineMs: number;
  /** Ends the execution. */
  readonly signal: AbortSignal;
  /** Lets go of the execution without ending it: somebody else adopts it. */
  readonly release: AbortSignal;
}

/** Called with complete lines, without their line break, cut to a bound; order within a stream is kept. */
export interface SandboxObserver {
  onLine(stream: 'stdout' | 'stderr', line: string): void;
}

/**
 * Why the execution is over, or why we know no more of it: `released` to somebody else, or `lost` with whoever watched over it.
 * `out_of_memory` and `disk_quota`: it took more than the sandbox gives.
 */
export type SandboxEnding =
  | 'exited'
  | 'deadline'
  | 'cancelled'
  | 'released'
  | 'lost'
  | 'out_of_memory'
  | 'disk_quota';

export interface SandboxResult {
  readonly ending: SandboxEnding;
  /** `null` when a signal ended it, or nobody knows. */
  readonly exitCode: number | null;
  /** `SIGXFSZ` means that it wrote more than the sandbox keeps. */
  readonly signalName: string | null;
  readonly durationMs: number;
  /** What it wrote, bounded: beginning and end are kept, and the middle is replaced by a line that says how much is missing. */
  readonly stdout: string;
  readonly stderr: string;
  /** What the run's gateway saw, in this execution and those before it; absent where there is none. */
  readonly gateway?: GatewayRecord;
}

/** What a gateway passed on and what it refused. */
export interface GatewayRecord {
  /** One JSON document per line and decision, bounded. */
  readonly decisions: string;
  /** The budget of the run that is used up, in words; `null` while there is some left. */
  readonly exceeded: string | null;
  /** True when it had ended before the agent did. */
  readonly isLost: boolean;
}
