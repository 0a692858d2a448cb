import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Poll until `condition` answers something truthy, and return that; fails naming what did not come. */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  options: { readonly timeoutMs: number; readonly what: string },
): Promise<NonNullable<Value>> {
  const endMs = performance.now() + options.timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > endMs)
      throw new Error(`did not come within ${options.timeoutMs} ms: ${options.what}`);
    await delay(POLL_MS);
  }
}
