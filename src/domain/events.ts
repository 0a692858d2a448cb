import type { PhaseName } from './phases.ts';
import type { ReasonCode } from './reasons.ts';
import type { TerminalStatus } from './run.ts';

/** Everything that can happen to a run, in past tense. Stored append-only, numbered without gaps from 1 per run. */
export type RunEvent =
  | { readonly type: 'run_queued' }
  | { readonly type: 'run_claimed'; readonly owner: string; readonly epoch: number }
  | { readonly type: 'run_cancel_requested' }
  | { readonly type: 'run_retried'; readonly from: PhaseName }
  | { readonly type: 'run_finished'; readonly status: TerminalStatus; readonly reason: ReasonCode | null }
  | { readonly type: 'phase_started'; readonly phase: PhaseName; readonly attempt: number }
  | { readonly type: 'phase_adopted'; readonly phase: PhaseName; readonly attempt: number }
  | { readonly type: 'phase_succeeded'; readonly phase: PhaseName; readonly attempt: number }
  | {
      readonly type: 'phase_failed' | 'phase_retrying';
      readonly phase: PhaseName;
      readonly attempt: number;
      readonly reason: ReasonCode;
    }
  | { readonly type: 'phase_skipped'; readonly phase: PhaseName; readonly why: string }
  | { readonly type: 'phase_progressed'; readonly phase: PhaseName; readonly text: string }
  | {
      readonly type: 'phase_output';
      readonly phase: PhaseName;
      readonly attempt: number;
      readonly stream: 'stdout' | 'stderr';
      readonly lines: readonly string[];
    };

/** An event with its place in the run's history. */
export interface StoredEvent {
  readonly seq: number;
  readonly atMs: number;
  readonly event: RunEvent;
}
