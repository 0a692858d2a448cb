import { REDACTED } from '../redact.ts';
import type { RedactionStream, Redactor } from './redactor.ts';
import { secretRanges, WEAK_MAX_CHARS, type SecretRanges } from './secret-ranges.ts';

/** The most a stream holds back. No form of a secret that is not stretched beyond it goes out before it is seen whole. */
export const HELD_BYTES = 1_024;
/** What went out already is looked at again together with what comes, so that a form is found across the border. */
const CONTEXT_BYTES = 1_024;
const MASK = new TextEncoder().encode(REDACTED);
const NOTHING = new Uint8Array();
const WHITE_SPACE: ReadonlySet<number | undefined> = new Set([0x0a, 0x0d, 0x20, 0x09]);

/** A redactor that knows these secrets, whatever else it finds. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const ranges = secretRanges(secrets);
  return {
    weakSecrets: secrets.filter((secret) => secret.length <= WEAK_MAX_CHARS).length,
    find: (content) => ranges.find(content),
    stream: () => redactionStream(ranges),
    redact(text) {
      const stream = redactionStream(ranges);
      const first = stream.write(new TextEncoder().encode(text));
      return new TextDecoder().decode(join([first, stream.end()]));
    },
  };
}

function redactionStream(ranges: SecretRanges): RedactionStream {
  // `seen` begins with what went out already: its first `sent` bytes.
  const state = { seen: NOTHING, sent: 0, isMasking: false };

  const emit = (until: number): Uint8Array => {
    if (until <= state.sent) return NOTHING;
    const pieces: Uint8Array[] = [];
    let at = state.sent;
    for (const { start, end } of merged(ranges.find(state.seen), state.sent, until)) {
      if (start > at || !state.isMasking) pieces.push(state.seen.subarray(at, start), MASK);
      at = end;
      state.isMasking = true;
    }
    if (at < until) {
      pieces.push(state.seen.subarray(at, until));
      state.isMasking = false;
    }
    const output = join(pieces);
    const kept = Math.max(until - CONTEXT_BYTES, 0);
    state.seen = state.seen.slice(kept);
    state.sent = until - kept;
    return output;
  };

  return {
    write(chunk) {
      state.seen = join([state.seen, chunk]);
      return emit(state.seen.length - HELD_BYTES);
    },
    flush() {
      let until = state.seen.length;
      while (until > state.sent && !WHITE_SPACE.has(state.seen[until - 1])) until -= 1;
      return emit(until);
    },
    end: () => emit(state.seen.length),
  };
}

/** The parts of ranges that lie in a window, joined where they touch or overlap. */
function merged(
  found: readonly { readonly offset: number; readonly length: number }[],
  from: number,
  until: number,
): readonly { readonly start: number; readonly end: number }[] {
  const joined: { start: number; end: number }[] = [];
  for (const { offset, length } of found) {
    const start = Math.max(offset, from);
    const end = Math.min(offset + length, until);
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
