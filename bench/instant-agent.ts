import type { Agent } from '../src/agent/port.ts';
import { goodDocument, scriptedAgent } from '../tests/support/scripted-agent.ts';

const SCRIPT = 'mkdir -p "${1%/*}" && cat > "$1" && echo \'{"type":"finished","text":"done"}\'';

/** An agent as quick as a shell: copies its standard input to its document and is done. */
export function instantAgent(): Agent {
  const base = scriptedAgent(() => ({}), 'instant');
  return {
    ...base,
    command(invocation) {
      const [[document, content] = ['', '']] = Object.entries(goodDocument(invocation));
      const argv = ['/bin/sh', '-c', SCRIPT, 'instant', document] as const;
      return { ...base.command(invocation), argv: [...argv], stdin: content };
    },
  };
}
