// oxlint-disable-next-line no-restricted-imports -- must outlive this process, which exec helpers prevent
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { MARKER_NAME } from './process-table.ts';
import type { Spool } from './spool.ts';

/** The program; it says itself what it does. */
const SCRIPT = fileURLToPath(new URL('supervisor.sh', import.meta.url));

/** What it cannot do without, besides `/bin/sh`; it uses `setsid` and `timeout` where they are. */
export const SUPERVISOR_PROGRAMS = ['cat', 'mkfifo', 'sleep'] as const;

/** The most an agent may write to one file, its output included; a program that goes on gets SIGXFSZ. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;
/** `ulimit -f` counts in these (POSIX). */
const BLOCK_BYTES = 512;

/** The process that waits for an agent and writes down how it ended. */
export type Supervisor = Pick<ChildProcess, 'pid' | 'exitCode' | 'signalCode'> & NodeJS.EventEmitter;

/** What to supervise. */
export interface Supervised {
  readonly spool: Spool;
  /** Program and arguments, the wall included. */
  readonly argv: readonly string[];
  /** All but the marker. */
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  readonly directories: ExecutionDirectories;
  /** Ends the agent when nobody else did, and the time it then has. */
  readonly limitMs: number;
  readonly graceMs: number;
}

/** Where an execution works, as the system names it: `/proc` knows no links. */
export interface ExecutionDirectories {
  readonly work: string;
  readonly home: string;
}

/** Start an agent's supervisor.  @throws what `spawn` throws */
export async function startSupervisor(supervised: Supervised): Promise<Supervisor> {
  const { spool, argv, env, marker, directories } = supervised;
  const values = [
    spool.directory,
    MARKER_NAME,
    marker,
    directories.work,
    directories.home,
    process.pid,
    seconds(supervised.limitMs),
    seconds(supervised.graceMs),
    FILE_MAX_BYTES / BLOCK_BYTES,
  ].map(String);
  // Some failures are thrown (E2BIG), others come as an event (ENOENT).
  const child = spawn('/bin/sh', [SCRIPT, ...values, ...argv], {
    cwd: directories.work,
    env,
    detached: true,
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  return child;
}

function seconds(ms: number): number {
  return Math.max(Math.ceil(ms / 1000), 1);
}
