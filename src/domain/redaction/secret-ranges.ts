import { collapse, collapseRoom } from './collapse.ts';
import { gramIndexes, type OnHit } from './gram-index.ts';
import { findProviderSecrets, findUserinfo } from './provider-patterns.ts';
import type { SecretFinding } from './redactor.ts';

/** Shorter ones have too few grams to tell them from other text. */
export const WEAK_MAX_CHARS = 11;
/** Even shorter ones are everywhere. */
const IGNORED_MAX_CHARS = 3;

/** Finds secrets in bytes. */
export interface SecretRanges {
  /** Where they are, in order of their beginnings; they may overlap. */
  find(bytes: Uint8Array): readonly SecretFinding[];
}

/** One character for each byte; which one, beyond ASCII, no pattern asks. */
const ENCODING = 'latin1';

/** Prepare to find some secrets. Lines of a secret count each for itself as well. */
export function secretRanges(secrets: readonly string[]): SecretRanges {
  const strong = secrets.flatMap(withLines).filter((secret) => secret.length > WEAK_MAX_CHARS);
  const weak = secrets
    .filter((secret) => secret.length > IGNORED_MAX_CHARS && secret.length <= WEAK_MAX_CHARS)
    .map((secret) => asText(new TextEncoder().encode(secret)));
  const { raw, collapsed } = gramIndexes([...new Set(strong)]);

  const searchCollapsed = (bytes: Uint8Array, onHit: OnHit) => {
    if (collapsed.isEmpty) return;
    const { bytes: kept, places, length } = collapse(bytes, collapseRoom(bytes.length));
    collapsed.search(kept, length, (start, end) => onHit(Number(places[start]), Number(places[end - 1]) + 1));
  };

  return {
    find(bytes) {
      const findings: SecretFinding[] = [];
      const add = (kind: string) => (start: number, end: number) =>
        void findings.push({ kind, offset: start, length: end - start });
      const registered = add('registered');
      raw.search(bytes, bytes.length, registered);
      searchCollapsed(bytes, registered);
      const text = asText(bytes);
      for (const secret of weak) findAll(text, secret, registered);
      for (const { name, start, end } of [...findProviderSecrets(text), ...findUserinfo(text)])
        add(name)(start, end);
      return findings.toSorted((one, other) => one.offset - other.offset);
    },
  };
}

function withLines(secret: string): readonly string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  return lines.length === 1 ? [secret] : [secret, ...lines];
}

function findAll(text: string, part: string, onHit: OnHit): void {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) onHit(at, at + part.length);
}

function asText(bytes: Uint8Array): string {
  return new TextDecoder(ENCODING).decode(bytes);
}
