import { z } from 'zod';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';

/** A worker to be killed: executes the command of its first argument and prints each line and the ending. */
const Task = z.object({
  options: z.object({
    path: z.string(),
    graceMs: z.number(),
    confinement: z.enum(['auto', 'off']),
    unwatchedMs: z.number(),
    privatePaths: z.array(z.string()),
  }),
  command: z.object({
    runId: z.string(),
    phase: z.literal('speckit_plan'),
    attempt: z.number(),
    argv: z.tuple([z.string()], z.string()),
    env: z.record(z.string(), z.string()),
    stdin: z.string(),
    workingDirectory: z.string(),
    homeDirectory: z.string(),
    stateDirectory: z.string(),
    homeFiles: z.record(z.string(), z.string()),
    readPaths: z.array(z.string()),
    needsNetwork: z.boolean(),
    deadlineMs: z.number(),
  }),
});

const { command, options } = Task.parse(JSON.parse(process.argv[2] ?? ''));
const sandbox = processSandbox(options);
const { signal } = new AbortController();
const observe = { onLine: (stream: string, line: string) => console.log(`${stream} ${line}`) };
const result = await sandbox.execute({ ...command, model: undefined, signal, release: signal }, observe);
console.log(`ended ${result.ending}`);
