import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** What was seen of processes, those of containers included. */
export interface SeenProcesses {
  /** Arguments and environment, by process; one process may have had several. */
  readonly texts: Readonly<Record<string, string>>;
  /** The arguments alone, as one line each. */
  readonly commands: readonly string[];
}

/** Looks at processes until it is stopped. */
export interface ProcessWatch {
  stop(): Promise<SeenProcesses>;
}

const PAUSE_MS = 2;

/**
 * Look at arguments and environment of every process but this one, again and again. The reads are synchronous: whoever waits for an
 * answer of a server in this process is looked at before it gets one. Of the process that was given a secret in its environment only
 * the arguments count, and of its children while they are still a copy of it.
 */
export function watchProcesses({ holderPid }: { readonly holderPid: number | undefined }): ProcessWatch {
  const state = { isOver: false };
  const seen = new Map<string, { readonly name: string; readonly text: string }>();
  const commands = new Set<string>();
  const look = () => {
    const holder = read(`/proc/${holderPid}/cmdline`);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/u.test(name))) {
      if (Number(pid) === process.pid) continue;
      // In this order: what has its own arguments has its own environment as well.
      const argv = read(`/proc/${pid}/cmdline`);
      const environment = argv === holder ? '' : read(`/proc/${pid}/environ`);
      if (argv === '') continue;
      const command = argv.replaceAll('\0', ' ').trim();
      const text = `${argv}\n${environment}`;
      const key = `${pid} ${text}`;
      if (seen.has(key)) continue;
      seen.set(key, { name: `${seen.size}. ${pid}: ${command.slice(0, 200)}`, text });
      commands.add(command);
    }
  };
  const watch = async () => {
    while (!state.isOver) {
      look();
      await delay(PAUSE_MS);
    }
  };
  const watching = watch();
  return {
    async stop() {
      state.isOver = true;
      await watching;
      const texts = Object.fromEntries([...seen.values()].map(({ name, text }) => [name, text]));
      return { texts, commands: [...commands] };
    },
  };
}

/** As bytes in a text; nothing when the process is gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
