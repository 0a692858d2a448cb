import type { AgentEvent } from '../agent/port.ts';
import { appError, type AppError } from '../domain/app-error.ts';
import type { AgentPhase } from '../domain/phases.ts';
import type { SandboxResult } from '../sandbox/port.ts';
import { agentFailure } from './agent-failure.ts';
import type { WatchVerdict } from './agent-watch.ts';
import type { RunSession } from './run-session.ts';

const WORDS_MAX_CHARS = 300;

/** How an execution went. */
export interface Seen {
  readonly result: SandboxResult;
  readonly verdict: WatchVerdict | undefined;
  readonly events: readonly AgentEvent[];
}

/**
 * The terminal event decides, not the exit code: an agent may fail with 0 and succeed with 1.
 * @throws `execution_lost`, `output_limit`, `out_of_memory`, `disk_quota`, `budget_exceeded`, `gateway_lost`, `stalled`, `timeout`, `agent_failed`, and what `agentFailure` makes of a model's failure
 */
export function demandFinished(session: RunSession, phase: AgentPhase, seen: Seen): void {
  const isFinished = seen.events.some((event) => event.type === 'finished');
  if (!isFinished) throw failureOf(session, phase, seen);
}

function failureOf({ run, deps }: RunSession, phase: AgentPhase, seen: Seen): AppError {
  const { result, verdict } = seen;
  const who = { agent: run.agent, phase: phase.name };
  const { stallTimeoutMs, phaseTimeoutMs } = deps.settings;
  const ofSandbox = sandboxFailure(result, who);
  if (ofSandbox !== undefined) return ofSandbox;
  const modelFailure = agentFailure(run.agent, seen.events);
  if (modelFailure !== undefined) return modelFailure;
  if (verdict === 'stalled') return appError('stalled', { ...who, limit_s: stallTimeoutMs / 1000 });
  if (result.ending === 'deadline') return appError('timeout', { ...who, limit_s: phaseTimeoutMs / 1000 });
  return appError('agent_failed', { ...who, problem: describe(seen) });
}

/** What the sandbox or its gateway put an end to; `undefined` when they did not. */
function sandboxFailure(
  { ending, signalName, gateway }: SandboxResult,
  who: { readonly agent: string; readonly phase: string },
): AppError | undefined {
  if (ending === 'lost') return appError('execution_lost', who);
  if (signalName === 'SIGXFSZ') return appError('output_limit', who);
  if (ending === 'out_of_memory') return appError('out_of_memory', who);
  if (ending === 'disk_quota') return appError('disk_quota', who);
  if (gateway === undefined) return undefined;
  if (gateway.exceeded !== null) return appError('budget_exceeded', { ...who, budget: gateway.exceeded });
  return gateway.isLost ? appError('gateway_lost', who) : undefined;
}

function describe({ result, events }: Seen): string {
  const lastError = events.findLast((event) => event.type === 'errored')?.text ?? lastLineOf(result.stderr);
  const how = result.signalName === null ? `exit code ${result.exitCode}` : `signal ${result.signalName}`;
  const words = lastError === undefined ? '' : `; its last words: ${lastError.slice(0, WORDS_MAX_CHARS)}`;
  return `it ended with ${how} and no final event${words}`;
}

function lastLineOf(text: string): string | undefined {
  return text
    .split('\n')
    .findLast((line) => line.trim() !== '')
    ?.trim();
}
