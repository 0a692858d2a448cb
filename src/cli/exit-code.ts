import type { RunDetail } from '../contract/run-view.ts';
import type { RunStatus } from '../domain/run.ts';
import { REASONS, isReasonCode, type ReasonKind } from '../domain/reasons.ts';
import { EXIT, type ExitCode } from './cli-context.ts';

const BY_STATUS: Readonly<Record<RunStatus, ExitCode>> = {
  queued: EXIT.failed,
  in_progress: EXIT.failed,
  succeeded: EXIT.ok,
  no_changes: EXIT.ok,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
};

const BY_KIND: Readonly<Record<ReasonKind, ExitCode>> = {
  input: EXIT.badInput,
  environment: EXIT.notReady,
  failure: EXIT.failed,
  outcome: EXIT.failed,
};

/**
 * The exit code of a run's end: a run that failed for want of something on this machine says so. A run that has not ended counts
 * as failed: nobody works on it any more.
 */
export function exitCodeOfEnd({ status, reason }: Pick<RunDetail, 'status' | 'reason'>): ExitCode {
  const isNotReady = reason !== null && isReasonCode(reason) && REASONS[reason].kind === 'environment';
  return status === 'failed' && isNotReady ? EXIT.notReady : BY_STATUS[status];
}

/** The exit code of an error. */
export function exitCodeOfKind(kind: ReasonKind): ExitCode {
  return BY_KIND[kind];
}
