import type { AgentPhaseName } from '../domain/phases.ts';

/** Where agents execute. One execution is one (run, phase, attempt); its name is its mutual exclusion. */
export interface Sandbox {
  readonly name: string;
  /** How strong the wall is, in a sentence for the audit and `doctor`. */
  readonly description: string;
  /** Names of the variables every agent gets from the sandbox itself; named in the credential audit. */
  readonly variableNames: readonly string[];
  /** Make sure an execution could start now. @throws `sandbox_unavailable` */
  preflight(): Promise<void>;
  /**
   * Run the agent until it ends, its deadline passes or `signal` fires, then make sure that nothing it started still runs.
   * Never throws for what the agent does: that is in the result. @throws `sandbox_unavailable` when it cannot start.
   */
  execute(command: SandboxCommand, observe: SandboxObserver): Promise<SandboxResult>;
  /**
   * Kill what executions left behind: those of one run, whoever started them, or (without `runId`) all whose worker is dead.
   * Returns how many processes or containers that were.
   */
  reap(runId?: string): Promise<number>;
}

export interface SandboxCommand {
  readonly runId: string;
  readonly phase: AgentPhaseName;
  readonly attempt: number;
  /** Program and arguments; no shell sees them. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the agent, added to what the sandbox itself sets (PATH, HOME, TMPDIR, LANG). */
  readonly env: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. */
  readonly stdin: string;
  /** The agent's working copy. */
  readonly workingDirectory: string;
  /** A private, empty HOME. */
  readonly homeDirectory: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Called with complete lines, without their line break, cut to a bound; order within a stream is kept. */
export interface SandboxObserver {
  onLine(stream: 'stdout' | 'stderr', line: string): void;
}

/** Why the execution is over. */
export type SandboxEnding = 'exited' | 'deadline' | 'cancelled';

export interface SandboxResult {
  readonly ending: SandboxEnding;
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signalName: string | null;
  readonly durationMs: number;
  /** What it wrote, bounded: beginning and end are kept, and the middle is replaced by a line that says how much is missing. */
  readonly stdout: string;
  readonly stderr: string;
}
