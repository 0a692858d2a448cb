import path from 'node:path';

import type { Agent, AgentEvent, AgentInvocation } from '../../src/agent/port.ts';

/** What the scripted agent does in one phase; the program that does it is `agents/scripted.ts`. */
export interface Script {
  /** Files to write, by path relative to the working copy. */
  readonly files?: Readonly<Record<string, string>>;
  /** The same with bytes, as base64. */
  readonly encodedFiles?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly deletes?: readonly string[];
  /** Lines it prints besides its events. */
  readonly says?: readonly string[];
  /** An error it reports. */
  readonly fails?: string;
  /** Whether it sends its terminal event. */
  readonly isFinishing?: boolean;
  /** Its words: told as progress, and printed as a line that is no event. */
  readonly chats?: string;
  readonly exitCode?: number;
  /** Wait for this file to appear before going on; for ever when it never does. */
  readonly waitFor?: string;
  /** Append a line to this file when it starts: counts how often the agent was asked. */
  readonly startLog?: string;
  /** Write its whole environment to this file, as JSON. */
  readonly environmentFile?: string;
  /** Run each of these with a shell where they are, as an agent does that obeys its configuration. */
  readonly obeys?: readonly string[];
  /** Say what files are in its working copy. */
  readonly lists?: boolean;
}

/** An agent whose behaviour in each phase is data; a real process in a real sandbox like any other. */
export function scriptedAgent(behave: (invocation: AgentInvocation) => Script, name = 'scripted'): Agent {
  const program = path.join(import.meta.dirname, 'agents', 'scripted.ts');
  return {
    name,
    description: 'does what a test tells it',
    specKitKey: 'codex',
    runsForeignCode: false,
    needsNetwork: false,
    model: undefined,
    variables: () => [],
    checkSettings: () => Promise.resolve(),
    detectVersion: () => Promise.resolve('1.0.0'),
    command: (invocation) => ({
      argv: [process.execPath, program],
      env: {},
      stdin: JSON.stringify(behave(invocation)),
      homeFiles: {},
      readPaths: [path.dirname(path.dirname(process.execPath)), path.resolve(import.meta.dirname, '../..')],
    }),
    parse: (line) => parseLine(line),
    readUsage: () => Promise.resolve(null),
  };
}

/** What a document is made of. */
export type DocumentRequest = Pick<AgentInvocation, 'phase' | 'featureDirectory' | 'specText'> &
  Partial<AgentInvocation>;

/** Documents that pass Spec Kit's structural checks, for one phase of one feature. */
export function goodDocument(
  { phase, featureDirectory, specText }: DocumentRequest,
  extra = '',
): Readonly<Record<string, string>> {
  const bodies = {
    speckit_specify: [
      'spec.md',
      `# Feature Specification: Sample\n\n**Input**: User description: "${specText}"\n\n### User Story 1 - Do it (Priority: P1)\n\n- **FR-001**: System MUST do it.\n- **SC-001**: It is done.\n`,
    ],
    speckit_plan: [
      'plan.md',
      `# Implementation Plan: Sample\n\n## Summary\n\nDo it in the simplest way that could work, and check that it does.\n`,
    ],
    speckit_tasks: [
      'tasks.md',
      `# Tasks: Sample\n\n## Phase 1: Setup\n\n- [ ] T001 Make the folder in src/sample\n- [ ] T002 [P] Write it in src/sample/index.ts\n`,
    ],
  } as const;
  const [file, body] = bodies[phase];
  return { [`${featureDirectory}/${file}`]: body + extra };
}

/** The agent that does everything right. */
export function obedientAgent(name = 'scripted'): Agent {
  return scriptedAgent((invocation) => ({ files: goodDocument(invocation), isFinishing: true }), name);
}

function parseLine(line: string): readonly AgentEvent[] {
  try {
    // The program below is ours, so its lines have the shape of an event.
    const event: AgentEvent = JSON.parse(line);
    return [event];
  } catch {
    return [];
  }
}
