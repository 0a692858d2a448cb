import type { Stats } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';

import { makeDirectory } from '../../lib/make-directory.ts';
import type { ExecutionName } from '../port.ts';

/** The files of one execution: what its agent reads and writes, and how it ended. They outlive the worker that made them. */
export interface Spool {
  readonly directory: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** How an agent ended, as its supervisor wrote it down. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signalName: string | null;
  /** Its time was up, and no worker was there to see it. */
  readonly isTimedOut: boolean;
  /** In milliseconds since the epoch. */
  readonly endedAtMs: number;
}

/** A shell reports the signal that ended a program as 128 and its number (POSIX, "Exit Status for Commands"). */
const SIGNAL_BASE = 128;
/** What `timeout` reports when the time is up (coreutils). */
const TIMED_OUT = 124;
const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** Where an execution has its files. */
export function spoolOf({ stateDirectory, phase, attempt }: ExecutionName): Spool {
  const directory = path.join(stateDirectory, `${phase}.${attempt}`);
  const file = (name: string) => path.join(directory, name);
  return { directory, stdin: file('stdin'), stdout: file('stdout'), stderr: file('stderr') };
}

/** What a spool begins with. */
export interface SpoolContent {
  readonly stdin: string;
  /** Whether a wall ends everything the agent started when it ends. */
  readonly isConfined: boolean;
}

/**
 * Make the spool, with the prompt in it; false when there is one already. It appears whole or not at all, so that two processes
 * cannot both start the execution.
 */
export async function createSpool(spool: Spool, beginning: SpoolContent): Promise<boolean> {
  await makeDirectory(path.dirname(spool.directory), 0o700);
  const draft = await mkdtemp(`${spool.directory}.draft-`);
  for (const [name, content] of [
    ['began', `${Date.now()}\n`],
    ['stdin', beginning.stdin],
    ['stdout', ''],
    ['stderr', ''],
    // As long as any result, so that the disk has room for it when it is full.
    ['result.draft', '000\n'],
    ...(beginning.isConfined ? [['confined', ''] as const] : []),
  ] as const)
    await writeFile(path.join(draft, name), content, { mode: 0o600 });
  try {
    // A directory that is not empty is never replaced (rename(2)).
    await rename(draft, spool.directory);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** When the execution was asked for, in milliseconds since the epoch; `undefined` when there is none. */
export function startedAtMs(spool: Spool): Promise<number | undefined> {
  return readNumber(spool, 'began');
}

/** Whether a wall holds what the agent started. */
export async function isConfined(spool: Spool): Promise<boolean> {
  return (await fileStat(path.join(spool.directory, 'confined'))) !== undefined;
}

/** Whether what was written down of an execution is still there. */
export async function isWhole(spool: Spool): Promise<boolean> {
  const found = await Promise.all([spool.stdout, spool.stderr].map(fileStat));
  return (await startedAtMs(spool)) !== undefined && found.every((each) => each?.isFile());
}

/** How the agent ended; `undefined` while it has not. An agent may report 124 itself: its time was up only after `limitMs`. */
export async function readExit(spool: Spool, limitMs = 0): Promise<Exit | undefined> {
  const code = await readNumber(spool, 'result');
  if (code === undefined) return undefined;
  const endedAtMs = (await fileStat(path.join(spool.directory, 'result')))?.mtimeMs ?? Date.now();
  const lastedMs = endedAtMs - ((await startedAtMs(spool)) ?? endedAtMs);
  const isTimedOut = code === TIMED_OUT && lastedMs >= limitMs;
  const signalName = isTimedOut ? 'SIGTERM' : (SIGNALS.get(code - SIGNAL_BASE) ?? null);
  return { exitCode: signalName === null ? code : null, signalName, isTimedOut, endedAtMs };
}

/** Number of the process that leads the agent's group, or of the supervisor that waits for it. */
export function readPid(spool: Spool, which: 'leader' | 'supervisor'): Promise<number | undefined> {
  return readNumber(spool, which);
}

function fileStat(file: string): Promise<Stats | undefined> {
  return stat(file).catch(() => undefined);
}

async function readNumber(spool: Spool, name: string): Promise<number | undefined> {
  const text = await readFile(path.join(spool.directory, name), 'utf8').catch(() => '');
  return /^\d+\n$/u.test(text) ? Number(text) : undefined;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
