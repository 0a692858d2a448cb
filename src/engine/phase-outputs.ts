import { z } from 'zod';

import { PHASES, type PhaseName } from '../domain/phases.ts';
import type { PhaseRecord } from '../domain/run.ts';

const DocumentCounts = z.object({
  stories: z.number(),
  requirements: z.number(),
  successCriteria: z.number(),
  tasks: z.number(),
  tasksDone: z.number(),
  openQuestions: z.number(),
});

const AgentOutput = z.object({
  /** The checkpoint: a commit on the base that holds everything written so far. */
  commit: z.string(),
  /** False when `discover` found the document complete, so that no agent was asked. */
  wasRun: z.boolean(),
  /** What the agent left for somebody to answer; only `speckit_specify` asks. */
  openQuestions: z.array(z.string()),
  /** Agent configuration that was taken out of the working copy before; at most 100 paths. */
  setAside: z.array(z.string()).default([]),
});

/** What each phase hands to later ones. Stored with the phase, read back when a run goes on after a crash or a retry. */
const PhaseOutput = {
  prepare_job: z.object({ agentVersion: z.string(), gitVersion: z.string() }),
  start_job_container: z.object({ sandbox: z.string() }),
  git_clone: z.object({
    commit: z.string(),
    /** Address of an open pull request that proposes the same already. */
    proposedAt: z.string().nullable().default(null),
  }),
  discover: z.object({
    featureDirectory: z.string(),
    isNewFeature: z.boolean(),
    /** Commands whose documents are complete already. */
    completeCommands: z.array(z.enum(['specify', 'plan', 'tasks'])),
    promptPack: z.string(),
    promptPackVersion: z.string(),
    promptPackDigest: z.string(),
    /** Agent configuration of the base that no agent sees; at most 100 paths. */
    neutralised: z.array(z.string()).default([]),
    /** What of the sandbox's image is laid into the working copy; `null` where its prompts are not used. */
    scaffold: z.object({ digest: z.string(), files: z.number() }).nullable().default(null),
  }),
  speckit_specify: AgentOutput,
  speckit_plan: AgentOutput,
  speckit_tasks: AgentOutput,
  commit_push: z.object({
    commit: z.string(),
    changedPaths: z.array(z.string()),
    leftOutPaths: z.array(z.string()),
    isPushed: z.boolean(),
    /** Where it was pushed, or would have been. */
    branch: z.string().optional(),
    counts: DocumentCounts,
  }),
  open_pr: z.object({ url: z.string().nullable() }),
  cleanup: z.object({ isComplete: z.boolean() }),
} satisfies Record<PhaseName, z.ZodType>;

type AgentPhaseOutput = z.infer<typeof AgentOutput>;
export type PhaseOutputs = { [Name in PhaseName]: z.infer<(typeof PhaseOutput)[Name]> };

/** The outputs of phases that are done, by name. */
export type KnownOutputs = { -readonly [Name in PhaseName]?: PhaseOutputs[Name] };

/**
 * The outputs a run can build on: those of the succeeded latest attempts, in table order, up to the first phase that is not
 * done. A stored output of an older form ends the chain there.
 */
export function knownOutputs(records: readonly PhaseRecord[]): KnownOutputs {
  let outputs: KnownOutputs = {};
  for (const { name } of PHASES) {
    if (name === 'cleanup') break;
    const latest = records.findLast((record) => record.phase === name);
    if (latest?.status !== 'succeeded' && latest?.status !== 'skipped') break;
    const parsed = PhaseOutput[name].safeParse(latest.output);
    if (!parsed.success) break;
    outputs = { ...outputs, [name]: parsed.data };
  }
  return outputs;
}

/** The stored output of an agent phase; `undefined` when it is none. */
export function parseAgentOutput(output: unknown): AgentPhaseOutput | undefined {
  return AgentOutput.safeParse(output).data;
}

/** The stored output of a clone; `undefined` when it is none. */
export function parseCloneOutput(output: unknown): PhaseOutputs['git_clone'] | undefined {
  return PhaseOutput.git_clone.safeParse(output).data;
}
