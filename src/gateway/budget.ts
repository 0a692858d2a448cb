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
  /** Calls whose tokens no answer told; `estimatedUsage` or `worstUsage` stands for them. */
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
/** How the formats call the most tokens an answer may have. */
const OUTPUT_LIMITS = ['max_output_tokens', 'max_tokens', 'max_completion_tokens', 'maxOutputTokens'];
/** What an answer may have that was given no limit: a long one of a good model. */
const UNLIMITED_OUTPUT = 32_768;
const VALUE_MAX_CHARS = 64;

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
 * What a call is charged that was answered but never told its tokens: the provider broke it off, or the agent asked for no figures.
 * Rather too much than nothing.
 */
export function estimatedUsage(requestBytes: number, answerBytes: number): TokenUsage {
  return { input: tokensOf(requestBytes), cachedInput: 0, output: tokensOf(answerBytes) };
}

/** What a call is charged whose answer nobody waited for: the provider may still bill all that the request allows. */
export function worstUsage(
  request: Buffer,
  { usage, answerBytes }: { readonly usage: TokenUsage | undefined; readonly answerBytes: number },
): TokenUsage {
  const { input, cachedInput, output } = usage ?? estimatedUsage(request.length, answerBytes);
  const allowed = outputLimitOf(request) ?? UNLIMITED_OUTPUT;
  return { input, cachedInput, output: Math.max(output, tokensOf(answerBytes), allowed) };
}

/** The largest limit a request names. Never parsed as JSON: that would take many times the memory of the request. */
function outputLimitOf(request: Buffer): number | undefined {
  const limits = OUTPUT_LIMITS.flatMap((name) => [...numbersOf(request, `"${name}"`)]);
  return limits.length === 0 ? undefined : limits.reduce((one, other) => Math.max(one, other));
}

/** Each number that is the value of a name; within a text of JSON its quotes would be escaped. */
function* numbersOf(request: Buffer, name: string): Generator<number> {
  for (let at = request.indexOf(name); at !== -1; at = request.indexOf(name, at + 1)) {
    const behind = request.toString('latin1', at + name.length, at + name.length + VALUE_MAX_CHARS);
    const digits = /^\s*:\s*(\d{1,9})(?!\d)/u.exec(behind)?.[1];
    if (digits !== undefined) yield Number(digits);
  }
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
