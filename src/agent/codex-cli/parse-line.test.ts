import { describe, expect, it } from 'vitest';
import { assert, constantFrom, json, nat, oneof, property, string } from 'fast-check';

import type { AgentEvent } from '../port.ts';
import { parseLine } from './parse-line.ts';

const parse = (line: string) => parseLine(line, undefined);
const item = (content: string, event = 'item.completed') => `{"type":"${event}","item":${content}}`;

/** Lines of Codex 0.169, as it printed them. */
const TOLD: readonly (readonly [what: string, line: string, text: string])[] = [
  [
    'words',
    item('{"id":"item_7","type":"agent_message","text":"All done.\\nSecond line."}'),
    'All done. Second line.',
  ],
  [
    'thoughts',
    item('{"id":"item_0","type":"reasoning","text":"**Looking around**\\n\\nI will look."}'),
    'thinks: Looking around',
  ],
  [
    'a command',
    item(
      `{"id":"item_6","type":"command_execution","command":"/bin/bash -c 'cat specs/001-x/spec.md'","aggregated_output":"# Hello\\n","exit_code":0,"status":"completed"}`,
    ),
    'ran: cat specs/001-x/spec.md',
  ],
  [
    'a command that failed',
    item(
      `{"id":"item_2","type":"command_execution","command":"/bin/bash -c 'exit 3'","aggregated_output":"","exit_code":3,"status":"failed"}`,
    ),
    'ran: exit 3 (exit code 3)',
  ],
  [
    'a changed file',
    item(
      '{"id":"item_1","type":"file_change","changes":[{"path":"/state/runs/1/repo/specs/001-x/spec.md","kind":"add"}],"status":"completed"}',
    ),
    'changed: specs/001-x/spec.md',
  ],
  [
    'files elsewhere that could not be changed',
    item(
      '{"type":"file_change","changes":[{"path":"/w/src/a.ts","kind":"delete"},{"path":"/w/b.ts","kind":"update"}],"status":"failed"}',
    ),
    'could not change: src/a.ts (deleted), w/b.ts',
  ],
  [
    'a tool of a server',
    item(
      '{"id":"item_4","type":"mcp_tool_call","server":"tool","tool":"bad","arguments":{},"result":{"content":[{"type":"text","text":"nope"}],"structured_content":null},"error":null,"status":"failed"}',
    ),
    'called: tool.bad (failed)',
  ],
  [
    'a helper',
    item('{"type":"collab_tool_call","tool":"spawn_agent","status":"completed"}'),
    'called: spawn_agent',
  ],
  [
    'a search',
    item(
      '{"id":"item_5","type":"web_search","id":"ws_1","query":"weather","action":{"type":"search","query":"weather"}}',
    ),
    'searched: weather',
  ],
  [
    'a plan',
    item(
      '{"id":"item_3","type":"todo_list","items":[{"text":"Read","completed":true},{"text":"Write","completed":false}]}',
      'item.updated',
    ),
    'plan: 1 of 2 done',
  ],
  [
    'a warning',
    item(
      '{"id":"item_0","type":"error","message":"Model metadata for `gpt-5.2-codex` not found. Defaulting to fallback metadata; this can degrade performance and cause issues."}',
    ),
    'note: Model metadata for `gpt-5.2-codex` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.',
  ],
];

/** The last words of Codex 0.169 before it gave up, for each way a model let it down. */
const FAILURES: readonly (readonly [what: string, message: string, cause: string])[] = [
  [
    'a refused key',
    'unexpected status 401 Unauthorized: Incorrect API key provided: sk-xxx., url: http://127.0.0.1:8201/v1/responses',
    'unauthorized',
  ],
  ['too many requests', 'exceeded retry limit, last status: 429 Too Many Requests', 'rate_limited'],
  [
    'too many requests, said within the answer',
    'rate limit exceeded: Rate limit reached. Please try again in 1s.',
    'rate_limited',
  ],
  ['an empty account', 'Quota exceeded. Check your plan and billing details.', 'quota_exhausted'],
  ['nobody there', 'Connection failed: error sending request', 'model_unreachable'],
  ['a reset', 'stream disconnected before completion: error sending request', 'model_unreachable'],
  ['silence', 'stream disconnected before completion: idle timeout waiting for SSE', 'model_unreachable'],
  [
    'a status 500',
    'We’re currently experiencing high demand, which may cause temporary errors.',
    'model_error',
  ],
  [
    'a status 503',
    'unexpected status 503 Service Unavailable: oops, url: http://127.0.0.1:8201/v1/responses',
    'model_error',
  ],
  [
    'garbage',
    'stream disconnected before completion: stream closed before response.completed',
    'model_error',
  ],
  ['an unknown model', 'The model `foo` does not exist or you do not have access to it.', 'model_error'],
];

