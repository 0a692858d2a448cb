import { toBytes } from './byte-string.ts';
import { collapse, collapseRoom } from './collapse.ts';
import { secretVariants } from './secret-variants.ts';

/** As many characters of a form of a secret in a row give it away; see `SecretVariants` for the three kinds. */
export const TEXT_GRAM = 8;
export const DIGIT_GRAM = 12;
export const WIDE_GRAM = 20;
/** Any text gram holds a seed that begins at a multiple of the stride: then only those places have to be looked at. */
const SEED = 4;
const STRIDE = TEXT_GRAM - SEED + 1;
const TABLE_BITS = 20;
/** 32 bits make a word. */
const WORD_SHIFT = 5;
const HASH_SHIFT = 32 - TABLE_BITS;
/** Knuth's multiplicative hash: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e_37_79_b1;

/** So much of a form is no accident any more, whatever words the secret is made of. */
const CONCLUSIVE_CHARS = 16;

/** Where a gram stands in a form of a secret. */
export interface GramOrigin {
  /** Number of the form. */
  readonly form: number;
  readonly at: number;
  /** So many characters of the form in a row are no accident: sixteen, or all that can be found in a row. */
  readonly wanted: number;
}

/** Called with places in what was searched: from the first byte to after the last. */
export type OnHit = (start: number, end: number, origins: readonly GramOrigin[]) => void;

/** All grams of all forms of some secrets. */
export interface GramIndex {
  /** Whether there is anything to look for in this view. */
  readonly isEmpty: boolean;
  /** Find every gram in the first `length` bytes. */
  search(bytes: Uint8Array, length: number, onHit: OnHit): void;
}

/** The two indexes: one for text as it is, one for text without what stands between characters. */
export function gramIndexes(secrets: readonly string[]): {
  readonly raw: GramIndex;
  readonly collapsed: GramIndex;
} {
  const forms = secrets.map(secretVariants);
  const texts = forms.flatMap((form) => form.texts);
  const digits = forms.flatMap((form) => form.digits);
  const wide = forms.flatMap((form) => form.wide);
  return {
    // A gram without anything to take away is found in the other view as well.
    raw: gramIndex([{ size: TEXT_GRAM, grams: gramsOf(texts, TEXT_GRAM, isCollapsible) }]),
    collapsed: gramIndex([
      { size: TEXT_GRAM, grams: gramsOf(texts.map(collapseText), TEXT_GRAM) },
      { size: DIGIT_GRAM, grams: gramsOf(digits.map(collapseText), DIGIT_GRAM) },
      { size: WIDE_GRAM, grams: gramsOf(wide.map(collapseText), WIDE_GRAM) },
    ]),
  };
}

interface Kind {
  readonly size: number;
  readonly grams: ReadonlyMap<string, readonly GramOrigin[]>;
}

function gramIndex(all: readonly Kind[]): GramIndex {
  const kinds = all.filter(({ grams }) => grams.size > 0);
  if (kinds.length === 0) return NOTHING;
  // A bit for each: what is looked up for every place has to stay near the processor.
  const seeds = new Int32Array(1 << (TABLE_BITS - WORD_SHIFT));
  const beginnings = new Uint8Array(1 << TABLE_BITS);
  for (const [number, { grams }] of kinds.entries())
    for (const gram of grams.keys()) {
      const bytes = toBytes(gram);
      const hash = beginningHash(bytes, 0);
      beginnings[hash] = Number(beginnings[hash]) | (1 << number);
      for (let at = 0; at < STRIDE; at += 1) {
        const seed = seedHash(bytes, at);
        seeds[seed >>> WORD_SHIFT] = Number(seeds[seed >>> WORD_SHIFT]) | (1 << seed);
      }
    }
  return {
    isEmpty: false,
    search(bytes, length, onHit) {
      for (let at = 0; at + SEED <= length; at += STRIDE) {
        const seed = seedHash(bytes, at);
        if ((Number(seeds[seed >>> WORD_SHIFT]) & (1 << seed)) !== 0)
          confirm({ bytes, length, at, beginnings }, kinds, onHit);
      }
    },
  };
}

const NOTHING: GramIndex = { isEmpty: true, search: () => undefined };

interface Candidate {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly at: number;
  /** Of the hashes of the first eight bytes of all grams, a bit for each kind: most candidates end here. */
  readonly beginnings: Uint8Array;
}

/** Try every gram the seed could be part of. */
function confirm({ bytes, length, at, beginnings }: Candidate, kinds: readonly Kind[], onHit: OnHit): void {
  const last = Math.min(at, length - TEXT_GRAM);
  for (let start = Math.max(at - STRIDE + 1, 0); start <= last; start += 1) {
    const kindBits = Number(beginnings[beginningHash(bytes, start)]);
    if (kindBits === 0) continue;
    for (const [number, { size, grams }] of kinds.entries()) {
      if ((kindBits & (1 << number)) === 0) continue;
      const gram = String.fromCodePoint(...bytes.subarray(start, start + size));
      const origins = start + size <= length ? grams.get(gram) : undefined;
      if (origins !== undefined) onHit(start, start + size, origins);
    }
  }
}

function beginningHash(bytes: Uint8Array, at: number): number {
  return (
    Math.imul(wordAt(bytes, at) ^ Math.imul(wordAt(bytes, at + SEED), MULTIPLIER), MULTIPLIER) >>> HASH_SHIFT
  );
}

function seedHash(bytes: Uint8Array, at: number): number {
  return Math.imul(wordAt(bytes, at), MULTIPLIER) >>> HASH_SHIFT;
}

function wordAt(bytes: Uint8Array, at: number): number {
  // Past the end there is nothing, which counts as 0.
  const low = Number(bytes[at]) | (Number(bytes[at + 1]) << 8);
  return low | (Number(bytes[at + 2]) << 16) | (Number(bytes[at + 3]) << 24);
}

/** Every part of that length that is wanted, but for those of a single character, which text is full of. */
function gramsOf(
  forms: readonly string[],
  size: number,
  isWanted: (gram: string) => boolean = () => true,
): ReadonlyMap<string, readonly GramOrigin[]> {
  const grams = new Map<string, GramOrigin[]>();
  for (const [number, form] of [...new Set(forms)].entries()) {
    const places = Array.from({ length: Math.max(form.length - size + 1, 0) }, (_, at) => at).filter((at) => {
      const gram = form.slice(at, at + size);
      return new Set(gram).size > 1 && isWanted(gram);
    });
    const wanted = Math.min(CONCLUSIVE_CHARS, longestStretch(places, size));
    for (const at of places) {
      const gram = form.slice(at, at + size);
      const origins = grams.get(gram) ?? [];
      // Of a form that repeats itself, the first places are enough to tell a stretch.
      if (origins.filter(({ form: other }) => other === number).length < CONCLUSIVE_CHARS)
        grams.set(gram, [...origins, { form: number, at, wanted }]);
    }
  }
  return grams;
}

/** The most characters in a row that grams at these places cover. */
function longestStretch(places: readonly number[], size: number): number {
  let [longest, start, end] = [0, 0, 0];
  for (const at of places) {
    if (at > end) start = at;
    end = at + size;
    longest = Math.max(longest, end - start);
  }
  return longest;
}

function isCollapsible(gram: string): boolean {
  return collapseText(gram) !== gram;
}

function collapseText(byteString: string): string {
  const source = toBytes(byteString);
  const { bytes, length } = collapse(source, collapseRoom(source.length));
  return String.fromCodePoint(...bytes.subarray(0, length));
}
