import { z } from 'zod';

import type { Usage } from '../../domain/run.ts';
import { costOf } from './model-prices.ts';

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullish().catch(null);

/** Tokens as Codex writes them down, on standard output and in its session files alike. */
export const Tokens = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  output_tokens: count,
});

/** As usage: what was not said is unknown, and so is what it cost then. */
export function usageOf(tokens: z.output<typeof Tokens>, model: string | undefined): Usage {
  const input = tokens.input_tokens ?? null;
  const output = tokens.output_tokens ?? null;
  const cached = tokens.cached_input_tokens ?? 0;
  const cacheWrite = tokens.cache_write_input_tokens ?? 0;
  const isKnown = input !== null && output !== null;
  return {
    inputTokens: input,
    outputTokens: output,
    costUsd: isKnown ? costOf(model, { input, cached, cacheWrite, output }) : null,
  };
}
