/**
 * The phases of a run, in order (design: "The run"). Adding a phase is adding a row here and its step in `engine/execute-run.ts`.
 * Host phases touch credentials and never run agent code; sandbox phases run the agent and must leave `document`.
 */
export const PHASES = [
  { name: 'prepare_job', side: 'host', title: 'Prepare the job' },
  { name: 'start_job_container', side: 'host', title: 'Check the sandbox' },
  { name: 'git_clone', side: 'host', title: 'Clone the base branch' },
  { name: 'discover', side: 'host', title: 'Read the repository' },
  {
    name: 'speckit_specify',
    side: 'sandbox',
    title: 'Write the specification',
    command: 'specify',
    document: 'spec.md',
  },
  { name: 'speckit_plan', side: 'sandbox', title: 'Write the plan', command: 'plan', document: 'plan.md' },
  {
    name: 'speckit_tasks',
    side: 'sandbox',
    title: 'Write the tasks',
    command: 'tasks',
    document: 'tasks.md',
  },
  { name: 'commit_push', side: 'host', title: 'Commit and push' },
  { name: 'open_pr', side: 'host', title: 'Open the draft pull request' },
  { name: 'cleanup', side: 'host', title: 'Clean up' },
] as const;

export type PhaseName = (typeof PHASES)[number]['name'];

/** A phase an agent does, with the Spec Kit command it stands for and the document it must leave. */
export type AgentPhase = Extract<(typeof PHASES)[number], { side: 'sandbox' }>;
export type AgentPhaseName = AgentPhase['name'];
export type SpecKitCommand = AgentPhase['command'];

/** The phases an agent does, in order. */
export const AGENT_PHASES: readonly AgentPhase[] = PHASES.filter((phase) => phase.side === 'sandbox');

export const PHASE_STATUSES = ['pending', 'running', 'succeeded', 'failed', 'skipped', 'retrying'] as const;
export type PhaseStatus = (typeof PHASE_STATUSES)[number];

/** True for the name of a phase of the table. */
export function isPhaseName(value: string): value is PhaseName {
  return PHASES.some((phase) => phase.name === value);
}

/** Position in the table, counted from 0. */
export function phaseIndex(name: PhaseName): number {
  return PHASES.findIndex((phase) => phase.name === name);
}

/** The phases from `name` to the end, `name` included. */
export function phasesFrom(name: PhaseName): readonly PhaseName[] {
  return PHASES.slice(phaseIndex(name)).map((phase) => phase.name);
}
