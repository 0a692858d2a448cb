import path from 'node:path';

import type { Agent } from '../../../src/agent/port.ts';
import { goodDocument, scriptedAgent } from '../../support/scripted-agent.ts';

/** How many lines the agent prints before its final event, and the time between two of them. */
export const AGENT_LINES = 10;
const LINE_PAUSE_S = 0.02;

export interface KillAgentOptions {
  /** A file it adds a line to at each start; one that cannot be written where it runs is none. */
  readonly startLog: string;
  readonly secret: string;
  /** In a sandbox with a gateway it gets one. */
  readonly needsNetwork?: boolean | undefined;
}

/** An agent as quick as a shell that counts its starts, says ten lines and writes one document; it prints `secret` on the way. */
export function killAgent(options: KillAgentOptions): Agent {
  const program = path.join(import.meta.dirname, 'kill-agent.sh');
  const base = scriptedAgent(() => ({}), 'counting');
  return {
    ...base,
    needsNetwork: options.needsNetwork ?? false,
    command: (invocation) => {
      const [[file, content] = ['', '']] = Object.entries(goodDocument(invocation));
      const values = [options.startLog, invocation.phase, file, String(AGENT_LINES), String(LINE_PAUSE_S)];
      return {
        ...base.command(invocation),
        argv: ['/bin/sh', program, ...values],
        env: { AGENT_SECRET: options.secret },
        readPaths: [program],
        stdin: content,
      };
    },
  };
}
