// oxlint-disable-next-line no-restricted-imports -- must outlive this process, which exec helpers prevent
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { MARKER_NAME } from './process-table.ts';
import type { Spool } from './spool.ts';

/**
 * Starts the agent in a session of its own with its streams in files, waits for it and writes down how it ended. It needs no
 * worker to do so: one that dies takes nothing with it, and `timeout` bounds what nobody watches. When the agent has ended and
 * the worker is gone, it kills what is left: what carries the marker, and orphans in the agent's directories. SIGTERM tells it that
 * the agent was asked to stop: then it kills the agent after the grace time, even if the worker does not come to that.
 */
const SCRIPT = `
spool=$1 marker=$2 work=$3 home=$4 worker=$5 limit=$6 grace=$7 blocks=$8
shift 8
echo $$ > "$spool/supervisor"
ulimit -c 0 2> /dev/null
ulimit -f "$blocks"
command -v timeout > /dev/null && set -- timeout -k "$grace" "$limit" "$@"
if command -v setsid > /dev/null; then set -- setsid "$@"; else set -m; fi
(${MARKER_NAME}=$marker; export ${MARKER_NAME}; exec "$@") < "$spool/stdin" >> "$spool/stdout" 2>> "$spool/stderr" &
leader=$!
echo "$leader" > "$spool/leader"
trap '(cd /; env -i sleep "$grace"; kill -KILL -- "-$leader" 2> /dev/null) > /dev/null 2>&1 &' TERM
while :; do
  wait "$leader"
  code=$?
  kill -0 "$leader" 2> /dev/null || break
done
kill -KILL -- "-$leader" 2> /dev/null
echo "$code" > "$spool/result.draft" && mv "$spool/result.draft" "$spool/result"
kill -0 "$worker" 2> /dev/null && exit

marked() { grep -lsF -- "$marker" /proc/[0-9]*/environ; }
orphans() {
  for status in $(grep -lsE '^PPid:[[:space:]]+1$' /proc/[0-9]*/status); do
    case $(readlink "\${status%status}cwd") in
      "$work" | "$work/"* | "$work (deleted)" | "$home" | "$home/"* | "$home (deleted)") echo "$status" ;;
    esac
  done
}

round=0 empty=0
while [ "$round" -lt 50 ] && [ "$empty" -lt 2 ]; do
  round=$((round + 1)) empty=$((empty + 1))
  for file in $(marked; orphans); do
    pid=\${file#/proc/} pid=\${pid%%/*}
    [ "$pid" = $$ ] && continue
    empty=0
    kill -KILL "$pid" 2> /dev/null
  done
done
`;

/** The most an agent may write to one file, its output included; a program that goes on gets SIGXFSZ. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;
/** `ulimit -f` counts in these (POSIX). */
const BLOCK_BYTES = 512;

/** The process that waits for an agent and writes down how it ended. */
export type Supervisor = Pick<ChildProcess, 'exitCode' | 'signalCode'> & NodeJS.EventEmitter;

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

/** Start an agent's supervisor. Its text is fixed and its values are positional. @throws what `spawn` throws */
export async function startSupervisor(supervised: Supervised): Promise<Supervisor> {
  const { spool, argv, env, marker, directories } = supervised;
  const values = [
    spool.directory,
    marker,
    directories.work,
    directories.home,
    process.pid,
    seconds(supervised.limitMs),
    seconds(supervised.graceMs),
    FILE_MAX_BYTES / BLOCK_BYTES,
  ].map(String);
  // Some failures are thrown (E2BIG), others come as an event (ENOENT).
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'supervisor', ...values, ...argv], {
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
