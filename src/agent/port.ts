import type { AgentPhaseName, SpecKitCommand } from '../domain/phases.ts';
import type { Clarification, Usage } from '../domain/run.ts';

/**
 * A coding agent: data and two pure functions. `command` says how to start it for one phase, `parse` turns one line of its
 * standard output into events. Everything else (time limits, files, verdicts) is the engine's.
 */
export interface Agent {
  readonly name: string;
  /** One line for `doctor` and the pull request. */
  readonly description: string;
  /** Spec Kit's key for it (`specify init --integration <key>`): where the repository keeps its prompts for this agent. */
  readonly specKitKey: string;
  /** Version and readiness of the installed program. @throws an `AppError` of kind `environment` */
  detectVersion(): Promise<string>;
  command(invocation: AgentInvocation): AgentCommand;
  /** Pure. Unknown or broken lines give no event. */
  parse(line: string): readonly AgentEvent[];
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
}

export interface AgentCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** What an agent reports while it works. `finished` is the terminal event: without one the phase failed. */
export type AgentEvent =
  | { readonly type: 'progressed'; readonly text: string }
  | { readonly type: 'used'; readonly usage: Usage }
  | { readonly type: 'errored'; readonly text: string }
  | { readonly type: 'finished'; readonly text: string };
