import { z } from 'zod';

import type { Agent, AgentEvent } from '../../src/agent/port.ts';
import { exec } from '../../src/lib/exec.ts';

/** What `example-agent --json` prints, one document per line. */
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), text: z.string() }),
  z.object({ type: z.literal('tokens'), input: z.number(), output: z.number() }),
  z.object({ type: z.literal('failed'), text: z.string() }),
  z.object({ type: z.literal('done') }),
]);

/** An agent that is a program on the search path: it reads its prompt from standard input and prints JSON lines. */
export function exampleAgent(options: { readonly path: string }): Agent {
  return {
    name: 'example',
    description: 'shows the form of an adapter',
    specKitKey: 'generic',
    runsForeignCode: true,
    needsNetwork: true,
    model: undefined,
    variables: () => [],
    checkSettings: () => Promise.resolve(),
    detectVersion: () => detectVersion(options.path),
    command: ({ prompt }) => ({
      argv: ['example-agent', '--json'],
      env: {},
      stdin: prompt,
      homeFiles: {},
      readPaths: [],
    }),
    parse: (text) => {
      const line = Line.safeParse(jsonOf(text));
      return line.success ? eventsOf(line.data) : [];
    },
    // It leaves no account behind when it is cut off.
    readUsage: () => Promise.resolve(null),
  };
}

async function detectVersion(path: string): Promise<string> {
  const result = await exec(['example-agent', '--version'], { env: { PATH: path }, timeoutMs: 10_000 });
  // A real adapter throws a reason of the table here, so that `doctor` can say what to do.
  if (result.exitCode !== 0) throw new Error(`example-agent --version failed: ${result.stderr}`);
  return result.stdout.toString('utf8').trim();
}

/** Unknown figures are `null`, never 0. */
function eventsOf(line: z.infer<typeof Line>): readonly AgentEvent[] {
  switch (line.type) {
    case 'message':
      return [{ type: 'progressed', text: line.text }];
    case 'tokens':
      return [{ type: 'used', usage: { inputTokens: line.input, outputTokens: line.output, costUsd: null } }];
    case 'failed':
      return [{ type: 'errored', text: line.text }];
    case 'done':
      return [{ type: 'finished', text: 'done' }];
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
