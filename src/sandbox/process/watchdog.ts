// oxlint-disable-next-line no-restricted-imports -- must outlive this process, which exec helpers prevent
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { markerValue, type Marker } from './process-table.ts';
import type { ExecutionDirectories } from './start-agent.ts';

/**
 * Waits until its standard input ends, which happens when the worker dies in whatever way, then kills the agent's process group
 * (its leader is the last line it read) and whatever `sweep` would kill, until it finds nothing more.
 */
const SCRIPT = `
marker=$1 work=$2 home=$3 leader=
while read -r line; do leader=$line; done
[ -z "$leader" ] || kill -KILL -- "-$leader" 2> /dev/null

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
    empty=0 pid=\${file#/proc/}
    kill -KILL "\${pid%%/*}" 2> /dev/null
  done
done
`;

/** A guard that kills an execution when this process dies. */
export interface Watchdog {
  /** Tell it which process leads the agent's group. */
  protect(leaderPid: number): void;
  /** End it without harm. */
  dismiss(): void;
}

interface Watched {
  readonly marker: Marker;
  readonly directories: ExecutionDirectories;
  readonly path: string;
}

/**
 * Start a guard over one execution, before its agent. The only shell of the sandbox: its text is fixed, its values are
 * positional. A guard that cannot start only weakens the promise to "reaped at the next start".
 */
export async function watchOver({ marker, directories, path }: Watched): Promise<Watchdog> {
  const values = [markerValue(marker), directories.work, directories.home];
  try {
    const guard = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', ...values], {
      cwd: '/',
      env: { PATH: path },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(guard, 'spawn');
    guard.stdin.on('error', () => undefined);
    return {
      protect: (leaderPid) => void guard.stdin.write(`${leaderPid}\n`),
      dismiss() {
        guard.kill('SIGKILL');
        guard.stdin.destroy();
      },
    };
  } catch {
    return { protect: () => undefined, dismiss: () => undefined };
  }
}
