import { z } from 'zod';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';

/** A worker to be killed: executes the command of its first argument and prints each line and the ending. */
const Task = z.object({
  path: z.string(),
  command: z.object({
    runId: z.string(),
    phase: z.literal('speckit_plan'),
    attempt: z.number(),
    argv: z.tuple([z.string()], z.string()),
    env: z.record(z.string(), z.string()),
    stdin: z.string(),
    workingDirectory: z.string(),
    homeDirectory: z.string(),
    deadlineMs: z.number(),
  }),
});

const { command, path } = Task.parse(JSON.parse(process.argv[2] ?? ''));
const sandbox = processSandbox({ path, graceMs: 500 });
const { signal } = new AbortController();
const observe = { onLine: (stream: string, line: string) => console.log(`${stream} ${line}`) };
const result = await sandbox.execute({ ...command, signal }, observe);
console.log(`ended ${result.ending}`);
