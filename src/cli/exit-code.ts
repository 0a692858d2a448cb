import type { RunStatus } from '../domain/run.ts';
import type { ReasonKind } from '../domain/reasons.ts';
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

/** The exit code of a run's end. A run that has not ended counts as failed: nobody works on it any more. */
export function exitCodeOfStatus(status: RunStatus): ExitCode {
  return BY_STATUS[status];
}

/** The exit code of an error. */
export function exitCodeOfKind(kind: ReasonKind): ExitCode {
  return BY_KIND[kind];
}
