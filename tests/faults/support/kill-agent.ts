import path from 'node:path';

import type { Agent } from '../../../src/agent/port.ts';
import { goodDocument, scriptedAgent } from '../../support/scripted-agent.ts';

/** How many lines the agent prints before its final event, and the time between two of them. */
export const AGENT_LINES = 10;
const LINE_PAUSE_S = 0.02;

/** An agent as quick as a shell that counts its starts, says ten lines and writes one document; it prints `secret` on the way. */
export function killAgent(options: { readonly startLog: string; readonly secret: string }): Agent {
  const program = path.join(import.meta.dirname, 'kill-agent.sh');
  const base = scriptedAgent(() => ({}), 'counting');
  return {
    ...base,
    command: (invocation) => {
      const [[file, content] = ['', '']] = Object.entries(goodDocument(invocation));
      const values = [options.startLog, invocation.phase, file, String(AGENT_LINES), String(LINE_PAUSE_S)];
      return {
        ...base.command(invocation),
        argv: ['/bin/sh', program, ...values],
        env: { AGENT_SECRET: options.secret },
        stdin: content,
      };
    },
  };
}
