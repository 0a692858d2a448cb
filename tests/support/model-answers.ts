import type { ServerResponse } from 'node:http';
import { z } from 'zod';

import { goodDocument } from './scripted-agent.ts';

/** What every answer says it used; two answers make one phase. */
export const ANSWER_USAGE = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 400 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 1050,
};

/** An item of an answer: words, or the wish to run something. */
export type AnswerItem = Readonly<Record<string, unknown>> & { readonly type: string };

const Request = z.object({ input: z.array(z.looseObject({ type: z.string() })) });

/** Answer a model call with these items, as a stream of server-sent events. */
export function answer(response: ServerResponse, items: readonly AnswerItem[]): void {
  const id = `resp_${items.length}`;
  stream(response, [
    { type: 'response.created', response: { id } },
    ...items.map((item) => ({ type: 'response.output_item.done', item })),
    { type: 'response.completed', response: { id, usage: ANSWER_USAGE } },
  ]);
}

/** Send server-sent events and end. */
export function stream(response: ServerResponse, events: readonly AnswerItem[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}

/** Refuse a model call the way OpenAI's API does. */
export function refuse(
  response: ServerResponse,
  status: number,
  error: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error }));
}

/** Words as the last item of the work. */
export function say(text: string): AnswerItem {
  return { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text }] };
}

/** The wish to run a command. */
export function call(cmd: string, id = '1'): AnswerItem {
  const name = 'exec_command';
  return {
    type: 'function_call',
    id: `fc_${id}`,
    call_id: `call_${id}`,
    name,
    arguments: JSON.stringify({ cmd }),
  };
}

/** How many tool calls a request reports the results of. */
export function countResults(body: string): number {
  return inputOf(body).filter(({ type }) => type.endsWith('_call_output')).length;
}

/** Write the document of the phase the request's prompt is about, then say so. */
export function writeDocument(response: ServerResponse, body: string): void {
  const { files, name } = documentFor(body);
  if (countResults(body) > 0) return answer(response, [say(`I wrote ${name}.`)]);
  const commands = Object.entries(files).map(
    ([file, content]) =>
      `mkdir -p '${file.slice(0, file.lastIndexOf('/'))}' && printf %s '${Buffer.from(content).toString('base64')}' | base64 -d > '${file}'`,
  );
  answer(response, [call(commands.join(' && '))]);
}

/** The directives name the folder, and each phase has words of its own. */
const PHASES = [
  ['speckit_tasks', 'Specification and plan are already written.'],
  ['speckit_plan', 'The specification is already written.'],
  ['speckit_specify', ''],
] as const;

function documentFor(body: string): {
  readonly files: Readonly<Record<string, string>>;
  readonly name: string;
} {
  const prompt = promptOf(body);
  const featureDirectory =
    /SPECIFY_FEATURE_DIRECTORY=(specs\/[\w.-]+[\w-])/u.exec(prompt)?.[1] ?? 'specs/unknown';
  const specText = /<(spec-text-*)>\n([\s\S]*?)\n<\/\1>/u.exec(prompt)?.[2] ?? '';
  const phase = PHASES.find(([, words]) => prompt.includes(words))?.[0] ?? 'speckit_specify';
  return { files: goodDocument({ phase, featureDirectory, specText }), name: `the document of ${phase}` };
}

function promptOf(body: string): string {
  const Content = z.object({ content: z.array(z.object({ text: z.string() })) });
  const texts = inputOf(body).flatMap((item) => Content.safeParse(item).data?.content ?? []);
  return texts.map(({ text }) => text).join('\n');
}

function inputOf(body: string) {
  return Request.safeParse(JSON.parse(body)).data?.input ?? [];
}
