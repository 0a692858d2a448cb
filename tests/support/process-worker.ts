import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';
import type { SandboxCommand } from '../../src/sandbox/port.ts';

/** A worker to be killed: executes the command of its first argument and prints each line and the ending. */
const { command, path } = JSON.parse(process.argv[2] ?? '') as { command: SandboxCommand; path: string };
const sandbox = processSandbox({ path, graceMs: 500 });
const { signal } = new AbortController();
const result = await sandbox.execute(
  { ...command, signal },
  { onLine: (stream, line) => console.log(`${stream} ${line}`) },
);
console.log(`ended ${result.ending}`);
