import { endOfConcatenation, endOfInvisible, endOfLinePrefix, endOfSequence } from './between.ts';

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
const LED = 2;
/** From here on: what begins something that may be dropped as a whole. */
const NEWLINE = 3;
const ESCAPE = 4;
const PERCENT = 5;
const PLUS = 6;
const NOT_ASCII = 7;
/** NUL (UTF-16), white space, and what stands between encoded bytes: quotes, backslashes, `%`, `=`, `:`, `-`, and the like. */
const BETWEEN = '\0\t\v\f\r "&\',-:;=\\#`{|}';
/** Characters that only introduce a number: `0x41`, `\x41`, `\u0041`, `&#x41;`. */
const LEADERS = 'xu';
const CODE = { two: 0x32, five: 0x35, backslash: 0x5c, hash: 0x23, zero: 0x30, u: 0x75, x: 0x78 };

const CLASSES = new Uint8Array(256).map((_, code) => {
  const character = String.fromCodePoint(code);
  if (BETWEEN.includes(character)) return DROPPED;
  if (LEADERS.includes(character)) return LED;
  const special = { '\n': NEWLINE, '\u001B': ESCAPE, '%': PERCENT, '+': PLUS }[character];
  // The first bytes of characters that are not seen.
  return special ?? ([0xc2, 0xe2, 0xef].includes(code) ? NOT_ASCII : KEPT);
});

/** Room for collapsing as many bytes, to be used again. */
export function collapseRoom(length: number): { readonly bytes: Uint8Array; readonly places: Int32Array } {
  return { bytes: new Uint8Array(length), places: new Int32Array(length) };
}

/** Collapse bytes into a room that is long enough. */
export function collapse(source: Uint8Array, room: ReturnType<typeof collapseRoom>): Collapsed {
  const { bytes, places } = room;
  let length = 0;
  for (let index = 0; index < source.length; index += 1) {
    const code = Number(source[index]);
    const kind = Number(CLASSES[code]);
    if (kind === DROPPED) continue;
    if (kind >= NEWLINE) {
      const goOnAt = endOfDropped(source, index, kind);
      if (goOnAt > index) {
        index = goOnAt - 1;
        continue;
      }
    } else if (kind === LED && isLeader(source, index)) {
      if (code === CODE.u && isPair(source, index + 1)) index += 2;
      // The 0 of 0x is kept already.
      else if (source[index - 1] === CODE.zero) length -= 1;
      continue;
    }
    bytes[length] = code;
    places[length] = index;
    length += 1;
  }
  return { bytes, places, length };
}

/** After what is dropped from here on; the same place where nothing is. */
function endOfDropped(source: Uint8Array, index: number, kind: number): number {
  if (kind === NEWLINE) return endOfLinePrefix(source, index + 1);
  if (kind === ESCAPE) return endOfSequence(source, index);
  if (kind === PERCENT) return index + (isEscapedPercent(source, index) ? 3 : 1);
  return kind === PLUS ? endOfConcatenation(source, index) : endOfInvisible(source, index);
}

/** The %25 of %2541, which stands for the % of %41. */
function isEscapedPercent(source: Uint8Array, index: number): boolean {
  return (
    source[index + 1] === CODE.two &&
    source[index + 2] === CODE.five &&
    isHexDigit(source[index + 3]) &&
    isHexDigit(source[index + 4])
  );
}

function isHexDigit(code: number | undefined): boolean {
  return code !== undefined && /[0-9A-Fa-f]/u.test(String.fromCodePoint(code));
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