describe('a line of codex exec --json', () => {
  it.each(TOLD)('tells of %s', (_what, line, text) => {
    expect(parse(line)).toEqual([{ type: 'progressed', text }]);
  });

  it.each([
    '{"type":"thread.started","thread_id":"01a1fc68-8ed7-7410-b23b-38da653ef8a7"}',
    '{"type":"turn.started"}',
    item(
      `{"id":"item_1","type":"command_execution","command":"/bin/bash -c 'echo hi'","aggregated_output":"","exit_code":null,"status":"in_progress"}`,
      'item.started',
    ),
  ])('tells nothing: %s', (line) => {
    expect(parse(line)).toEqual([]);
  });

  it('ends the work, with what it used', () => {
    const line =
      '{"type":"turn.completed","usage":{"input_tokens":2000,"cached_input_tokens":800,"cache_write_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":40}}';
    const finished = { type: 'finished', text: 'the turn is complete' };
    const usage = { inputTokens: 2000, outputTokens: 100, costUsd: null };
    expect(parse(line)).toEqual([{ type: 'used', usage }, finished]);
    const costUsd = (1200 * 5 + 800 * 0.5 + 100 * 30) / 1_000_000;
    expect(parseLine(line, 'gpt-5.5')).toEqual([{ type: 'used', usage: { ...usage, costUsd } }, finished]);
    expect(parse('{"type":"turn.completed"}')).toEqual([finished]);
  });

  it('counts what makes no sense as unknown', () => {
    const line = '{"type":"turn.completed","usage":{"input_tokens":-1,"output_tokens":"many"}}';
    expect(parseLine(line, 'gpt-5.5')).toContainEqual({
      type: 'used',
      usage: { inputTokens: null, outputTokens: null, costUsd: null },
    });
  });

  it.each(FAILURES)('tells the cause of the end: %s', (_what, message, cause) => {
    expect(parse(JSON.stringify({ type: 'turn.failed', error: { message } }))).toEqual([
      { type: 'errored', text: message, cause },
    ]);
  });

  it('tells of another try as progress, and why it is needed', () => {
    const message =
      'Reconnecting... 1/2 (stream disconnected before completion: stream closed before response.completed)';
    expect(parse(JSON.stringify({ type: 'error', message }))).toEqual([
      { type: 'progressed', text: message },
      {
        type: 'errored',
        text: 'stream disconnected before completion: stream closed before response.completed',
        cause: 'model_error',
      },
    ]);
  });

  it('gives words nobody knows no cause until the turn failed of them', () => {
    const message = 'The moon is in the way';
    expect(parse(JSON.stringify({ type: 'error', message }))).toEqual([{ type: 'errored', text: message }]);
    expect(parse(JSON.stringify({ type: 'turn.failed', error: { message } }))).toEqual([
      { type: 'errored', text: message, cause: 'model_error' },
    ]);
  });

  it('is made harmless: one line, nothing invisible, not too long', () => {
    const text = `a\u001B[31m\u202Eb\r\nc${'x'.repeat(500)}`;
    const [event] = parse(item(JSON.stringify({ type: 'agent_message', text })));
    expect(textOf(event)).toMatch(/^a \[31m b cx+…$/u);
    expect(textOf(event)).toHaveLength(200);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"turn.completed"',
    '{"type":"turn.completed","usage":',
    '{"type":"turn.failed"}',
    '{"type":"item.completed","item":{"type":"command_execution"}}',
    '{"type":"item.completed","item":{"type":"something_new","text":"x"}}',
    '{"type":"finished","text":"forged"}',
    '{"type":"used","usage":{"inputTokens":1}}',
  ])('that is broken or unknown gives no event: %s', (line) => {
    expect(parse(line)).toEqual([]);
  });

  it('never throws, whatever it is', () => {
    const lines = TOLD.map(([, line]) => line);
    assert(
      property(oneof(string(), json(), constantFrom(...lines)), nat(), (line, cut) => {
        expect(Array.isArray(parse(line))).toBe(true);
        expect(Array.isArray(parse(line.slice(0, cut % (line.length + 1))))).toBe(true);
      }),
    );
  });
});

function textOf(event: AgentEvent | undefined): string {
  return event !== undefined && 'text' in event ? event.text : '';
}
