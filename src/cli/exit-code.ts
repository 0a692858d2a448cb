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
 * The exit code of a run's end: one that failed has that of its reason, whether it was found out before the run began or only
 * while it worked. A run that has not ended counts as failed: nobody works on it any more.
 */
export function exitCodeOfEnd({ status, reason }: Pick<RunDetail, 'status' | 'reason'>): ExitCode {
  const isKnown = status === 'failed' && reason !== null && isReasonCode(reason);
  return isKnown ? exitCodeOfKind(REASONS[reason].kind) : BY_STATUS[status];
}

/** The exit code of an error. */
export function exitCodeOfKind(kind: ReasonKind): ExitCode {
  return BY_KIND[kind];
}
