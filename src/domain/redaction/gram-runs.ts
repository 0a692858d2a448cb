import type { OnHit } from './gram-index.ts';

/** Part of a form of a secret, in the view it was found in. */
export interface GramRun {
  readonly start: number;
  readonly end: number;
  /** Whether it is so much of the form that it is no accident. */
  readonly isConclusive: boolean;
}

/** Puts grams together that follow each other in a text as they do in a form of a secret. */
export interface GramRuns {
  /** A gram and where it stands in forms; they come in the order of their places. */
  readonly add: OnHit;
  /** All that was found. */
  list(): readonly GramRun[];
}

/** No text is as long: a form and where it would begin in the text make one number, which is found faster than a text. */
const PLACES = 2 ** 32;

/** No grams yet. */
export function gramRuns(): GramRuns {
  const runs: { start: number; end: number; wanted: number }[] = [];
  const last = new Map<number, { end: number }>();
  return {
    add(start, end, origins) {
      for (const { form, at, wanted } of origins) {
        const key = form * PLACES + start - at;
        const run = last.get(key);
        if (run === undefined || start > run.end) {
          const begun = { start, end, wanted };
          runs.push(begun);
          last.set(key, begun);
        } else {
          run.end = end;
        }
      }
    },
    list: () => runs.map(({ start, end, wanted }) => ({ start, end, isConclusive: end - start >= wanted })),
  };
}

/** Only where grams lie, whatever they are of: enough to mask, and fast where text or a secret repeats itself. */
export function gramPlaces(): GramRuns {
  const places: { start: number; end: number; isConclusive: boolean }[] = [];
  return {
    add(start, end) {
      const last = places.at(-1);
      if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
      else places.push({ start, end, isConclusive: false });
    },
    list: () => places,
  };
}
