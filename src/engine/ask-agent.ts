import type { AgentCommand, AgentEvent } from '../agent/port.ts';
import { expandPrompt } from '../domain/expand-prompt.ts';
import { totalUsage } from '../domain/format.ts';
import type { AgentPhase } from '../domain/phases.ts';
import type { ExecutionName, SandboxObserver, SandboxResult } from '../sandbox/port.ts';
import { agentEnvironment } from './agent-variables.ts';
import { demandFinished } from './agent-verdict.ts';
import { watchAgent, type AgentWatch, type WatchVerdict } from './agent-watch.ts';
import { findPrompt } from './find-prompts.ts';
import { outputRecorder, type OutputRecorder } from './output-recorder.ts';
import { readTree } from './read-tree.ts';
import { countRecordedOutput } from './recorded-output.ts';
import type { StepContext } from './run-phase.ts';
import { agentOf, outputOf, sandboxOf, type RunSession } from './run-session.ts';
import { saveArtifact } from './save-artifact.ts';

/**
 * Write the prompt, keep it as evidence, and run the agent on it, or go on with an execution that another worker began.
 * @throws what `demandFinished` and `demandSecrets` throw, and `sandbox_unavailable`
 */
export async function askAgent(session: RunSession, phase: AgentPhase, context: StepContext): Promise<void> {
  const command = await prepareCommand(session, phase);
  const asked = { phase, context, command, events: [] };
  const { result, verdict } = await execute(session, asked);
  await keepEvidence(session, asked, result);
  session.signal.throwIfAborted();
  if (verdict === 'lingering')
    context.log.err('The agent did not end after its final event and was stopped.');
  demandFinished(session, phase, { result, verdict, events: asked.events });
}

/** An agent that floods keeps its figures and its end; of its progress, the beginning is enough. */
const EVENTS_MAX = 10_000;

/** The execution one attempt of an agent phase stands for. */
export function executionName(
  { run, workspace }: RunSession,
  phase: AgentPhase,
  attempt: number,
): ExecutionName {
  return { runId: run.id, phase: phase.name, attempt, stateDirectory: workspace.executions };
}

interface Asked {
  readonly phase: AgentPhase;
  readonly context: StepContext;
  readonly command: AgentCommand;
  /** Filled while the agent works. */
  readonly events: AgentEvent[];
}

async function prepareCommand(session: RunSession, phase: AgentPhase): Promise<AgentCommand> {
  const { run } = session;
  const { featureDirectory } = outputOf(session, 'discover');
  const tree = await readTree(session, outputOf(session, 'git_clone').commit);
  const template = await findPrompt(session, tree, phase.command);
  const prompt = expandPrompt({ ...run, template, command: phase.command, featureDirectory });
  await saveArtifact(session, {
    name: `${phase.name}.prompt.md`,
    type: 'prompt',
    phase: phase.name,
    content: prompt,
  });
  return agentOf(session).command({
    phase: phase.name,
    specKitCommand: phase.command,
    prompt,
    specText: run.specText,
    requestedOn: new Date(run.createdAtMs).toISOString().slice(0, 10),
    featureDirectory,
    branchName: run.branchName,
    clarifications: run.clarifications,
    notes: run.notes,
    surroundings: sandboxOf(session).surroundings,
  });
}

async function execute(
  session: RunSession,
  asked: Asked,
): Promise<{ readonly result: SandboxResult; readonly verdict: WatchVerdict | undefined }> {
  const { deps, workspace } = session;
  const { phase, context, command } = asked;
  const { attempt, isAdopted } = context;
  const nothing = { stdout: 0, stderr: 0, progress: 0 };
  const recorded = isAdopted ? await countRecordedOutput(session, phase.name, attempt) : nothing;
  const recorder = outputRecorder(session, { phase: phase.name, attempt, recorded });
  await using watch = watchAgent(session);
  const execution = {
    ...executionName(session, phase, attempt),
    ...command,
    env: agentEnvironment(session, command.env),
    needsNetwork: agentOf(session).needsNetwork,
    model: agentOf(session).model,
    workingDirectory: workspace.repo,
    homeDirectory: workspace.home,
    deadlineMs: deps.settings.phaseTimeoutMs,
    signal: watch.signal,
    release: watch.release,
  };
  try {
    const result = await sandboxOf(session).execute(execution, listen(session, asked, { recorder, watch }));
    return { result, verdict: watch.verdict() };
  } finally {
    await recorder.finish();
  }
}

function listen(
  session: RunSession,
  { events }: Asked,
  { recorder, watch }: { readonly recorder: OutputRecorder; readonly watch: AgentWatch },
): SandboxObserver {
  const agent = agentOf(session);
  return {
    onLine(stream, line) {
      watch.heard();
      recorder.line(stream, line);
      for (const event of stream === 'stdout' ? agent.parse(line) : []) {
        if (event.type !== 'progressed' || events.length < EVENTS_MAX) events.push(event);
        if (event.type === 'progressed') recorder.progress(event.text);
        if (event.type === 'finished') watch.finished();
      }
    },
  };
}

/** Logs, events and figures, whatever came of it. */
async function keepEvidence(session: RunSession, asked: Asked, result: SandboxResult): Promise<void> {
  const { phase, context, events } = asked;
  context.log.out(result.stdout);
  context.log.err(result.stderr);
  context.facts.exitCode = result.exitCode;
  const told = totalUsage(events.flatMap((event) => (event.type === 'used' ? [event] : [])));
  context.facts.usage = told ?? (await agentOf(session).readUsage(session.workspace.home));
  await saveArtifact(session, {
    name: `${phase.name}.events.jsonl`,
    type: 'agent_events',
    phase: phase.name,
    content: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  });
  if (result.gateway === undefined) return;
  // It tells of all phases so far, so that the last one is whole.
  await saveArtifact(session, {
    name: 'egress.jsonl',
    type: 'environment_info',
    phase: phase.name,
    content: result.gateway.decisions,
  });
}
