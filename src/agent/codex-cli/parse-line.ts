import { z } from 'zod';

import { parseObjectLine } from '../../lib/parse-object-line.ts';
import type { AgentEvent } from '../port.ts';
import { describeItem, Item } from './describe-item.ts';
import { causeOf } from './failure-cause.ts';
import { oneLine } from './one-line.ts';
import { Tokens, usageOf } from './token-usage.ts';

const Failure = z.object({ message: z.string() });

/** The lines of `codex exec --json` that tell something; `thread.started`, `turn.started` and `item.started` do not. */
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal(['item.updated', 'item.completed']), item: Item }),
  z.object({ type: z.literal('turn.completed'), usage: Tokens.optional().catch(undefined) }),
  z.object({ type: z.literal('turn.failed'), error: Failure }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

const RECONNECTING = /^(Reconnecting\.\.\. \d+\/\d+) \((.*)\)$/su;

/**
 * The events of one line. `turn.completed` sums up the whole thread, and there is one turn in ours: its figures are those of the
 * execution. Input tokens include cached ones, output tokens the thinking.
 */
export function parseLine(text: string, model: string | undefined): readonly AgentEvent[] {
  const line = Line.safeParse(parseObjectLine(text));
  return line.success ? eventsOf(line.data, model) : [];
}

function eventsOf(line: z.output<typeof Line>, model: string | undefined): readonly AgentEvent[] {
  switch (line.type) {
    case 'item.updated':
    case 'item.completed': {
      const told = describeItem(line.item);
      return told === '' ? [] : [{ type: 'progressed', text: told }];
    }
    case 'turn.completed': {
      const used =
        line.usage === undefined ? [] : [{ type: 'used', usage: usageOf(line.usage, model) } as const];
      return [...used, { type: 'finished', text: 'the turn is complete' }];
    }
    case 'turn.failed':
      return failed(line.error.message, 'model_error');
    case 'error':
      return reported(line.message);
  }
}

/** A fault Codex tries again tells that it is alive, and why it waits. */
function reported(message: string): readonly AgentEvent[] {
  const [, attempt, why] = RECONNECTING.exec(message) ?? [];
  if (attempt === undefined || why === undefined) return failed(message);
  return [{ type: 'progressed', text: oneLine(message) }, ...failed(why)];
}

/** A turn fails only when the model does; words of its provider that nobody knows say no more than that. */
function failed(message: string, otherwise?: 'model_error'): readonly AgentEvent[] {
  const cause = causeOf(message) ?? otherwise;
  return [{ type: 'errored', text: oneLine(message), ...(cause === undefined ? {} : { cause }) }];
}
