import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Sandbox, SandboxCommand, SandboxObserver, SandboxResult } from '../../src/sandbox/port.ts';

/** The agents of the tests, and the Node that runs some of them. */
const READ_PATHS = [path.join(import.meta.dirname, 'agents'), path.dirname(path.dirname(process.execPath))];

/** A sandbox to test, and how to look at it from outside. */
export interface SandboxBench {
  /** Which sandbox this is. */
  readonly name: string;
  readonly sandbox: Sandbox;
  /** Arguments that start a program of `tests/support/agents` where agents run. */
  readonly agent: (file: string, ...args: string[]) => SandboxCommand['argv'];
  /** What still runs of a run, guards included. */
  readonly leftOf: (runId: string) => Promise<readonly string[]>;
  /** Where the agent sees its directories. */
  readonly seenAt: (command: SandboxCommand) => SeenDirectories;
}

/** Directories by the names they have where agents run. */
export interface SeenDirectories {
  readonly work: string;
  readonly home: string;
  readonly temporary: string;
  /** Where its own streams may be files. */
  readonly streams: string;
}

/** For sandboxes that show directories by the names they have on the host. */
export function seenOnHost({
  workingDirectory,
  homeDirectory,
  stateDirectory,
}: SandboxCommand): SeenDirectories {
  const temporary = path.join(homeDirectory, 'tmp');
  return { work: workingDirectory, home: homeDirectory, temporary, streams: stateDirectory };
}

/** Every line in the order the observer was told. */
export interface SeenLine {
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** One execution: what it was asked to do, what was seen of it, and its result to come. */
export interface Execution {
  readonly command: SandboxCommand;
  readonly seen: readonly SeenLine[];
  readonly result: Promise<SandboxResult>;
}

export interface ExecutionKit {
  readonly command: (
    argv: SandboxCommand['argv'],
    change?: Partial<SandboxCommand>,
  ) => Promise<SandboxCommand>;
  readonly start: (
    argv: SandboxCommand['argv'],
    change?: Partial<SandboxCommand>,
    observer?: SandboxObserver,
  ) => Promise<Execution>;
}

/** Executions in directories of their own, removed when the suite that calls this is over. */
export function executionKit(sandbox: Sandbox): ExecutionKit {
  let root = '';
  const runIds = new Set<string>();
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
  });
  afterAll(async () => {
    for (const runId of runIds) await sandbox.reap(runId);
    await rm(root, { recursive: true, force: true });
  });

  const kit: ExecutionKit = {
    async command(argv, change = {}) {
      const runId = change.runId ?? randomUUID();
      runIds.add(runId);
      const [workingDirectory, homeDirectory] = [
        path.join(root, runId, 'repo'),
        path.join(root, runId, 'home'),
      ];
      await mkdir(workingDirectory, { recursive: true });
      await mkdir(homeDirectory, { recursive: true });
      const signal = new AbortController().signal;
      const about = { runId, phase: 'speckit_plan', attempt: 1, argv, env: {}, stdin: '', signal } as const;
      const needs = {
        homeFiles: {},
        readPaths: READ_PATHS,
        needsNetwork: false,
        model: undefined,
        release: signal,
      };
      const stateDirectory = path.join(root, runId, 'executions');
      const directories = { workingDirectory, homeDirectory, stateDirectory };
      return { ...about, ...needs, ...directories, deadlineMs: 20_000, ...change };
    },
    async start(argv, change, observer) {
      const command = await kit.command(argv, change);
      const seen: SeenLine[] = [];
      const observe = observer ?? { onLine: (stream, line) => void seen.push({ stream, line }) };
      return { command, seen, result: sandbox.execute(command, observe) };
    },
  };
  return kit;
}

/** The lines of one stream. */
export function linesOf({ seen }: Execution, stream: SeenLine['stream']): readonly string[] {
  return seen.flatMap((each) => (each.stream === stream ? [each.line] : []));
}
