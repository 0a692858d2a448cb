import { expect, it } from 'vitest';

import type { AgentEvent, AgentFailureCause } from '../agent/port.ts';
import { agentFailure } from './agent-failure.ts';

const errored = (cause?: AgentFailureCause): AgentEvent => ({
  type: 'errored',
  text: 'It said no.',
  ...(cause === undefined ? {} : { cause }),
});
const progressed: AgentEvent = { type: 'progressed', text: 'on it' };
const used: AgentEvent = { type: 'used', usage: { inputTokens: 1, outputTokens: 1, costUsd: null } };

it.each<readonly [AgentFailureCause, string, boolean]>([
  ['unauthorized', 'model_unauthorized', false],
  ['rate_limited', 'model_rate_limited', true],
  ['quota_exhausted', 'model_quota_exhausted', false],
  ['model_unreachable', 'model_unreachable', false],
  ['model_error', 'model_failed', false],
])('makes %s the reason %s', (cause, code, isTransient) => {
  const failure = agentFailure('codex_cli', [progressed, errored(cause), used]);
  expect(failure).toMatchObject({ code, isTransient, message: expect.stringContaining("'codex_cli'") });
  expect(failure?.message).toMatch(/It said no\.$/u);
});

it('has no word when the model did not let the agent down, or no longer', () => {
  expect(agentFailure('a', [])).toBeUndefined();
  expect(agentFailure('a', [errored()])).toBeUndefined();
  expect(agentFailure('a', [errored('unauthorized'), progressed])).toBeUndefined();
  expect(agentFailure('a', [errored('unauthorized'), errored()])).toBeUndefined();
});
