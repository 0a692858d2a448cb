import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { parse, stringify, type TomlTable } from 'smol-toml';

import { ON_HOST } from '../../src/domain/surroundings.ts';
import { codexCliAgent, type CodexCliOptions } from '../../src/agent/codex-cli/codex-cli.ts';
import type { Agent, AgentCommand } from '../../src/agent/port.ts';
import { temporaryDirectory } from './git-repository.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Whether `npm run agents:install` was run. */
export const isCodexInstalled = existsSync(path.join(ROOT, 'agents/codex/node_modules/.bin/codex'));

/** A key that is easy to look for. */
export const TEST_KEY = 'sk-test-canary-7391';

/** The adapter with the pinned Codex of this package. */
export function installedCodex(options: Partial<CodexCliOptions> = {}): Agent {
  return codexCliAgent({
    searchPath: process.env['PATH'] ?? '',
    packageDirectory: ROOT,
    program: path.join(ROOT, 'agents/codex/node_modules/.bin/codex'),
    apiKey: TEST_KEY,
    model: 'gpt-5.5',
    profile: undefined,
    operatorHome: '/nonexistent',
    environmentName: undefined,
    baseUrl: undefined,
    networkEnv: {},
    ...options,
  });
}

/** Where Codex is to work, and on what. */
export interface CodexTask {
  readonly workingDirectory: string;
  readonly prompt: string;
  /** What to do otherwise than the adapter wants it: shows what its defences are good for. */
  readonly change?: (command: AgentCommand, workingDirectory: string) => AgentCommand;
}

/** A Codex that works without any sandbox of ours. */
export interface StartedCodex {
  readonly home: string;
  kill(): void;
  readonly ended: Promise<{
    readonly stdout: string;
    readonly stderr: string;
    readonly exitCode: number | null;
  }>;
}

/** Start the program the adapter names, in a HOME as the engine would lay it. */
export async function startCodex(agent: Agent, task: CodexTask): Promise<StartedCodex> {
  const { workingDirectory, prompt, change = (command: AgentCommand) => command } = task;
  const home = await temporaryDirectory();
  const command = change(
    agent.command({
      phase: 'speckit_specify',
      specKitCommand: 'specify',
      prompt,
      specText: prompt,
      requestedOn: '2026-11-21',
      featureDirectory: 'specs/001-sample',
      branchName: 'sample',
      clarifications: [],
      notes: null,
      surroundings: ON_HOST,
    }),
    workingDirectory,
  );
  await layHome(home, command);
  const [program, ...args] = command.argv;
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: path.join(home, 'tmp'), ...command.env };
  const child = spawn(program, args, { cwd: workingDirectory, env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(command.stdin);
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(
    ([stdout, stderr, exitCode]) => ({ stdout, stderr, exitCode }),
  );
  return { home, kill: () => void child.kill('SIGKILL'), ended };
}

async function layHome(home: string, { homeFiles }: AgentCommand): Promise<void> {
  await mkdir(path.join(home, 'tmp'));
  for (const [name, content] of Object.entries(homeFiles)) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), content);
  }
}

/** The command without what keeps Codex from obeying the repository it works in. */
export function trusting(command: AgentCommand, workingDirectory: string): AgentCommand {
  const [program, subcommand = '', ...rest] = command.argv;
  const args = rest
    .filter((word) => !['--ignore-rules', '--strict-config'].includes(word))
    .map((word) => word.replace('hooks=false', 'hooks=true'));
  return {
    ...changeConfig(command, (config) => ({
      ...config,
      projects: { [workingDirectory]: { trust_level: 'trusted' } },
    })),
    argv: [program, subcommand, '--dangerously-bypass-hook-trust', ...args],
  };
}

/** The command with another configuration file. */
export function changeConfig(command: AgentCommand, change: (config: TomlTable) => TomlTable): AgentCommand {
  const file = '.codex/config.toml';
  const config = stringify(change(parse(command.homeFiles[file] ?? '')));
  return { ...command, homeFiles: { ...command.homeFiles, [file]: config } };
}
