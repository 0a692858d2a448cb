/**
 * What a terminal obeys instead of showing it, and what a reader is fooled by: control characters (escape sequences begin with
 * one), invisible ones, those that turn the writing direction, line separators and broken halves of characters.
 */
const UNPRINTABLE = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]--[\n\t]]/gv;

/** Text that may go to a terminal or a log, whoever wrote it: what must not be obeyed is shown as an escape. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNPRINTABLE, visibleEscape);
}

/** The same for a JSON document: it stays the same document. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, index) => unitEscape(character.charCodeAt(index))).join(''),
  );
}

function visibleEscape(character: string): string {
  const code = Number(character.codePointAt(0));
  if (code < 0x1_00) return `\\x${hex(code, 2)}`;
  return code < 0x1_00_00 ? unitEscape(code) : `\\u{${hex(code, 1)}}`;
}

function unitEscape(code: number): string {
  return `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
