// oxlint-disable-next-line no-restricted-imports -- must outlive this process, which exec helpers prevent
import { spawn } from 'node:child_process';

/**
 * Waits until its standard input ends, which happens when the worker dies in whatever way, then kills the agent's process
 * group and every process that inherited the marker. Twice, since a process may fork while the table is read.
 */
const SCRIPT = `
cat > /dev/null
kill -KILL -- "-$1" 2> /dev/null
for round in 1 2; do
  for file in /proc/[0-9]*/environ; do
    if grep -qsF -- "$2" "$file"; then
      pid=\${file#/proc/}
      kill -KILL "\${pid%/environ}" 2> /dev/null
    fi
  done
done
`;

/** A guard that kills an execution when this process dies; `dismiss` ends it without harm. */
export interface Watchdog {
  dismiss(): void;
}

/** Start a guard over one execution. The only shell of the sandbox: its text is fixed, its values are positional. */
export function watchOver(options: {
  readonly leaderPid: number;
  readonly marker: string;
  readonly path: string;
}): Watchdog {
  const { leaderPid, marker, path } = options;
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', String(leaderPid), marker], {
    cwd: '/',
    env: { PATH: path },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A guard that cannot start only weakens the promise to "reaped at the next start".
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  return {
    dismiss() {
      guard.kill('SIGKILL');
      guard.stdin.destroy();
    },
  };
}
