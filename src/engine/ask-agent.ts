import type { AgentCommand, AgentEvent } from '../agent/port.ts';
import { appError } from '../domain/app-error.ts';
import { expandPrompt } from '../domain/expand-prompt.ts';
import { totalUsage } from '../domain/format.ts';
import type { AgentPhase } from '../domain/phases.ts';
import type { SandboxResult } from '../sandbox/port.ts';
import { findPrompt } from './find-prompts.ts';
import { outputRecorder } from './output-recorder.ts';
import { readTree } from './read-tree.ts';
import type { StepContext } from './run-phase.ts';
import { agentOf, outputOf, sandboxOf, type RunSession } from './run-session.ts';
import { saveArtifact } from './save-artifact.ts';

const WORDS_MAX_CHARS = 300;

/** Write the prompt, keep it as evidence, and run the agent on it. @throws `agent_failed`, `timeout`, `sandbox_unavailable` */
export async function askAgent(session: RunSession, phase: AgentPhase, context: StepContext): Promise<void> {
  const command = await prepareCommand(session, phase);
  const events: AgentEvent[] = [];
  const result = await execute(session, { phase, context, command, events });
  context.log.out(result.stdout);
  context.log.err(result.stderr);
  context.facts.exitCode = result.exitCode;
  context.facts.usage = totalUsage(events.flatMap((event) => (event.type === 'used' ? [event] : [])));
  const content = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  await saveArtifact(session, {
    name: `${phase.name}.events.jsonl`,
    type: 'agent_events',
    phase: phase.name,
    content,
  });
  demandFinished(session, phase, { result, events });
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
  });
}

interface Execution {
  readonly phase: AgentPhase;
  readonly context: StepContext;
  readonly command: AgentCommand;
  /** Filled while the agent works. */
  readonly events: AgentEvent[];
}

async function execute(
  session: RunSession,
  { phase, context, command, events }: Execution,
): Promise<SandboxResult> {
  const { deps, run, workspace, signal } = session;
  const agent = agentOf(session);
  const recorder = outputRecorder(session, phase.name, context.attempt);
  const onLine = (stream: 'stdout' | 'stderr', line: string) => {
    recorder.line(stream, line);
    for (const event of stream === 'stdout' ? agent.parse(line) : []) {
      events.push(event);
      if (event.type === 'progressed') recorder.progress(event.text);
    }
  };
  const execution = {
    runId: run.id,
    phase: phase.name,
    attempt: context.attempt,
    argv: command.argv,
    stdin: command.stdin,
    env: { ...command.env, SPECIFY_FEATURE_DIRECTORY: outputOf(session, 'discover').featureDirectory },
    workingDirectory: workspace.repo,
    homeDirectory: workspace.home,
    deadlineMs: deps.settings.phaseTimeoutMs,
    signal,
  };
  try {
    return await sandboxOf(session).execute(execution, { onLine });
  } finally {
    await recorder.finish();
  }
}

/** The terminal event decides, not the exit code: an agent may fail with 0 and succeed with 1. */
function demandFinished(
  session: RunSession,
  phase: AgentPhase,
  seen: { result: SandboxResult; events: readonly AgentEvent[] },
): void {
  session.signal.throwIfAborted();
  const { run, deps } = session;
  const { result, events } = seen;
  const isFinished = events.some((event) => event.type === 'finished');
  if (result.ending === 'deadline' && !isFinished) {
    throw appError('timeout', {
      agent: run.agent,
      limit_s: deps.settings.phaseTimeoutMs / 1000,
      phase: phase.name,
    });
  }
  if (isFinished) return;
  const lastError = events.findLast((event) => event.type === 'errored')?.text ?? lastLineOf(result.stderr);
  const how = result.signalName === null ? `exit code ${result.exitCode}` : `signal ${result.signalName}`;
  const words = lastError === undefined ? '' : `; its last words: ${lastError.slice(0, WORDS_MAX_CHARS)}`;
  const problem = `it ended with ${how} and no final event${words}`;
  throw appError('agent_failed', { agent: run.agent, phase: phase.name, problem });
}

function lastLineOf(text: string): string | undefined {
  return text
    .split('\n')
    .findLast((line) => line.trim() !== '')
    ?.trim();
}
