import { ON_HOST } from '../../domain/surroundings.ts';
import type {
  ExecutionName,
  Sandbox,
  SandboxCommand,
  SandboxEnding,
  SandboxObserver,
  SandboxResult,
} from '../port.ts';
import { currentWorker, markerValue } from '../worker-marker.ts';
import { findConfinement, noConfinement, type Confinement } from './confinement.ts';
import { findProgram } from './find-program.ts';
import { followOutput } from './follow-output.ts';
import { awaitWallFallen, listOrphanRuns, reap, sweep, type ExecutionTraces } from './left-overs.ts';
import { prepareHome, resolveDirectories, temporaryDirectory, unavailable } from './prepare-home.ts';
import { MARKER_NAME } from './process-table.ts';
import {
  createSpool,
  isConfined,
  isWhole,
  readExit,
  readPid,
  spoolOf,
  startedAtMs,
  type Exit,
  type Spool,
} from './spool.ts';
import { startSupervisor, SUPERVISOR_PROGRAMS, type Supervisor } from './supervisor.ts';
import { isSupervised, watchExecution } from './watch-execution.ts';

/** What the sandbox takes from the host. */
export interface ProcessSandboxOptions {
  /** Search path the agent gets. */
  readonly path: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** `off` leaves the wall away where there could be one. */
  readonly confinement: 'auto' | 'off';
  /** Files and directories no agent may see, wherever they lie: settings, and the records and workspaces of all runs. */
  readonly privatePaths: readonly string[];
  /** How much later than its deadline an agent ends that nobody watches. */
  readonly unwatchedMs: number;
}

/**
 * Agents as processes of this user: own session, own HOME, environment by allow-list, bounded output, whole-tree kill, behind a
 * wall where the machine has one. What an agent writes goes to files, so that it outlives the worker that started it.
 */
export function processSandbox(options: ProcessSandboxOptions): Sandbox {
  let confinement: Promise<Confinement> | undefined;
  const findOnce = () =>
    (confinement ??=
      options.confinement === 'off'
        ? Promise.resolve(noConfinement())
        : findConfinement(options.path, options.privatePaths));
  return {
    name: 'process',
    variableNames: ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TERM', 'NO_COLOR', 'PWD', MARKER_NAME],
    surroundings: ON_HOST,
    isPresent: () => Promise.resolve(true),
    preflight: async () => (await findOnce()).wall,
    readScaffold: () => Promise.resolve(new Map()),
    prepare: () => undefined,
    canAdopt,
    execute: async (command, observe) => execute({ ...options, ...(await findOnce()) }, command, observe),
    reap,
    listOrphanRuns,
  };
}

type Surroundings = ProcessSandboxOptions & Confinement;

async function canAdopt(name: ExecutionName): Promise<boolean> {
  const spool = spoolOf(name);
  if (!(await isWhole(spool))) return false;
  // In this order: a supervisor writes the result before it ends, so one that is gone has left it by now.
  return (await isSupervised(spool)) || (await readExit(spool)) !== undefined;
}

async function execute(
  surroundings: Surroundings,
  command: SandboxCommand,
  observe: SandboxObserver,
): Promise<SandboxResult> {
  const spool = spoolOf(command);
  const isOld = (await startedAtMs(spool)) !== undefined;
  if (command.signal.aborted && !isOld) return { ...NOTHING_SEEN, ending: 'cancelled' };
  const supervisor = isOld ? undefined : await start(surroundings, command, spool);
  const directories = await resolveDirectories(command);
  const traces = { marker: { runId: command.runId, execution: executionOf(command) }, directories };
  if (await isWhole(spool)) return watch(surroundings, command, { spool, supervisor, traces, observe });
  // Somebody took away what it wrote: nobody will know what it said.
  await sweepUp(spool, traces, 'lost');
  return { ...NOTHING_SEEN, ending: 'lost' };
}

interface Begun {
  readonly spool: Spool;
  /** When this process started it. */
  readonly supervisor: Supervisor | undefined;
  readonly traces: Traces;
  readonly observe: SandboxObserver;
}

type Traces = Omit<ExecutionTraces, 'leaderPid'>;

async function watch(
  { graceMs }: Surroundings,
  { signal, release, deadlineMs }: SandboxCommand,
  { spool, supervisor, traces, observe }: Begun,
): Promise<SandboxResult> {
  const { marker } = traces;
  await using output = await followOutput(spool, observe);
  const beganMs = (await startedAtMs(spool)) ?? Date.now();
  const limits = { deadlineMs: beganMs + deadlineMs - Date.now(), graceMs, signal, release };
  const ending = await watchExecution({ spool, marker, supervisor, output }, limits);
  if (ending !== 'released') {
    await sweepUp(spool, traces, ending);
    await output.finish();
  }
  output.failure.throwIfAborted();
  const exit = await readExit(spool, deadlineMs);
  return {
    ending: endingOf(ending, exit),
    exitCode: exit?.exitCode ?? null,
    signalName: exit?.signalName ?? null,
    durationMs: Math.round((exit?.endedAtMs ?? Date.now()) - beganMs),
    stdout: output.stdout(),
    stderr: output.stderr(),
  };
}

async function sweepUp(spool: Spool, traces: Traces, ending: SandboxEnding): Promise<void> {
  const isClean = ending === 'exited' && (await readExit(spool)) !== undefined;
  if (await isConfined(spool)) await awaitWallFallen(traces.marker, isClean);
  else await sweep({ ...traces, leaderPid: await readPid(spool, 'leader') });
}

/** Start the agent; `undefined` when another process was faster. @throws `sandbox_unavailable` */
async function start(
  surroundings: Surroundings,
  command: SandboxCommand,
  spool: Spool,
): Promise<Supervisor | undefined> {
  const { path, graceMs, unwatchedMs, wall } = surroundings;
  const directories = await prepareHome(command);
  const marker = { runId: command.runId, execution: executionOf(command), ...(await currentWorker()) };
  try {
    for (const name of [command.argv[0], ...SUPERVISOR_PROGRAMS]) await findProgram(name, path);
    const argv = await surroundings.wrap(command, directories);
    if (!(await createSpool(spool, { stdin: command.stdin, isConfined: wall.isConfined }))) return undefined;
    return await startSupervisor({
      spool,
      argv,
      env: agentEnv(command, path),
      marker: markerValue(marker),
      directories,
      limitMs: command.deadlineMs + unwatchedMs,
      graceMs,
    });
  } catch (cause) {
    throw unavailable(cause);
  }
}

function agentEnv(command: SandboxCommand, searchPath: string): Readonly<Record<string, string>> {
  return {
    ...command.env,
    PATH: searchPath,
    HOME: command.homeDirectory,
    TMPDIR: temporaryDirectory(command),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  };
}

function executionOf({ phase, attempt }: ExecutionName): string {
  return `${phase}.${attempt}`;
}

function endingOf(ending: SandboxResult['ending'], exit: Exit | undefined): SandboxResult['ending'] {
  if (ending !== 'exited') return ending;
  if (exit === undefined) return 'lost';
  return exit.isTimedOut ? 'deadline' : 'exited';
}

const NOTHING_SEEN: Omit<SandboxResult, 'ending'> = {
  exitCode: null,
  signalName: null,
  durationMs: 0,
  stdout: '',
  stderr: '',
};
