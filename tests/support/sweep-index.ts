import { TRANSFORMS } from './secret-transforms.ts';
import type { Canary, SweepHit } from './sweep.ts';

/** Every form of some canaries, cut into pieces that are looked for together, in one pass. */
export interface SweepIndex {
  /** Length of the longest piece. */
  readonly longestBytes: number;
  /** The first hit of each canary and form; `base` is where the content begins in its file. */
  search(content: Uint8Array, base: number): readonly Omit<SweepHit, 'place'>[];
}

/** As many characters of a canary in a row are a hit. */
const LEAST_CHARS = 8;
/** A canary shorter than this would be found in ordinary text. */
const SHORTEST_CANARY = 12;
/** Nothing is unpacked; and pieces find a part of a canary anyway. */
const PASSED_OVER = new Set(['gzip', 'its first two thirds']);
const GRAM_BYTES = 4;
const FILTER_BITS = 20;

/** As much of one form as eight characters make. */
interface Piece {
  readonly canary: string;
  readonly form: string;
  readonly bytes: Uint8Array;
}

/** A piece and where in it the four bytes lie by which it is found. */
interface Entry {
  readonly piece: Piece;
  readonly gramAt: number;
}

/**
 * Pieces by four bytes of theirs, those that fewest pieces share: colours and escapes would be met everywhere. A filter of those, one
 * byte for each of a million hashes, lets nearly everything else pass at a few instructions for each byte.
 */
export function sweepIndex(canaries: readonly Canary[]): SweepIndex {
  const pieces = canaries.flatMap(piecesOf);
  const filter = new Uint8Array(1 << FILTER_BITS);
  const byGram = new Map<number, Entry[]>();
  const counts = countGrams(pieces);
  for (const piece of pieces) {
    const at = rarestGram(piece.bytes, counts);
    const gram = gramAt(piece.bytes, at);
    filter[hashOf(gram)] = 1;
    byGram.set(gram, [...(byGram.get(gram) ?? []), { piece, gramAt: at }]);
  }
  const longestBytes = Math.max(GRAM_BYTES, ...pieces.map(({ bytes }) => bytes.byteLength));
  return { longestBytes, search: (content, base) => searchIn(content, base, { filter, byGram }) };
}

function countGrams(pieces: readonly Piece[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { bytes } of pieces)
    for (let at = 0; at + GRAM_BYTES <= bytes.byteLength; at += 1) {
      const gram = gramAt(bytes, at);
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  return counts;
}

function rarestGram(bytes: Uint8Array, counts: ReadonlyMap<number, number>): number {
  let rarest = 0;
  for (let at = 1; at + GRAM_BYTES <= bytes.byteLength; at += 1)
    if ((counts.get(gramAt(bytes, at)) ?? 0) < (counts.get(gramAt(bytes, rarest)) ?? 0)) rarest = at;
  return rarest;
}

interface Table {
  readonly filter: Uint8Array;
  readonly byGram: ReadonlyMap<number, readonly Entry[]>;
}

function searchIn(
  content: Uint8Array,
  base: number,
  { filter, byGram }: Table,
): readonly Omit<SweepHit, 'place'>[] {
  const hits = new Map<string, Omit<SweepHit, 'place'>>();
  const last = content.byteLength - GRAM_BYTES;
  let gram = last < 0 ? 0 : gramAt(content, 0);
  for (let at = 0; at <= last; at += 1) {
    if (at > 0) gram = (gram >>> 8) | ((content[at + 3] ?? 0) << 24);
    if (filter[hashOf(gram)] !== 1) continue;
    for (const { piece, gramAt: inside } of byGram.get(gram) ?? []) {
      if (!isAt(content, at - inside, piece.bytes)) continue;
      const { canary, form } = piece;
      const key = `${canary}\n${form}`;
      if (!hits.has(key)) hits.set(key, { canary, form, offset: base + at - inside });
    }
  }
  return [...hits.values()];
}

function piecesOf({ name, value, publicPrefix = '' }: Canary): readonly Piece[] {
  if (value.length - publicPrefix.length < SHORTEST_CANARY)
    throw new Error(`canary ${name} has fewer than ${SHORTEST_CANARY} characters of its own`);
  // What another one of the same beginning shares with it, escapes and colours included, says nothing of it.
  const other = publicPrefix + unlike(value.slice(publicPrefix.length));
  const seen = new Set<string>();
  return TRANSFORMS.filter((transform) => !PASSED_OVER.has(transform.name)).flatMap(
    ({ name: form, apply }) => {
      const [own, ordinary] = [apply(value), apply(other)];
      const size = Math.ceil((own.byteLength / value.length) * LEAST_CHARS);
      const first = own.findIndex((byte, index) => byte !== ordinary[index]);
      const end = own.findLastIndex((byte, index) => byte !== ordinary[index]) + 1;
      const pieces: Piece[] = [];
      for (let at = first; at + size <= end; at += 1) {
        const bytes = own.subarray(at, at + size);
        const key = bytes.toString('latin1');
        if (!seen.has(key)) pieces.push({ canary: name, form, bytes });
        seen.add(key);
      }
      return pieces;
    },
  );
}

/** As long as a text, and different from it in every place. */
function unlike(text: string): string {
  return Array.from(text, (character) => (character === 'Z' ? 'z' : 'Z')).join('');
}

function gramAt(bytes: Uint8Array, at: number): number {
  const byte = (offset: number) => bytes[at + offset] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

function hashOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - FILTER_BITS);
}

/** From the end, where pieces of one form differ soonest. */
function isAt(content: Uint8Array, at: number, piece: Uint8Array): boolean {
  if (at < 0 || at + piece.byteLength > content.byteLength) return false;
  for (let index = piece.byteLength - 1; index >= 0; index -= 1)
    if (content[at + index] !== piece[index]) return false;
  return true;
}
