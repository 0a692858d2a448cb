import { z } from 'zod';

import { parseObjectLine } from '../../lib/parse-object-line.ts';
import type { AgentEvent } from '../port.ts';

const EventLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({
    type: z.literal('usage'),
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number(),
  }),
  z.object({ type: z.literal('error'), text: z.string() }),
  z.object({ type: z.literal('finished'), text: z.string() }),
]);

/** One line of the program's standard output: a JSON document. */
export type EventLine = z.infer<typeof EventLine>;

/** The line for an event, with its newline. */
export function formatEvent(event: EventLine): string {
  return `${JSON.stringify(event)}\n`;
}

/** The event of a line; none for anything that is not one of ours. */
export function parseEvent(line: string): readonly AgentEvent[] {
  const found = EventLine.safeParse(parseObjectLine(line));
  return found.success ? [asAgentEvent(found.data)] : [];
}

function asAgentEvent(event: EventLine): AgentEvent {
  switch (event.type) {
    case 'progress':
      return { type: 'progressed', text: event.text };
    case 'usage': {
      const { inputTokens, outputTokens, costUsd } = event;
      return { type: 'used', usage: { inputTokens, outputTokens, costUsd } };
    }
    case 'error':
      return { type: 'errored', text: event.text };
    case 'finished':
      return { type: 'finished', text: event.text };
  }
}
