import { readFileSync } from 'node:fs';

const FIELD_STATE = 0;
const FIELD_START_TIME = 19;

/** What the kernel says of a process (proc(5), `/proc/<pid>/stat`). */
export interface ProcessStat {
  /** Name of its program, cut to 15 bytes; it may call itself anything. */
  readonly name: string;
  /** From the third field on. */
  readonly fields: readonly string[];
}

/** Look at a process; `undefined` when there is none, or no `/proc`. The name (field 2) may hold spaces and brackets, the rest is plain. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(')');
  return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
}

/** True for one that nobody has waited for yet. */
export function hasEnded({ fields }: ProcessStat): boolean {
  return /^[ZX]$/u.test(fields[FIELD_STATE] ?? '');
}

/** Start time of a process in clock ticks since boot; `undefined` when it does not run, be it not yet waited for. */
export function processStart(pid: number): string | undefined {
  const stat = readStat(pid);
  return stat === undefined || hasEnded(stat) ? undefined : stat.fields[FIELD_START_TIME];
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
