import type { ColumnType } from 'kysely';
import type { ArtifactType } from '../../domain/artifact.ts';
import type { RunEvent } from '../../domain/events.ts';
import type { PhaseName, PhaseStatus } from '../../domain/phases.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import type { ClarificationMode, RunStatus } from '../../domain/run.ts';

/** JSON text on the way in and out, in both databases. */
type Json = string;

/** Written as 0 or 1, which both databases take; read back as a number or a boolean. */
type Flag = ColumnType<number | boolean, number>;

/** Columns as the database names them; times are milliseconds since the epoch by its clock. */
export interface RunTable {
  id: string;
  repository: string;
  forge: string | null;
  base_branch: string;
  agent: string;
  sandbox: string;
  feature: string | null;
  dry_run: Flag;
  external_ref: string | null;
  on_clarification: ClarificationMode;
  retain: Flag;
  allow_unconfined: Flag;
  runtime_environment: Json;
  secret_names: Json;
  author_name: string;
  author_email: string;
  status: RunStatus;
  reason: ReasonCode | null;
  reason_text: string | null;
  remedy: string | null;
  branch_name: string;
  feature_directory: string | null;
  feature_number: number | null;
  pushed_commit: string | null;
  publish_intents: Json;
  pull_request_url: string | null;
  clarifications: Json;
  notes: string | null;
  created_at_ms: number;
  started_at_ms: number | null;
  completed_at_ms: number | null;
  cancel_requested_at_ms: number | null;
  owner: string | null;
  epoch: number;
  lease_until_ms: number | null;
  /** Number of the newest event; counting here keeps the history free of gaps. */
  last_seq: number;
  spec_text: string;
}

/** One row per run, phase and attempt. */
export interface RunTaskTable {
  run_id: string;
  phase: PhaseName;
  attempt: number;
  status: PhaseStatus;
  reason: ReasonCode | null;
  reason_text: string | null;
  started_at_ms: number | null;
  completed_at_ms: number | null;
  exit_code: number | null;
  usage: Json | null;
  output: Json | null;
}

/** One row per run and artifact name. */
export interface ArtifactTable {
  id: string;
  run_id: string;
  name: string;
  type: ArtifactType;
  media_type: string;
  sha256: string;
  size_bytes: number;
  phase: PhaseName | null;
  created_at_ms: number;
  expires_at_ms: number | null;
}

/** One row per run. */
export interface AgentConfigTable {
  run_id: string;
  agent: string;
  agent_version: string;
  prompt_pack: string;
  prompt_pack_version: string;
  prompt_pack_digest: string;
  sandbox: string;
  created_at_ms: number;
}

/** Append-only. */
export interface EventTable {
  run_id: string;
  seq: number;
  at_ms: number;
  type: RunEvent['type'];
  payload: Json;
}

/** The tables the store's verbs work on. */
export interface Database {
  spec_automation_runs: RunTable;
  spec_automation_run_tasks: RunTaskTable;
  spec_automation_task_artifacts: ArtifactTable;
  spec_automation_agent_configs: AgentConfigTable;
  spec_automation_events: EventTable;
  spec_automation_migrations: { name: string };
}
