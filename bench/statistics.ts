/** A distribution in the words of the tables: milliseconds, `p50 / p95 (n)`. */
export function describeTimes(timesMs: readonly number[]): string {
  return `${formatMs(quantile(timesMs, 0.5))} / ${formatMs(quantile(timesMs, 0.95))} (${timesMs.length})`;
}

/** The value below which that share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

/** Milliseconds with as many digits as mean something. */
export function formatMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

/** How long something took. */
export async function timed<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly ms: number; readonly value: Value }> {
  const startedMs = performance.now();
  const value = await work();
  return { ms: performance.now() - startedMs, value };
}
