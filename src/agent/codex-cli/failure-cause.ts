import type { AgentFailureCause } from '../port.ts';

/**
 * What Codex says when a model call fails, each seen with 0.169; the first that matches counts. A status 500 reads as "high
 * demand", a reset connection as "error sending request", a server that speaks something else as "stream closed".
 */
const SAID: readonly (readonly [RegExp, AgentFailureCause])[] = [
  [/\bunexpected status 40[13]\b/u, 'unauthorized'],
  [/\blast status: 429\b|\bunexpected status 429\b|^rate limit exceeded\b/u, 'rate_limited'],
  [/^Quota exceeded\b/u, 'quota_exhausted'],
  // The gateway's own words for a model it cannot reach.
  [/\bunexpected status 50[24]\b.*\bcould not be asked\b/u, 'model_unreachable'],
  [/\berror sending request\b|\bidle timeout waiting for SSE\b|^Connection failed\b/u, 'model_unreachable'],
  [/\bunexpected status \d{3}\b|\bhigh demand\b|^stream disconnected before completion\b/u, 'model_error'],
];

/** Why a model call failed, by Codex's words; `undefined` for words that tell of something else. */
export function causeOf(message: string): AgentFailureCause | undefined {
  return SAID.find(([words]) => words.test(message))?.[1];
}
