import type { ModelPrice } from '../../domain/model-access.ts';

/** US dollars for a million tokens. */
interface ListPrice {
  readonly input: number;
  /** Of input that was in the provider's cache already. */
  readonly cached: number;
  /** Of input that is put there; `null` where it costs what input does. */
  readonly cacheWrite: number | null;
  readonly output: number;
}

/** Tokens as Codex counts them: `input` holds what was cached and what was written to the cache, `output` the thinking. */
export interface TokenCount {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
}

/**
 * Standard prices of OpenAI's API for contexts up to 272,000 tokens, which is where Codex ends a context. As of 2026-11-21; a model
 * that is not here has no known price.
 */
const PRICES: Readonly<Record<string, ListPrice>> = {
  'gpt-6.1-sol': { input: 2, cached: 0.1, cacheWrite: 2.5, output: 10 },
  'gpt-6.1-terra': { input: 1, cached: 0.05, cacheWrite: 1.25, output: 5 },
  'gpt-6-astra': { input: 10, cached: 1, cacheWrite: 12.5, output: 50 },
  'gpt-6-sol': { input: 2, cached: 0.2, cacheWrite: 2.5, output: 10 },
  'gpt-6-luna': { input: 0.1, cached: 0.01, cacheWrite: 0.125, output: 0.5 },
  'gpt-5.6-terra': { input: 2, cached: 0.2, cacheWrite: null, output: 12 },
  'gpt-5.6-luna': { input: 0.2, cached: 0.02, cacheWrite: null, output: 1.2 },
  'gpt-5.5': { input: 5, cached: 0.5, cacheWrite: null, output: 30 },
};

const MILLION = 1_000_000;

/** The price of a model, without what only some providers ask for; `undefined` when it is not known. */
export function priceOf(model: string | undefined): ModelPrice | undefined {
  const price = findPrice(model);
  return price === undefined
    ? undefined
    : { input: price.input, cachedInput: price.cached, output: price.output };
}

function findPrice(model: string | undefined): ListPrice | undefined {
  return model !== undefined && Object.hasOwn(PRICES, model) ? PRICES[model] : undefined;
}

/** What tokens of a model cost in US dollars; `null` when the model's price is not known. */
export function costOf(model: string | undefined, tokens: TokenCount): number | null {
  const price = findPrice(model);
  if (price === undefined) return null;
  const { cached, cacheWrite, output } = tokens;
  const plain = Math.max(0, tokens.input - cached - cacheWrite);
  const writing = price.cacheWrite ?? price.input;
  const total = plain * price.input + cached * price.cached + cacheWrite * writing + output * price.output;
  return total / MILLION;
}
