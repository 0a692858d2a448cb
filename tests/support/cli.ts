import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** How a command ended and what it printed. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command runs and what it is given. */
export interface CliOptions {
  readonly home: string;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell words that send its streams elsewhere, such as `> /dev/full`. */
  readonly redirect?: string;
}

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const MAIN = path.join(ROOT, 'src', 'cli', 'main.ts');
/** Halves the start of a command after the first one. */
const COMPILE_CACHE = path.join(ROOT, 'node_modules', '.cache', 'compile');

/** Start the real command line as a process of its own, with a state directory and the agent that needs nothing. */
export function startCli(args: readonly string[], options: CliOptions): ChildProcessWithoutNullStreams {
  const words = [process.execPath, MAIN, ...args];
  const [program = '', ...rest] =
    options.redirect === undefined
      ? words
      : ['/bin/sh', '-c', `exec "$@" ${options.redirect}`, 'sh', ...words];
  const child = spawn(program, rest, {
    cwd: options.cwd ?? options.home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.home,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      SPEC_AUTOMATION_HOME: path.join(options.home, 'state'),
      // The default needs a key.
      SPEC_AUTOMATION_AGENT_BACKEND: 'outline',
      // A machine may have a Docker daemon, and no job image.
      SPEC_AUTOMATION_SANDBOX: 'process',
      ...options.env,
    },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return child;
}

/** Run the real command line to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return endOf(startCli(args, options));
}

/** Wait for a started command. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}
