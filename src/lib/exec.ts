import { execa } from 'execa';

/** What to run on the host. Never through a shell; the environment given is the whole environment. */
export interface ExecOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  /** What the program, and all it starts, may read at file descriptor 3: what no argument, variable or file may hold. */
  readonly descriptor3?: Uint8Array;
  readonly timeoutMs: number;
  /** Bound of each output stream; what is beyond it is dropped and `isTruncated` set. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** How it ended. A non-zero exit code is a value, not an exception. */
export interface ExecResult {
  /** `null` when it did not start or a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly ending: 'exited' | 'killed' | 'timeout' | 'cancelled' | 'not_started';
  readonly isTruncated: boolean;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const KILL_AFTER_MS = 2_000;
const NEVER_STARTED: ExecResult = {
  exitCode: null,
  stdout: Buffer.alloc(0),
  stderr: '',
  ending: 'cancelled',
  isTruncated: false,
};

/**
 * Run a trusted program to its end. It gets a process group of its own, so that Ctrl-C in a terminal reaches us and not it,
 * and so that stopping it also stops what it started.
 */
export async function exec(argv: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
  // execa starts the program even so, and it may do its work before it is stopped.
  if (options.signal?.aborted === true) return NEVER_STARTED;
  const [program, ...args] = argv;
  const result = await execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...streamsOf(options),
    env: options.env,
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    timeout: options.timeoutMs,
    maxBuffer: options.maxBytes ?? DEFAULT_MAX_BYTES,
    killDescendants: true,
    forceKillAfterDelay: KILL_AFTER_MS,
  });
  return {
    exitCode: result.exitCode ?? null,
    stdout: Buffer.from(result.stdout ?? ''),
    stderr: Buffer.from(result.stderr ?? '').toString('utf8') || startError(result),
    ending: endingOf(result),
    isTruncated: result.isMaxBuffer,
  };
}

function streamsOf({ stdin, descriptor3 }: ExecOptions) {
  const more = descriptor3 === undefined ? [] : [descriptor3];
  if (stdin === undefined) return { stdio: ['ignore', 'pipe', 'pipe', ...more] as const };
  return { input: stdin, stdio: ['pipe', 'pipe', 'pipe', ...more] as const };
}

interface Flags {
  readonly isCanceled: boolean;
  readonly timedOut: boolean;
  readonly isTerminated: boolean;
  readonly exitCode?: number | undefined;
  readonly originalMessage?: string | undefined;
}

function endingOf(result: Flags): ExecResult['ending'] {
  if (result.isCanceled) return 'cancelled';
  if (result.timedOut) return 'timeout';
  if (result.isTerminated) return 'killed';
  return result.exitCode === undefined ? 'not_started' : 'exited';
}

function startError(result: Flags): string {
  return result.exitCode === undefined ? (result.originalMessage ?? '') : '';
}
