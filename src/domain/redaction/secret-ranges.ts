import { collapse, collapseRoom } from './collapse.ts';
import { gramIndexes } from './gram-index.ts';
import { gramPlaces, gramRuns, type GramRuns } from './gram-runs.ts';
import { isGuessable } from './guessable.ts';
import { findProviderSecrets } from './provider-patterns.ts';
import type { SecretFinding } from './redactor.ts';
import { findUserinfo } from './url-userinfo.ts';

/** Shorter ones have too few grams to tell them from other text: they are found as a whole only. */
const WEAK_MAX_CHARS = 11;
const REGISTERED = 'registered';

/** Finds secrets in bytes, but for private keys, which are longer than what a stream looks at at once. */
export interface SecretRanges {
  /** Where they are in bytes, which are given as text too; they may overlap. */
  find(bytes: Uint8Array, text: string): readonly SecretFinding[];
  /** The same but for what each of them is. */
  places(bytes: Uint8Array, text: string): readonly Place[];
}

/** One character for each byte; which one, beyond ASCII, no pattern asks. */
const ENCODING = 'latin1';

/** Prepare to find some secrets. Lines of a secret count each for itself as well; what is guessable does not count. */
export function secretRanges(secrets: readonly string[]): SecretRanges {
  const known = secrets.filter((secret) => !isGuessable(secret));
  const parts = new Set(known.flatMap(withLines).filter((part) => !isGuessable(part)));
  const weak = known
    .filter((secret) => secret.length <= WEAK_MAX_CHARS)
    .map((secret) => asText(new TextEncoder().encode(secret)));
  const { raw, collapsed } = gramIndexes([...parts].filter((part) => part.length > WEAK_MAX_CHARS));

  const searchRaw = (bytes: Uint8Array, runs: GramRuns): readonly SecretFinding[] => {
    raw.search(bytes, bytes.length, runs.add);
    return runs.list().map(({ start, end, isConclusive }) => registered({ start, end }, isConclusive));
  };
  const searchCollapsed = (bytes: Uint8Array, runs: GramRuns): readonly SecretFinding[] => {
    if (collapsed.isEmpty) return [];
    const { bytes: kept, places, length } = collapse(bytes, collapseRoom(bytes.length));
    collapsed.search(kept, length, runs.add);
    return runs
      .list()
      .map(({ start, end, isConclusive }) =>
        registered({ start: Number(places[start]), end: Number(places[end - 1]) + 1 }, isConclusive),
      );
  };

  const search = (bytes: Uint8Array, text: string, runs: () => GramRuns): readonly SecretFinding[] => {
    const userinfo = findUserinfo(text).map((found) => ({ ...found, isConclusive: true }));
    const patterns = [...findProviderSecrets(text), ...userinfo].map(
      ({ name, start, end, isConclusive }) => ({
        kind: name,
        offset: start,
        length: end - start,
        isConclusive,
      }),
    );
    const whole = weak.flatMap((secret) => findAll(text, secret)).map((place) => registered(place, true));
    return [...searchRaw(bytes, runs()), ...searchCollapsed(bytes, runs()), ...whole, ...patterns];
  };
  return {
    find: (bytes, text) => search(bytes, text, gramRuns),
    places: (bytes, text) =>
      search(bytes, text, gramPlaces).map(({ offset, length }) => ({ start: offset, end: offset + length })),
  };
}

/** From the first byte to after the last. */
interface Place {
  readonly start: number;
  readonly end: number;
}

function registered({ start, end }: Place, isConclusive: boolean): SecretFinding {
  return { kind: REGISTERED, offset: start, length: end - start, isConclusive };
}

function withLines(secret: string): readonly string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  return lines.length === 1 ? [secret] : [secret, ...lines];
}

function findAll(text: string, part: string): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1))
    places.push({ start: at, end: at + part.length });
  return places;
}

/** Bytes as one character each. */
export function asText(bytes: Uint8Array): string {
  return new TextDecoder(ENCODING).decode(bytes);
}
