import { judgeKeyBody, type Judgement } from './key-body.ts';

/** The kind of what is found here. */
export const PRIVATE_KEY = 'private key';

/** No key this project meets is longer; what goes on longer is something else. */
export const KEY_MAX_CHARS = 16_384;
/** Headers of a key and what others put before its lines: behind so much, it shows whether a marker is only mentioned. */
const MENTION_MAX_CHARS = 512;
/** What is known of a body is judged each time so much more is there, and at the end of each line. */
const JUDGED_CHARS = 16;
/** What parts the last line of a key from its end: never more than this without key. */
const GAP_MAX_CHARS = 256;
/** As much of base64 in a row is no word. */
const LONG_RUN = 40;
/** Less is a word, unless it mixes small letters, large letters and digits. */
const SHORT_RUN = 8;
/** A short last line is part of the key when nothing but a line break stands before it. */
const BREAK_MAX_CHARS = 4;
/** Longer than any marker. */
const MARKER_MAX_CHARS = 128;

const DASHES = '-----';
const BEGINNING = `${DASHES}BEGIN`;
/** What grep puts around a word it found. */
const COLOUR = String.raw`(?:\u001B\[[0-9;]{0,8}[mK]){0,4}`;
const SPACE = `${COLOUR}(?:[ +]|%20|&#32;)${COLOUR}`;
const LABEL = `(?:[A-Z0-9]{1,12}${SPACE}){0,4}PRIVATE${SPACE}KEY(?:${SPACE}BLOCK)?`;
const BEGIN = new RegExp(`${BEGINNING}${SPACE}${LABEL}${DASHES}`, 'u');
const LAST_BEGIN = new RegExp(`${BEGINNING}${SPACE}${LABEL}${DASHES}$`, 'u');
/** Of something public, such as a certificate. */
const LAST_OTHER = new RegExp(`${BEGINNING}${SPACE}[A-Z0-9 +%#]{1,60}${DASHES}$`, 'u');
const LAST_END = new RegExp(`${DASHES}END${SPACE}${LABEL}${DASHES}$`, 'u');

const DASH = 0x2d;
const LINE_FEED = 0x0a;
const SMALL = 1;
const LARGE = 2;
const DIGIT = 4;
const OTHER = 8;
const MIXED = SMALL | LARGE | DIGIT;
/** What each character of base64 is; 0 for the rest. */
const KINDS = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCodePoint(code);
  if (/[a-z]/u.test(character)) return SMALL;
  if (/[A-Z]/u.test(character)) return LARGE;
  if (/[0-9+]/u.test(character)) return DIGIT;
  return /[/=]/u.test(character) ? OTHER : 0;
});

/** From the first character to after the last. */
export interface KeyRange {
  readonly start: number;
  readonly end: number;
}

/** Finds private keys in a text that comes in pieces, however it is cut. Places count from the beginning of the whole text. */
export interface KeyScanner {
  /** Look at the next piece, one character for each byte. */
  push(piece: string): void;
  /** The keys known so far that end after a place; the last may go on. */
  keysAfter(place: number): readonly KeyRange[];
  /** From here on it is open whether a key goes on or begins; infinite when the next piece changes nothing. */
  openFrom(): number;
}

interface Run {
  start: number;
  length: number;
  kinds: number;
}

/** What is known of the place the scanner has come to. */
interface Progress {
  /** Where the text that was not given up yet begins, in the whole. */
  offset: number;
  text: string;
  at: number;
  /** `begun`: a marker was seen, but not enough behind it to tell a key from a mention. */
  phase: 'outside' | 'begun' | 'inside';
  /** Of the marker. */
  start: number;
  /** Of the part that can be a key at all: after the marker. */
  bodyAt: number;
  /** After the last character that is surely key, and after the last that counts as one. */
  sureEnd: number;
  end: number;
  run: Run;
  /** Length of the last run that may be key: those that follow in the same length are folded like it. */
  fold: number;
  dashes: number;
}

/** A scanner at the beginning of a text. */
export function keyScanner(): KeyScanner {
  const keys: KeyRange[] = [];
  const now: Progress = {
    offset: 0,
    text: '',
    at: 0,
    phase: 'outside',
    start: 0,
    bodyAt: 0,
    sureEnd: 0,
    end: 0,
    fold: 0,
    run: { start: 0, length: 0, kinds: 0 },
    dashes: 0,
  };
  return {
    push(piece) {
      const last = now.offset + now.text.length + piece.length;
      if (now.phase === 'outside' && holdsNoMarker(now.text, piece)) now.at = last;
      // Putting texts together costs more than looking through them.
      const needed =
        now.phase === 'begun' ? Math.min(now.at - MARKER_MAX_CHARS, now.bodyAt) : now.at - MARKER_MAX_CHARS;
      const kept = Math.max(needed - now.offset, 0);
      const isNew = kept >= now.text.length;
      now.text = isNew ? piece.slice(kept - now.text.length) : now.text.slice(kept) + piece;
      now.offset += kept;
      while (now.at < last) {
        if (now.phase === 'outside') lookForBegin(now);
        else step(now, keys);
      }
    },
    keysAfter(place) {
      while (Number(keys[0]?.end) <= place) keys.shift();
      const isKey = now.phase === 'inside' || (now.phase === 'begun' && judge(now, now.at) === 'key');
      return isKey ? [...keys, { start: now.start, end: now.phase === 'begun' ? now.at : now.end }] : keys;
    },
    openFrom() {
      if (now.phase === 'outside') return Infinity;
      return now.phase === 'begun' ? now.start : now.end;
    },
  };
}

