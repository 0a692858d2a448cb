import { REDACTED } from '../redact.ts';
import { isGuessable } from './guessable.ts';
import { findPrivateKeys, keyScanner, PRIVATE_KEY } from './private-keys.ts';
import type { RedactionStream, Redactor, SecretFinding } from './redactor.ts';
import { asText, secretRanges, type SecretRanges } from './secret-ranges.ts';

/** No form of a secret that is not stretched beyond so much goes out before it is seen whole. */
const AHEAD_BYTES = 1_024;
/** The most a stream holds back: small writes are put together, since every search goes over what is ahead as well. */
export const HELD_BYTES = AHEAD_BYTES + 256;
/** What went out already is looked at again together with what comes, so that a form is found across the border. */
const CONTEXT_BYTES = 1_024;
const MASK = new TextEncoder().encode(REDACTED);
const NOTHING = new Uint8Array();
const WHITE_SPACE: ReadonlySet<number | undefined> = new Set([0x0a, 0x0d, 0x20, 0x09]);

/** A redactor that knows these secrets, whatever else it finds. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const ranges = secretRanges(secrets);
  const find = (content: Uint8Array): readonly SecretFinding[] => {
    const text = asText(content);
    const keys = findPrivateKeys(text).map(({ start, end }) => ({
      kind: PRIVATE_KEY,
      offset: start,
      length: end - start,
      isConclusive: true,
    }));
    return [...ranges.find(content, text), ...keys].toSorted((one, other) => one.offset - other.offset);
  };
  const redactBytes = (content: Uint8Array) => {
    const text = asText(content);
    const found = [...ranges.places(content, text), ...findPrivateKeys(text)];
    return mask(content, { from: 0, until: content.length, found, isMasking: false }).output;
  };
  return {
    guessableSecrets: secrets.filter(isGuessable).length,
    find,
    redactBytes,
    redact: (text) => new TextDecoder().decode(redactBytes(new TextEncoder().encode(text))),
    stream: () => redactionStream(ranges),
  };
}

function redactionStream(ranges: SecretRanges): RedactionStream {
  // `seen` begins at `offset` of the whole, and with what went out already: its first `sent` bytes.
  const state = { seen: NOTHING, offset: 0, sent: 0, isMasking: false };
  const keys = keyScanner();

  const emit = (until: number, text = asText(state.seen)): Uint8Array => {
    if (until <= state.sent) return NOTHING;
    const { offset, seen, sent, isMasking } = state;
    const found = [
      ...ranges.places(seen, text),
      ...keys.keysAfter(offset).map(({ start, end }) => ({ start: start - offset, end: end - offset })),
    ];
    const masked = mask(seen, { from: sent, until, found, isMasking });
    const dropped = Math.max(until - CONTEXT_BYTES, 0);
    state.seen = seen.slice(dropped);
    state.offset = offset + dropped;
    state.sent = until - dropped;
    state.isMasking = masked.isMasking;
    return masked.output;
  };
  const closedUntil = () => keys.openFrom() - state.offset;

  return {
    write(chunk) {
      state.seen = join([state.seen, chunk]);
      const text = asText(state.seen);
      keys.push(text.slice(text.length - chunk.length));
      if (state.seen.length - state.sent <= HELD_BYTES) return NOTHING;
      return emit(Math.min(state.seen.length - AHEAD_BYTES, closedUntil()), text);
    },
    flush() {
      let until = Math.min(state.seen.length, closedUntil());
      while (until > state.sent && !WHITE_SPACE.has(state.seen[until - 1])) until -= 1;
      return emit(until);
    },
    end: () => emit(state.seen.length),
  };
}

interface Window {
  readonly from: number;
  readonly until: number;
  readonly found: readonly Range[];
  /** Whether the last byte before it was masked. */
  readonly isMasking: boolean;
}

/** The bytes of a window with one mask for whatever lies together. */
function mask(bytes: Uint8Array, { from, until, found, isMasking }: Window) {
  const pieces: Uint8Array[] = [];
  let at = from;
  for (const { start, end } of merged(found, from, until)) {
    if (start > at || !isMasking) pieces.push(bytes.subarray(at, start), MASK);
    at = end;
  }
  if (at < until) pieces.push(bytes.subarray(at, until));
  return { output: join(pieces), isMasking: at === until };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The parts of ranges that lie in a window, in order, joined where they touch or overlap. */
function merged(found: readonly Range[], from: number, until: number): readonly Range[] {
  const joined: { start: number; end: number }[] = [];
  for (const range of found.toSorted((one, other) => one.start - other.start)) {
    const start = Math.max(range.start, from);
    const end = Math.min(range.end, until);
    if (start >= end) continue;
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
