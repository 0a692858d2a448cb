/** Bytes without what programs put between characters, and where each of them stood. */
export interface Collapsed {
  readonly bytes: Uint8Array;
  /** Place of each byte in what was collapsed. */
  readonly places: Int32Array;
  /** How many there are; the arrays may be longer. */
  readonly length: number;
}

const KEPT = 0;
const DROPPED = 1;
const ESCAPE = 2;
const LED = 3;
/** NUL (UTF-16), white space, and what stands between encoded bytes: quotes, backslashes, `%`, `:`, `-`, and the like. */
const BETWEEN = '\0\t\n\v\f\r "%&\',-:;\\#|`';
/** Characters that only introduce a number: `0x41`, `\x41`, `\u0041`, `&#x41;`. */
const LEADERS = 'xu0';
const CODE = {
  escape: 0x1b,
  backslash: 0x5c,
  hash: 0x23,
  zero: 0x30,
  u: 0x75,
  x: 0x78,
  bracket: 0x5b,
  firstFinal: 0x40,
  lastFinal: 0x7e,
};
const SEQUENCE_MAX_BYTES = 64;

const CLASSES = new Uint8Array(256).map((_, code) => {
  const character = String.fromCodePoint(code);
  if (BETWEEN.includes(character)) return DROPPED;
  if (code === CODE.escape) return ESCAPE;
  return LEADERS.includes(character) ? LED : KEPT;
});

/** Room for collapsing as many bytes, to be used again. */
export function collapseRoom(length: number): { readonly bytes: Uint8Array; readonly places: Int32Array } {
  return { bytes: new Uint8Array(length), places: new Int32Array(length) };
}

/** Collapse bytes into a room that is long enough. */
export function collapse(source: Uint8Array, room: ReturnType<typeof collapseRoom>): Collapsed {
  const { bytes, places } = room;
  let length = 0;
  let index = -1;
  let goOnAt = 0;
  for (const code of source) {
    index += 1;
    const kind = CLASSES[code];
    if (kind === DROPPED || index < goOnAt) continue;
    if (kind === ESCAPE) {
      goOnAt = endOfSequence(source, index) + 1;
    } else if (kind === LED && code !== CODE.zero && isLeader(source, index)) {
      if (code === CODE.u && isPair(source, index + 1)) goOnAt = index + 3;
      // The 0 of 0x is kept already.
      else if (source[index - 1] === CODE.zero) length -= 1;
    } else {
      bytes[length] = code;
      places[length] = index;
      length += 1;
    }
  }
  return { bytes, places, length };
}

/** An x or u after a backslash, an x after a 0 or a #. */
function isLeader(source: Uint8Array, index: number): boolean {
  const before = source[index - 1];
  if (before === CODE.backslash) return true;
  return (
    source[index] === CODE.x && (before === CODE.hash || (before === CODE.zero && !isWord(source[index - 2])))
  );
}

/** The two zeros of \u00. */
function isPair(source: Uint8Array, index: number): boolean {
  return source[index] === CODE.zero && source[index + 1] === CODE.zero;
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && CLASSES[code] === KEPT;
}

/** The last byte of an escape sequence that begins here (ECMA-48: CSI, or two characters). */
function endOfSequence(source: Uint8Array, start: number): number {
  if (source[start + 1] !== CODE.bracket) return start + 1;
  const limit = Math.min(start + SEQUENCE_MAX_BYTES, source.length);
  for (let index = start + 2; index < limit; index += 1) {
    const code = Number(source[index]);
    if (code >= CODE.firstFinal && code <= CODE.lastFinal) return index;
  }
  return start + 1;
}
