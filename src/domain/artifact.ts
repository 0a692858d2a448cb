import type { PhaseName } from './phases.ts';

/** What an artifact is, for filters and display. */
export const ARTIFACT_TYPES = [
  'stdout_log',
  'stderr_log',
  'diff_summary',
  'commit_status',
  'metrics_snapshot',
  'environment_info',
  'agent_events',
  'prompt',
  'patch',
  'document',
] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** A stored piece of evidence. The bytes are found by `sha256`; a later write under the same name replaces the row. */
export interface Artifact {
  readonly id: string;
  /** File name of the contract, or the repository path of a Spec Kit document. */
  readonly name: string;
  readonly type: ArtifactType;
  readonly mediaType: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly phase: PhaseName | null;
  readonly createdAtMs: number;
  /** After this time `cleanup` may remove it; `null` keeps it. */
  readonly expiresAtMs: number | null;
}
