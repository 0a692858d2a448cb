import { z } from 'zod';

import { oneLine } from './one-line.ts';

const Status = z.string().catch('');

/** An item of a Codex thread, as far as we tell of it. */
export const Item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent_message'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  z.object({
    type: z.literal('command_execution'),
    command: z.string(),
    exit_code: z.number().nullish().catch(null),
  }),
  z.object({
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: z.string(), kind: z.string() })),
    status: Status,
  }),
  z.object({ type: z.literal('mcp_tool_call'), server: z.string(), tool: z.string(), status: Status }),
  z.object({ type: z.literal('collab_tool_call'), tool: z.string(), status: Status }),
  z.object({ type: z.literal('web_search'), query: z.string() }),
  z.object({ type: z.literal('todo_list'), items: z.array(z.object({ completed: z.boolean() })) }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

type Item = z.output<typeof Item>;
type Describe<Type extends Item['type']> = (item: Extract<Item, { readonly type: Type }>) => string;

const SHELL = /^\S*sh -l?c (.+)$/su;

const DESCRIPTIONS: { readonly [Type in Item['type']]: Describe<Type> } = {
  agent_message: ({ text }) => text,
  reasoning: ({ text }) => `thinks: ${text.replaceAll('**', '').split('\n', 1)[0]}`,
  command_execution: ({ command, exit_code }) =>
    `ran: ${withoutShell(command)}${(exit_code ?? 0) === 0 ? '' : ` (exit code ${exit_code})`}`,
  file_change: ({ changes, status }) =>
    `${status === 'failed' ? 'could not change' : 'changed'}: ${changes.map(nameChange).join(', ')}`,
  mcp_tool_call: ({ server, tool, status }) => `called: ${server}.${tool}${failedNote(status)}`,
  collab_tool_call: ({ tool, status }) => `called: ${tool}${failedNote(status)}`,
  web_search: ({ query }) => `searched: ${query}`,
  todo_list: ({ items }) => `plan: ${items.filter((item) => item.completed).length} of ${items.length} done`,
  error: ({ message }) => `note: ${message}`,
};

/** An item that is done, in one line. */
export function describeItem<Type extends Item['type']>(
  item: Extract<Item, { readonly type: Type }>,
): string {
  const describe: Describe<Type> = DESCRIPTIONS[item.type];
  return oneLine(describe(item));
}

/** Commands come as arguments of a shell, quoted when they need it. */
function withoutShell(command: string): string {
  const inner = SHELL.exec(command)?.[1] ?? command;
  return /^(?:'[^']*'|"[^"\\]*")$/u.test(inner) ? inner.slice(1, -1) : inner;
}

/** Paths are absolute, and nobody wants to read where a workspace lies. */
function nameChange({ path, kind }: { readonly path: string; readonly kind: string }): string {
  const name = /(?:^|\/)((?:specs|\.specify)\/.+)$/u.exec(path)?.[1] ?? path.split('/').slice(-2).join('/');
  return kind === 'delete' ? `${name} (deleted)` : name;
}

function failedNote(status: string): string {
  return status === 'failed' ? ' (failed)' : '';
}
