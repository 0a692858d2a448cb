import type { Selectable } from 'kysely';
import type { Artifact } from '../../domain/artifact.ts';
import type { StoredEvent } from '../../domain/events.ts';
import type { PhaseRecord, Run } from '../../domain/run.ts';
import type { AgentConfig, NewRun } from '../port.ts';
import { cleanText, encodeJson } from './json.ts';
import type { AgentConfigTable, ArtifactTable, EventTable, RunTable, RunTaskTable } from './schema.ts';

/** The columns a new run's request fills. */
export function newRunRow(run: NewRun) {
  return {
    id: run.id,
    repository: run.repository,
    forge: run.forge,
    spec_text: run.specText,
    base_branch: run.baseBranch,
    agent: run.agent,
    sandbox: run.sandbox,
    feature: run.feature,
    dry_run: Number(run.dryRun),
    external_ref: run.externalRef,
    on_clarification: run.onClarification,
    retain: Number(run.retain),
    allow_unconfined: Number(run.allowUnconfined),
    runtime_environment: encodeJson(run.runtimeEnvironment),
    secret_names: encodeJson(run.secretNames),
    author_name: run.author.name,
    author_email: run.author.email,
    branch_name: run.branchName,
    status: 'queued' as const,
    clarifications: encodeJson([]),
    publish_intents: encodeJson([]),
    epoch: 0,
    last_seq: 1,
  };
}

/** A run as the domain knows it. JSON columns hold what this store encoded from the same types, so they are not checked again. */
export function toRun(row: Selectable<RunTable>): Run {
  return {
    id: row.id,
    repository: row.repository,
    forge: row.forge,
    specText: row.spec_text,
    baseBranch: row.base_branch,
    agent: row.agent,
    sandbox: row.sandbox,
    feature: row.feature,
    dryRun: Boolean(row.dry_run),
    externalRef: row.external_ref,
    onClarification: row.on_clarification,
    retain: Boolean(row.retain),
    allowUnconfined: Boolean(row.allow_unconfined),
    runtimeEnvironment: JSON.parse(row.runtime_environment),
    secretNames: JSON.parse(row.secret_names),
    author: { name: row.author_name, email: row.author_email },
    status: row.status,
    reason: row.reason,
    reasonText: row.reason_text,
    remedy: row.remedy,
    branchName: row.branch_name,
    featureDirectory: row.feature_directory,
    publishIntents: JSON.parse(row.publish_intents),
    pushedCommit: row.pushed_commit,
    pullRequestUrl: row.pull_request_url,
    clarifications: JSON.parse(row.clarifications),
    notes: row.notes,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    completedAtMs: row.completed_at_ms,
    cancelRequestedAtMs: row.cancel_requested_at_ms,
    owner: row.owner,
    epoch: row.epoch,
    leaseUntilMs: row.lease_until_ms,
  };
}

/** An attempt of a phase as the domain knows it. */
export function toPhaseRecord(row: Selectable<RunTaskTable>): PhaseRecord {
  return {
    phase: row.phase,
    attempt: row.attempt,
    status: row.status,
    reason: row.reason,
    reasonText: row.reason_text,
    startedAtMs: row.started_at_ms,
    completedAtMs: row.completed_at_ms,
    exitCode: row.exit_code,
    usage: row.usage === null ? null : JSON.parse(row.usage),
    output: row.output === null ? null : JSON.parse(row.output),
  };
}

/** An artifact as the domain knows it. */
export function toArtifact(row: Selectable<ArtifactTable>): Artifact {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    mediaType: row.media_type,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    phase: row.phase,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  };
}

/** An event as the domain knows it. */
export function toStoredEvent(row: Pick<Selectable<EventTable>, 'seq' | 'at_ms' | 'payload'>): StoredEvent {
  return { seq: row.seq, atMs: row.at_ms, event: JSON.parse(row.payload) };
}

/** An agent's set-up as the port knows it. */
export function toAgentConfig(row: Selectable<AgentConfigTable>): AgentConfig {
  return {
    agent: row.agent,
    agentVersion: row.agent_version,
    promptPack: row.prompt_pack,
    promptPackVersion: row.prompt_pack_version,
    promptPackDigest: row.prompt_pack_digest,
    sandbox: row.sandbox,
  };
}

/** Free text for a column; "absent" stays absent, so that an update leaves the column alone. */
export function toTextColumn<Text extends string | null | undefined>(text: Text) {
  return typeof text === 'string' ? cleanText(text) : text;
}

/** A value for a nullable JSON column; "absent" stays absent. */
export function toJsonColumn(value: unknown): string | null | undefined {
  return value === undefined || value === null ? value : encodeJson(value);
}
