import { describe, expect, it } from 'vitest';

import { usageReader } from './usage-of-answer.ts';

type Case = readonly [protocol: Parameters<typeof usageReader>[0], answer: string, usage: unknown];
const sse = (...events: readonly unknown[]) =>
  events.map((event) => `event: x\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join('');
const usage = (input: number, cachedInput: number, output: number) => ({ input, cachedInput, output });
const RESPONSES = { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 3 };
const CHAT = { prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } };
const GEMINI = { promptTokenCount: 9, candidatesTokenCount: 2, thoughtsTokenCount: 1 };

const STREAMS: readonly Case[] = [
  [
    'openai_responses',
    sse({ type: 'response.created', response: { usage: null } }, { response: { usage: RESPONSES } }),
    usage(10, 4, 3),
  ],
  ['openai_chat', `${sse({ choices: [], usage: null }, { usage: CHAT })}data: [DONE]\n\n`, usage(7, 2, 5)],
  [
    'anthropic_messages',
    sse(
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 3,
            cache_creation_input_tokens: 10,
            cache_read_input_tokens: 20,
            output_tokens: 1,
          },
        },
      },
      { type: 'message_delta', usage: { output_tokens: 42 } },
    ),
    usage(33, 20, 42),
  ],
  ['gemini', sse({ usageMetadata: { promptTokenCount: 9 } }, { usageMetadata: GEMINI }), usage(9, 0, 3)],
  ['openai_chat', sse({ usage: { prompt_tokens: -1, completion_tokens: '5' } }), undefined],
  ['openai_chat', sse({ choices: [{ delta: { content: '"usage":{"prompt_tokens":1}' } }] }), undefined],
  ['openai_chat', 'data: {"usage": broken\n\ndata:\n\n\0\n', undefined],
  ['openai_chat', `data: {"x":"${'a'.repeat(2_000_000)}"}\n\n${sse({ usage: CHAT })}`, usage(7, 2, 5)],
];

const DOCUMENTS: readonly Case[] = [
  ['openai_responses', JSON.stringify({ object: 'response', usage: RESPONSES }, null, 2), usage(10, 4, 3)],
  ['openai_chat', JSON.stringify({ usage: CHAT }), usage(7, 2, 5)],
  ['anthropic_messages', JSON.stringify({ usage: { input_tokens: 1, output_tokens: 2 } }), usage(1, 0, 2)],
  [
    'gemini',
    JSON.stringify([{ usageMetadata: { promptTokenCount: 1 } }, { usageMetadata: GEMINI }], null, 2),
    usage(9, 0, 3),
  ],
  ['openai_chat', '<html>usage</html>', undefined],
  ['openai_chat', '', undefined],
  ['openai_chat', `{"usage":${' '.repeat(5_000_000)}{}}`, undefined],
];

describe.each([
  ['text/event-stream; charset=utf-8', STREAMS],
  ['application/json', DOCUMENTS],
] as const)('%s', (contentType, cases) => {
  it.each(cases)('of %s tells its tokens however it is cut', (protocol, answer, expected) => {
    const bytes = Buffer.from(answer);
    const size = bytes.length > 10_000 ? 65_536 : 7;
    const reader = usageReader(protocol, contentType);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(reader.end()).toEqual(expected);
  });
});
