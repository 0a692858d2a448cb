import type { Usage } from './run.ts';

/** Units of time, largest first, with how many milliseconds each has. */
const TIME_UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

const KILOBYTE = ['KB', 1024] as const;
const LARGER_SIZES = [
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
] as const;

/** `480 ms`, `2.4 s`, `59 s`, `3 min 5 s`, `2 h 0 min`: two units at most. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1_000) return `${whole} ms`;
  if (whole < 9_950) return `${(whole / 1_000).toFixed(1)} s`;
  const rounded = Math.round(whole / 1_000) * 1_000;
  const first = TIME_UNITS.findIndex(([, size]) => rounded >= size);
  return TIME_UNITS.slice(first, first + 2)
    .map(
      ([unit, size], index) =>
        `${Math.floor((index === 0 ? rounded : rounded % (size * 60)) / size)} ${unit}`,
    )
    .join(' ');
}

/** `512 bytes`, `1.5 KB`, `4.0 MB`, by 1024. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  // Half a tenth below the next unit already rounds up to it: 1.0 MB, never 1024.0 KB.
  const [unit, size] = LARGER_SIZES.find(([, unitSize]) => bytes >= unitSize - unitSize / 20_480) ?? KILOBYTE;
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** What all attempts used together; a figure nobody reported stays `null`, and so does the whole when nothing was reported. */
export function totalUsage(records: readonly { readonly usage: Usage | null }[]): Usage | null {
  const known = records.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  const total = {
    inputTokens: sumKnown(known.map((usage) => usage.inputTokens)),
    outputTokens: sumKnown(known.map((usage) => usage.outputTokens)),
    costUsd: sumKnown(known.map((usage) => usage.costUsd)),
  };
  return Object.values(total).every((figure) => figure === null) ? null : total;
}

function sumKnown(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null);
  return known.length === 0 ? null : known.reduce((sum, figure) => sum + figure, 0);
}
