/** True when a version such as `2.39.5` comes before another; compared by its numbers from left to right, absent ones count as 0. */
export function isOlder(version: string, minimum: string): boolean {
  const parts = version.split('.').map(Number);
  const difference = minimum
    .split('.')
    .map((part, index) => (parts[index] ?? 0) - Number(part))
    .find((delta) => delta !== 0);
  return (difference ?? 0) < 0;
}
