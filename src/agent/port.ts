import type { ModelAccess } from '../domain/model-access.ts';
import type { AgentPhaseName, SpecKitCommand } from '../domain/phases.ts';
import type { Clarification, Usage } from '../domain/run.ts';
import type { Surroundings } from '../domain/surroundings.ts';

/**
 * A coding agent: data and a few functions. `command` says how to start it for one phase, `parse` turns one line of its
 * standard output into events. Everything else (time limits, files, verdicts) is the engine's.
 */
export interface Agent {
  readonly name: string;
  /** One line for `doctor` and the pull request. */
  readonly description: string;
  /** Spec Kit's key for it (`specify init --integration <key>`): where the repository keeps its prompts for this agent. */
  readonly specKitKey: string;
  /** True when it may run programs a model or the repository names: then it needs a confined sandbox, or the operator's word. */
  readonly runsForeignCode: boolean;
  /** True when it has to reach a model over the network. */
  readonly needsNetwork: boolean;
  /** Where its model is, for a gateway that stands for it; `undefined` when it has none, or none that a gateway can pass on. */
  readonly model: ModelAccess | undefined;
  /** The variables it needs besides those of the sandbox, and where each goes; named in the credential audit. */
  variables(surroundings: Surroundings): readonly AgentVariable[];
  /** Make sure that its settings and credentials can be used. @throws an `AppError` of kind `environment` */
  checkSettings(): Promise<void>;
  /** Version of the program on this machine. @throws an `AppError` of kind `environment` */
  detectVersion(): Promise<string>;
  /** Pure. */
  command(invocation: AgentInvocation): AgentCommand;
  /** Pure. Unknown or broken lines give no event. */
  parse(line: string): readonly AgentEvent[];
  /**
   * What an execution that was cut off had used by then, from what it left in its HOME; `null` when that cannot be known. The
   * directory is untrusted: reads are bounded and follow no links. Never throws.
   */
  readUsage(homeDirectory: string): Promise<Usage | null>;
}

/** A variable an agent needs, by name; its value is only ever in `AgentCommand.env` or with the gateway. */
export interface AgentVariable {
  readonly name: string;
  /** Where its value comes from, such as `setting CODEX_MODEL`. */
  readonly source: string;
  readonly isSecret: boolean;
  readonly goesTo: 'sandbox' | 'gateway';
}

export interface AgentInvocation {
  readonly phase: AgentPhaseName;
  readonly specKitCommand: SpecKitCommand;
  /** The expanded prompt. */
  readonly prompt: string;
  /** What the operator asked for, and when (UTC date, `YYYY-MM-DD`): for agents that work by rule. */
  readonly specText: string;
  readonly requestedOn: string;
  /** `specs/<folder>`, relative to the working copy. */
  readonly featureDirectory: string;
  readonly branchName: string;
  readonly clarifications: readonly Clarification[];
  readonly notes: string | null;
  readonly surroundings: Surroundings;
}

export interface AgentCommand {
  readonly argv: readonly [string, ...string[]];
  /** Secrets included; never stored. */
  readonly env: Readonly<Record<string, string>>;
  /** Whole; standard input ends after it. */
  readonly stdin: string;
  /** Files its HOME holds when it starts, by path relative to it. No secrets: they may be kept as evidence. */
  readonly homeFiles: Readonly<Record<string, string>>;
  /** Absolute directories its program is read from, where they may lie outside the system's own. */
  readonly readPaths: readonly string[];
}

/** What an agent reports while it works. `finished` is the terminal event: without one the phase failed. `used` events add up. */
export type AgentEvent =
  | { readonly type: 'progressed'; readonly text: string }
  | { readonly type: 'used'; readonly usage: Usage }
  | { readonly type: 'errored'; readonly text: string; readonly cause?: AgentFailureCause }
  | { readonly type: 'finished'; readonly text: string };

/** Why an agent's model let it down, where the agent can tell. */
export type AgentFailureCause =
  | 'unauthorized'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'model_unreachable'
  | 'model_error';
