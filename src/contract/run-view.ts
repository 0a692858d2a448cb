import { z } from 'zod';

import { ARTIFACT_TYPES, type Artifact } from '../domain/artifact.ts';
import { isPhaseName, PHASE_STATUSES, phaseIndex, type PhaseName } from '../domain/phases.ts';
import { RUN_STATUSES, type PhaseRecord, type Run } from '../domain/run.ts';

/** What a run looks like to every face: snake_case, times RFC 3339 in UTC, `null` for unknown. */

const Time = z.iso.datetime().nullable();
const Phase = z.string().refine((value): value is PhaseName => isPhaseName(value));

export const UsageView = z.object({
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  cost_usd: z.number().nullable(),
});

export const PhaseView = z.object({
  phase: Phase,
  attempt: z.number(),
  status: z.enum(PHASE_STATUSES),
  reason: z.string().nullable(),
  reason_text: z.string().nullable(),
  started_at: Time,
  completed_at: Time,
  duration_ms: z.number().nullable(),
  exit_code: z.number().nullable(),
  usage: UsageView.nullable(),
});
export type PhaseView = z.infer<typeof PhaseView>;

export const ArtifactView = z.object({
  artifact_id: z.string(),
  name: z.string(),
  type: z.enum(ARTIFACT_TYPES),
  media_type: z.string(),
  sha256: z.string(),
  size_bytes: z.number(),
  phase: Phase.nullable(),
  created_at: z.iso.datetime(),
  expires_at: Time,
});
export type ArtifactView = z.infer<typeof ArtifactView>;

export const RunView = z.object({
  run_id: z.string(),
  status: z.enum(RUN_STATUSES),
  reason: z.string().nullable(),
  reason_text: z.string().nullable(),
  remedy: z.string().nullable(),
  repository: z.string(),
  base_branch: z.string(),
  branch_name: z.string().nullable(),
  commit: z.string().nullable(),
  feature_directory: z.string().nullable(),
  pull_request_url: z.string().nullable(),
  external_ref: z.string().nullable(),
  dry_run: z.boolean(),
  agent: z.string(),
  sandbox: z.string(),
  clarifications: z.array(z.object({ question: z.string(), answer: z.string().nullable() })),
  created_at: z.iso.datetime(),
  started_at: Time,
  completed_at: Time,
  worker: z.string().nullable(),
  lease_until: Time,
});
export type RunView = z.infer<typeof RunView>;

export const RunDetail = RunView.extend({
  /** What the agent was given besides what every agent gets: values, and secrets by name. */
  runtime_environment: z.record(z.string(), z.string()),
  secret_names: z.array(z.string()),
  phases: z.array(PhaseView),
  artifacts: z.array(ArtifactView),
  /** True for a run in progress whose worker died: nothing happens to it until somebody retries, recovers or cancels it. */
  is_abandoned: z.boolean(),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** A run as it is shown in lists. `branch_name` is the pushed branch: `null` until there is one. */
export function toRunView(run: Run): RunView {
  return {
    run_id: run.id,
    status: run.status,
    reason: run.reason,
    reason_text: run.reasonText,
    remedy: run.remedy,
    repository: run.repository,
    base_branch: run.baseBranch,
    branch_name: run.pushedCommit === null ? null : run.branchName,
    commit: run.pushedCommit,
    feature_directory: run.featureDirectory,
    pull_request_url: run.pullRequestUrl,
    external_ref: run.externalRef,
    dry_run: run.dryRun,
    agent: run.agent,
    sandbox: run.sandbox,
    clarifications: run.clarifications.map(({ question, answer }) => ({ question, answer })),
    created_at: toTime(run.createdAtMs),
    started_at: toOptionalTime(run.startedAtMs),
    completed_at: toOptionalTime(run.completedAtMs),
    worker: run.owner,
    lease_until: toOptionalTime(run.leaseUntilMs),
  };
}

/** One attempt of a phase. */
export function toPhaseView(record: PhaseRecord): PhaseView {
  const { startedAtMs, completedAtMs, usage } = record;
  return {
    phase: record.phase,
    attempt: record.attempt,
    status: record.status,
    reason: record.reason,
    reason_text: record.reasonText,
    started_at: toOptionalTime(startedAtMs),
    completed_at: toOptionalTime(completedAtMs),
    duration_ms: startedAtMs === null || completedAtMs === null ? null : completedAtMs - startedAtMs,
    exit_code: record.exitCode,
    usage:
      usage === null
        ? null
        : { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, cost_usd: usage.costUsd },
  };
}

/** A piece of evidence, without its bytes. */
export function toArtifactView(artifact: Artifact): ArtifactView {
  return {
    artifact_id: artifact.id,
    name: artifact.name,
    type: artifact.type,
    media_type: artifact.mediaType,
    sha256: artifact.sha256,
    size_bytes: artifact.sizeBytes,
    phase: artifact.phase,
    created_at: toTime(artifact.createdAtMs),
    expires_at: toOptionalTime(artifact.expiresAtMs),
  };
}

/** Everything about a run: phases in table order with all attempts, artifacts oldest first. */
export function toRunDetail(
  run: Run,
  parts: {
    readonly phases: readonly PhaseRecord[];
    readonly artifacts: readonly Artifact[];
    readonly isAbandoned: boolean;
  },
): RunDetail {
  return {
    ...toRunView(run),
    runtime_environment: { ...run.runtimeEnvironment },
    secret_names: [...run.secretNames],
    phases: parts.phases
      .map(toPhaseView)
      .toSorted((a, b) => phaseIndex(a.phase) - phaseIndex(b.phase) || a.attempt - b.attempt),
    artifacts: parts.artifacts.map(toArtifactView),
    is_abandoned: parts.isAbandoned,
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

function toOptionalTime(ms: number | null): string | null {
  return ms === null ? null : toTime(ms);
}
