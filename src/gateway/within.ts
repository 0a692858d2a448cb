/** Wait for something, but only so long; `undefined` when that was too short, or it failed. */
export async function within<Value>(promise: Promise<Value>, waitMs: number): Promise<Value | undefined> {
  const { promise: isLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, waitMs, undefined);
  try {
    return await Promise.race([promise, isLate]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