/** The private keys of a whole text, with one character for each byte. */
export function findPrivateKeys(text: string): readonly KeyRange[] {
  const scanner = keyScanner();
  scanner.push(text);
  return scanner.keysAfter(0);
}

function holdsNoMarker(text: string, piece: string): boolean {
  return !piece.includes(BEGINNING) && !(text + piece.slice(0, BEGINNING.length)).includes(BEGINNING);
}

function lookForBegin(now: Progress): void {
  // No marker lies between the last one and here, but part of one may.
  const from = Math.max(now.at - MARKER_MAX_CHARS, now.bodyAt, now.offset);
  // Looking for a plain text is many times as fast as trying the pattern.
  const first = now.text.indexOf(BEGINNING, from - now.offset);
  const found = first === -1 ? null : BEGIN.exec(now.text.slice(first));
  if (found === null) now.at = now.offset + now.text.length;
  else begin(now, now.offset + first + found.index, now.offset + first + found.index + found[0].length);
}

function begin(now: Progress, start: number, bodyAt: number): void {
  now.phase = 'begun';
  now.start = start;
  now.bodyAt = bodyAt;
  now.at = bodyAt;
  now.sureEnd = bodyAt;
  now.end = bodyAt;
  now.fold = 0;
  now.dashes = 0;
  now.run = { start: bodyAt, length: 0, kinds: 0 };
}

/** Look at one character behind a marker. */
function step(now: Progress, keys: KeyRange[]): void {
  const index = now.at - now.offset;
  const code = now.text.charCodeAt(index);
  const kind = Number(KINDS[code]);
  now.at += 1;
  now.dashes = code === DASH ? now.dashes + 1 : 0;
  if (kind > 0) addToRun(now, kind);
  else closeRun(now);
  if (now.dashes >= DASHES.length && meetMarker(now, keys)) return;
  if (now.phase === 'begun') judgeBeginning(now, code);
  else if (now.at - now.sureEnd > GAP_MAX_CHARS || now.at - now.start >= KEY_MAX_CHARS) leave(now, keys);
}

function addToRun(now: Progress, kind: number): void {
  const { run } = now;
  run.length += 1;
  run.kinds |= kind;
  const isNear = run.start - now.sureEnd <= BREAK_MAX_CHARS;
  if (isKeyLike(run) || (isNear && run.length === now.fold)) {
    now.sureEnd = now.at;
    now.end = now.at;
  } else if (isNear || isPerhapsKey(run)) {
    // Better a few words too many behind a key that was broken off than its last line in clear.
    now.end = now.at;
  }
}

function closeRun(now: Progress): void {
  if (now.run.length > 0 && (now.phase === 'begun' || now.sureEnd === now.at - 1)) now.fold = now.run.length;
  now.run = { start: now.at, length: 0, kinds: 0 };
}

function isKeyLike({ length, kinds }: Progress['run']): boolean {
  return length >= LONG_RUN || (length >= SHORT_RUN && (kinds & MIXED) === MIXED);
}

/** Short lines of a key may lack one kind of characters, but hardly two. */
function isPerhapsKey({ length, kinds }: Progress['run']): boolean {
  return length >= SHORT_RUN && (kinds & (kinds - 1)) !== 0;
}

/** Whether the text up to here ends with a marker: one that ends a key or a mention, or one that begins another. */
function meetMarker(now: Progress, keys: KeyRange[]): boolean {
  const last = now.text.slice(Math.max(now.at - now.offset - MARKER_MAX_CHARS, 0), now.at - now.offset);
  const end = LAST_END.exec(last)?.[0];
  if (end !== undefined) {
    if (now.phase === 'begun' && judge(now, now.at - end.length, true) === 'key') now.phase = 'inside';
    now.end = now.at;
    leave(now, keys);
    return true;
  }
  const marker = LAST_BEGIN.exec(last)?.[0];
  if (marker === undefined) {
    if (!LAST_OTHER.test(last)) return false;
    leave(now, keys);
    return true;
  }
  if (now.phase === 'inside') keys.push({ start: now.start, end: now.end });
  begin(now, now.at - marker.length, now.at);
  return true;
}

function judgeBeginning(now: Progress, code: number): void {
  const length = now.at - now.bodyAt;
  if (code !== LINE_FEED && length % JUDGED_CHARS !== 0) return;
  const judgement = judge(now, now.at);
  if (judgement === 'key') {
    now.phase = 'inside';
    now.sureEnd = now.at;
    now.end = now.at;
  } else if (judgement === 'mention' || length > MENTION_MAX_CHARS) {
    now.phase = 'outside';
  }
}

function judge(now: Progress, end: number, isWhole = false): Judgement {
  return judgeKeyBody(now.text.slice(now.bodyAt - now.offset, end - now.offset), isWhole);
}

function leave(now: Progress, keys: KeyRange[]): void {
  if (now.phase === 'inside') keys.push({ start: now.start, end: now.end });
  now.phase = 'outside';
}
