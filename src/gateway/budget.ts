import type { ModelPrice } from '../domain/model-access.ts';
import type { TokenUsage } from './usage-of-answer.ts';

/** What a run may use of a model; `null` is no limit. */
export interface BudgetLimits {
  readonly requests: number | null;
  /** Input and output together. */
  readonly tokens: number | null;
  readonly cost_usd: number | null;
}

/** What a run used so far, as it is written down. */
export interface BudgetFigures {
  /** Calls that were passed on, whatever came of them. */
  readonly requests: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  /** `null` where nobody knows the price. */
  readonly cost_usd: number | null;
  readonly exceeded: keyof BudgetLimits | null;
  /** Calls the provider refused or never answered. */
  readonly upstream_errors: number;
  /** Calls whose tokens no answer told and `estimatedUsage` stands for. */
  readonly estimated_requests: number;
}

/** Counts what a run uses. */
export interface Budget {
  figures(): BudgetFigures;
  /** Count a call and let it go on, or name the limit that was reached. Never waits, so calls at once cannot both be the last. */
  admit(): keyof BudgetLimits | undefined;
  charge(usage: TokenUsage): void;
  countError(): void;
  countEstimate(): void;
}

const BYTES_PER_TOKEN = 4;
const PER = 1_000_000;
/** What a long answer of a good model has: nobody gets it for less by not listening to it. */
const UNHEARD_OUTPUT_TOKENS = 32_768;

const NOTHING_USED: BudgetFigures = {
  requests: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  cost_usd: null,
  exceeded: null,
  upstream_errors: 0,
  estimated_requests: 0,
};

/** Go on counting from `before`, or from nothing. */
export function createBudget(
  limits: BudgetLimits,
  { price, before }: { readonly price: ModelPrice | undefined; readonly before: BudgetFigures | undefined },
): Budget {
  let used = before ?? NOTHING_USED;
  const figures = (): BudgetFigures => {
    const current = { ...used, cost_usd: price === undefined ? used.cost_usd : (used.cost_usd ?? 0) };
    return { ...current, exceeded: reached(limits, current) ?? null };
  };
  const add = (name: 'requests' | 'upstream_errors' | 'estimated_requests') => {
    used = { ...used, [name]: used[name] + 1 };
  };
  return {
    figures,
    admit() {
      const limit = reached(limits, figures());
      if (limit === undefined) add('requests');
      return limit;
    },
    charge(usage) {
      used = {
        ...used,
        input_tokens: used.input_tokens + usage.input,
        cached_input_tokens: used.cached_input_tokens + usage.cachedInput,
        output_tokens: used.output_tokens + usage.output,
        cost_usd: price === undefined ? used.cost_usd : (used.cost_usd ?? 0) + costOf(usage, price),
      };
    },
    countError: () => add('upstream_errors'),
    countEstimate: () => add('estimated_requests'),
  };
}

/**
 * What a call is charged that was answered but never told its tokens: it broke off, the agent hung up before the end, or asked for no
 * figures. Rather too much than nothing, or hanging up early would make every call free.
 */
export function estimatedUsage(requestBytes: number, answerBytes: number): TokenUsage {
  return { input: tokensOf(requestBytes), cachedInput: 0, output: tokensOf(answerBytes) };
}

function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function costOf({ input, cachedInput, output }: TokenUsage, price: ModelPrice): number {
  return (
    ((input - cachedInput) * price.input + cachedInput * price.cachedInput + output * price.output) / PER
  );
}

/** The first limit of which nothing is left. */
function reached(limits: BudgetLimits, used: BudgetFigures): keyof BudgetLimits | undefined {
  const spent: Readonly<Record<keyof BudgetLimits, number | null>> = {
    requests: used.requests,
    tokens: used.input_tokens + used.output_tokens,
    cost_usd: used.cost_usd,
  };
  const names = ['requests', 'tokens', 'cost_usd'] as const;
  return names.find((name) => (spent[name] ?? 0) >= (limits[name] ?? Number.POSITIVE_INFINITY));
}

/** What a call is charged of which nobody knows whether it was answered, and with what: the agent hung up, or the model took too long. */
export function unheardUsage(requestBytes: number, answerBytes: number): TokenUsage {
  const estimated = estimatedUsage(requestBytes, answerBytes);
  return { ...estimated, output: Math.max(estimated.output, UNHEARD_OUTPUT_TOKENS) };
}
