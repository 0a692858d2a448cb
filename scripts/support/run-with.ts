import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Something a command needs while it runs. */
export interface Service {
  /** Variables by which the command finds it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void | Promise<void>;
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...programArguments: string[]];

/** Run a command with a service that is started for it and stopped after it; answers the exit code. */
export async function runWith(command: Command, start: () => Service | Promise<Service>): Promise<number> {
  const signals = watchSignals();
  const service = await start();
  try {
    // A signal that came while the service was being started is delivered now.
    await setImmediate();
    return await runWatched(command, service.env, signals);
  } finally {
    await service.stop();
  }
}

/** Run commands one after the other until one fails; answers its exit code. */
export async function runInTurn(commands: readonly Command[]): Promise<number> {
  const signals = watchSignals();
  for (const command of commands) {
    const exitCode = await runWatched(command, {}, signals);
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

async function runWatched(
  [program, ...programArguments]: Command,
  variables: Readonly<Record<string, string>>,
  signals: ReturnType<typeof watchSignals>,
): Promise<number> {
  if (signals.hasCome()) return 130;
  const localPrograms = join(import.meta.dirname, '..', '..', 'node_modules', '.bin');
  const path = [localPrograms, process.env['PATH']].join(delimiter);
  const env = { ...process.env, ...variables, PATH: path };
  const child = spawn(program, programArguments, { stdio: 'inherit', env });
  signals.forwardTo(child);
  try {
    return await exitCodeOf(child);
  } catch (thrown) {
    console.error(`${program} could not be started: ${String(thrown)}`);
    return 127;
  }
}

/** From here on signals end the command, not this process, which still has to stop the service. */
function watchSignals() {
  const state: { child?: ChildProcess; signal?: NodeJS.Signals } = {};
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, (signal) => {
      state.signal = signal;
      state.child?.kill(signal);
    });
  }
  return {
    hasCome: () => state.signal !== undefined,
    forwardTo: (child: ChildProcess) => {
      state.child = child;
    },
  };
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
