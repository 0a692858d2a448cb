import type { AgentEvent, AgentFailureCause } from '../agent/port.ts';
import { appError, type AppError } from '../domain/app-error.ts';

interface Told {
  readonly agent: string;
  readonly problem: string;
}

const FAILURES: Readonly<Record<AgentFailureCause, (told: Told) => AppError>> = {
  unauthorized: (told) => appError('model_unauthorized', told),
  rate_limited: (told) => appError('model_rate_limited', told),
  quota_exhausted: (told) => appError('model_quota_exhausted', told),
  model_unreachable: (told) => appError('model_unreachable', told),
  model_error: (told) => appError('model_failed', told),
};

/**
 * What an execution failed of when its model let it down: its last error says so, and it made no progress after that. `undefined`
 * when it failed of something else.
 */
export function agentFailure(agent: string, events: readonly AgentEvent[]): AppError | undefined {
  const last = events.findLast(({ type }) => type === 'errored' || type === 'progressed');
  if (last?.type !== 'errored' || last.cause === undefined) return undefined;
  return FAILURES[last.cause]({ agent, problem: last.text.replace(/[.\s]+$/u, '') });
}
