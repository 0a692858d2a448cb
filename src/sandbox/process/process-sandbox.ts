import type { Sandbox, SandboxCommand, SandboxObserver, SandboxResult } from '../port.ts';
import { collectOutput } from './collect-output.ts';
import { reap, sweep } from './left-overs.ts';
import { MARKER_NAME, currentWorker, type Marker } from './process-table.ts';
import { prepareDirectories, startAgent } from './start-agent.ts';
import { waitForEnd } from './wait-for-end.ts';
import { watchOver } from './watchdog.ts';

/** What the sandbox takes from the host. */
export interface ProcessSandboxOptions {
  /** Search path the agent gets. */
  readonly path: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/**
 * Agents as plain processes of this user: own session, own HOME, environment by allow-list, bounded output, whole-tree kill.
 * It limits accidents, not malice: the agent can read what this user can read.
 */
export function processSandbox(options: ProcessSandboxOptions): Sandbox {
  return {
    name: 'process',
    description: 'a process of this user: own session, HOME and environment; no wall against a hostile agent',
    variableNames: ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TERM', 'NO_COLOR', MARKER_NAME],
    preflight: () => Promise.resolve(),
    execute: (command, observe) => execute(options, command, observe),
    reap,
  };
}

async function execute(
  options: ProcessSandboxOptions,
  command: SandboxCommand,
  observe: SandboxObserver,
): Promise<SandboxResult> {
  const directories = await prepareDirectories(command);
  const marker = await markExecution(command);
  const guard = await watchOver({ marker, directories, path: options.path });
  const startedMs = performance.now();
  try {
    if (command.signal.aborted) return NEVER_STARTED;
    const child = await startAgent(command, { marker, directories, path: options.path });
    guard.protect(child.pid);
    const output = collectOutput(child, observe);
    const ending = await waitForEnd(child, {
      deadlineMs: command.deadlineMs,
      graceMs: options.graceMs,
      signals: [command.signal, output.failure],
    });
    await sweep({ leaderPid: child.pid, marker, directories });
    await output.finished();
    output.failure.throwIfAborted();
    return {
      ending,
      exitCode: child.exitCode,
      signalName: child.signalCode,
      durationMs: Math.round(performance.now() - startedMs),
      stdout: output.stdout(),
      stderr: output.stderr(),
    };
  } finally {
    guard.dismiss();
  }
}

const NEVER_STARTED: SandboxResult = {
  ending: 'cancelled',
  exitCode: null,
  signalName: null,
  durationMs: 0,
  stdout: '',
  stderr: '',
};

async function markExecution({ runId, phase, attempt }: SandboxCommand): Promise<Marker> {
  return { runId, execution: `${phase}.${attempt}`, ...(await currentWorker()) };
}
