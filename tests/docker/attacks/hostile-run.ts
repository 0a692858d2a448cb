import path from 'node:path';

import type { Agent, AgentInvocation } from '../../../src/agent/port.ts';
import type { RunDetail } from '../../../src/contract/run-view.ts';
import { dockerSandbox } from '../../../src/sandbox/docker/docker-sandbox.ts';
import type { Sandbox, SandboxCommand } from '../../../src/sandbox/port.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../../support/docker-options.ts';
import { openEngine, type EngineKit, type EngineKitOptions } from '../../support/engine-kit.ts';
import { git, makeRepository, type FileTree } from '../../support/git-repository.ts';
import { goodDocument } from '../../support/scripted-agent.ts';
import { shippedAgents } from '../../support/shipped-agents.ts';
import type { Options, Rig } from './rig.ts';

/** A run whose agent is a script, and what came of it. */
export interface HostileRun {
  readonly run: RunDetail;
  readonly repository: string;
  readonly engine: EngineKit;
  /** Branches of the repository after it. */
  readonly branches: readonly string[];
  readonly readLog: (phase: AgentInvocation['phase']) => Promise<string>;
}

export interface HostileRunOptions {
  /** Bash for one phase; documents and events are up to it (`documents`, `FINISHED`). */
  readonly behave: (invocation: AgentInvocation) => string;
  readonly change?: Partial<Agent>;
  readonly agent?: Agent;
  readonly files?: FileTree;
  readonly specText?: string;
  readonly secrets?: readonly string[];
  readonly settings?: EngineKitOptions['settings'];
  readonly options?: Partial<Options>;
  /** Leaves the agent's configuration where the repository has it. */
  readonly keepsConfiguration?: boolean;
  /** Looks at what an execution left, before anything is cleared. */
  readonly afterPhase?: (command: SandboxCommand) => Promise<void>;
  /** Looks at the run before its engine is closed. */
  readonly look: (seen: HostileRun) => Promise<void> | void;
}

/** Prints the terminal event. */
export const FINISHED = `echo '{"type":"finished","text":"done"}'`;

/** Writes the document of a phase, as somebody honest would, with more text at its end. */
export function documents(invocation: AgentInvocation, extra = ''): string {
  return Object.entries(goodDocument(invocation, extra))
    .map(
      ([file, text]) =>
        `mkdir -p "$(dirname '${file}')"; echo ${Buffer.from(text).toString('base64')} | base64 -d > '${file}'`,
    )
    .join('\n');
}

/** Have the engine run a hostile agent in containers, to the run's end. */
export async function hostileRun(rig: Rig, options: HostileRunOptions): Promise<void> {
  const agent = options.agent ?? hostileAgent(options);
  const repository = await makeRepository({
    directory: path.join(rig.root, 'repository'),
    files: options.files ?? { 'README.md': 'readme\n' },
  });
  const sandbox = dockerSandbox({ ...DOCKER_OPTIONS, ...options.options, socketPath: SOCKET_PATH });
  const watched: Sandbox = {
    ...sandbox,
    async execute(command, observe) {
      const result = await sandbox.execute(command, observe);
      await options.afterPhase?.(command);
      return result;
    },
  };
  const engine = await openEngine({
    agents: [agent],
    home: path.join(rig.root, 'state'),
    secrets: options.secrets ?? [],
    overrides: { sandboxes: new Map([['docker', watched]]) },
    change: (deps) =>
      options.keepsConfiguration === true
        ? { ...deps, workspaces: { ...deps.workspaces, setAside: () => Promise.resolve([]) } }
        : deps,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  try {
    const specText = options.specText ?? 'Members can export their list.';
    const { run_id: runId } = await engine.app.submit({
      repository,
      specText,
      sandbox: 'docker',
      onClarification: 'continue',
    });
    rig.adopt(runId);
    const run = await engine.waitForEnd(runId);
    const listed = await git(repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads');
    await options.look({
      run,
      repository,
      engine,
      branches: listed.split('\n'),
      readLog: (phase) => engine.readText(runId, `${phase}.stdout.log`),
    });
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}

function hostileAgent({ behave, change = {} }: HostileRunOptions): Agent {
  // One the image has, with its own way to read what is printed.
  const [plain] = shippedAgents();
  if (plain === undefined) throw new Error('no agent is shipped');
  return {
    ...plain,
    detectVersion: () => Promise.resolve('0.0.0'),
    command: (invocation) => ({
      argv: ['/bin/bash', '-c', behave(invocation)],
      env: {},
      stdin: '',
      homeFiles: {},
      readPaths: [],
    }),
    ...change,
  };
}

/** How a run ended, in a few words. */
export function ending({ status, reason }: RunDetail): string {
  return reason === null ? status : `${status}/${reason}`;
}
