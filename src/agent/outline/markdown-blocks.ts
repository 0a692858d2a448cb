import { splitLabel } from './section-roles.ts';
import { collapse, wordCount } from './words.ts';

/** A piece of a Markdown text, with the headings it stands under. */
export interface Block {
  readonly kind: 'heading' | 'item' | 'paragraph' | 'code';
  readonly text: string;
  /** Heading level from 1, or nesting depth of a list item from 0. */
  readonly level: number;
  /** Nearest heading or short label above; empty at the top. */
  readonly section: string;
  /** A sentence ending in a colon right above the list this item is in. */
  readonly leadIn: string;
  /** Paragraphs and lists that follow each other without a blank line or heading share a number. */
  readonly group: number;
}

interface Draft {
  kind: Block['kind'];
  text: string;
  level: number;
  section: string;
  leadIn: string;
  group: number;
}

interface Cursor {
  readonly blocks: Draft[];
  open: Draft | null;
  section: string;
  leadIn: string;
  group: number;
}

// Anchored, and no two neighbours that can match the same characters: otherwise a long line costs its length squared.
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/u;
const ITEM = /^(\s*)(?:(?:[-*+]|\d{1,4}[.)])\s+|[•・‣◦▪●]\s*)(?:\[[ xX]\]\s+)?(.+)$/u;
const FENCE = /^\s*(`{3,}|~{3,})/u;
const RULE = /^\s*(?:[-*_=]\s*){3,}$/u;
const TABLE_RULE = /^[\s:|-]+$/u;
const LABEL_WORDS = 6;

/** Split Markdown, or plain text, into blocks. Code that was never closed counts as text, so nothing is swallowed. */
export function readBlocks(text: string): readonly Block[] {
  const cursor: Cursor = { blocks: [], open: null, section: '', leadIn: '', group: 0 };
  const lines = linesOf(text);
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const end = FENCE.test(line) ? closingFence(lines, index) : -1;
    if (end > index) {
      close(cursor);
      cursor.blocks.push(draft(cursor, 'code', lines.slice(index + 1, end).join('\n')));
      index = end;
    } else if (!FENCE.test(line)) {
      takeLine(cursor, line, lines[index + 1] ?? '');
    }
    index += 1;
  }
  close(cursor);
  return cursor.blocks;
}

function linesOf(text: string): readonly string[] {
  const plain = text
    .replaceAll(/\r\n?|\u2028|\u2029/gu, '\n')
    .replace(/^\uFEFF/u, '')
    .replace(/^---\n[\s\S]{0,4000}?\n---\n/u, '');
  return withoutComments(plain).split('\n');
}

/** HTML comments are notes to the editor, not part of the request; an unclosed one is text. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf('<!--', from);
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return parts.join('') + text.slice(from);
    parts.push(text.slice(from, start));
    from = end + 3;
  }
}

function closingFence(lines: readonly string[], start: number): number {
  const mark = FENCE.exec(lines[start] ?? '')?.[1] ?? '```';
  const closing = mark.slice(0, 3);
  for (let index = start + 1; index < Math.min(lines.length, start + 2000); index += 1) {
    if ((lines[index] ?? '').trim().startsWith(closing)) return index;
  }
  return -1;
}

function takeLine(cursor: Cursor, line: string, next: string): void {
  const heading = HEADING.exec(line);
  if (line.trim() === '' || RULE.test(line) || isTableRule(line)) endGroup(cursor, line);
  else if (heading !== null)
    takeHeading(cursor, withoutClosingMarks(heading[2] ?? ''), (heading[1] ?? '#').length);
  else if (/^\s*(?:={3,}|-{3,})\s*$/u.test(next) && line.trim() !== '' && cursor.open === null)
    takeHeading(cursor, line, next.includes('=') ? 1 : 2);
  else takeText(cursor, line);
}

function endGroup(cursor: Cursor, line: string): void {
  close(cursor);
  if (line.trim() === '') cursor.group += 1;
}

function takeHeading(cursor: Cursor, text: string, level: number): void {
  close(cursor);
  const title = collapse(text).replace(/:$/u, '');
  if (title === '') return;
  cursor.section = title;
  cursor.leadIn = '';
  cursor.group += 1;
  cursor.blocks.push({ ...draft(cursor, 'heading', title), level });
}

/** `# Title ##` ends in marks that are no part of the title. */
function withoutClosingMarks(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t#'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The line below the head of a table: dashes, and a bar behind one of them. */
function isTableRule(line: string): boolean {
  const dash = line.indexOf('-');
  return dash >= 0 && line.lastIndexOf('|') > dash && TABLE_RULE.test(line);
}

function takeText(cursor: Cursor, rawLine: string): void {
  const line = rawLine.replace(/^\s*(?:>\s?)+/u, '');
  const item = ITEM.exec(line);
  if (item !== null) startItem(cursor, item[2] ?? '', (item[1] ?? '').replaceAll('\t', '    ').length);
  else if (/^\s*\|.*\|\s*$/u.test(line)) startItem(cursor, tableRow(line), 0);
  else if (cursor.open === null || endsItem(cursor.open, line)) startParagraph(cursor, line);
  else if (cursor.open.text.length < 1_000_000) cursor.open.text += `\n${line.trim()}`;
}

function startParagraph(cursor: Cursor, line: string): void {
  close(cursor);
  cursor.open = draft(cursor, 'paragraph', line.trim());
}

/** `Out of scope: …` right below a list, and not indented, is no part of its last item. */
function endsItem(open: Draft, line: string): boolean {
  return open.kind === 'item' && !/^\s/u.test(line) && splitLabel(line) !== null;
}

function startItem(cursor: Cursor, text: string, indent: number): void {
  close(cursor);
  cursor.open = { ...draft(cursor, 'item', text.trim()), level: Math.floor(indent / 2) };
}

function tableRow(line: string): string {
  const cells = line.split('|').map((cell) => cell.trim());
  return cells.filter((cell) => cell !== '').join(': ');
}

/** A closed paragraph that ends in a colon introduces what follows: a short one as a label, a longer one as the start of a sentence. */
function close(cursor: Cursor): void {
  const block = cursor.open;
  cursor.open = null;
  if (block === null) return;
  const label = /^(?:\*\*|__)(.+?):?(?:\*\*|__):?$/su.exec(block.text)?.[1];
  const isIntroduction = block.kind === 'paragraph' && (label !== undefined || /[:：]$/u.test(block.text));
  if (!isIntroduction) {
    if (block.kind === 'paragraph') cursor.leadIn = '';
    cursor.blocks.push(block);
    return;
  }
  introduce(cursor, collapse(label ?? block.text).replace(/[:：]$/u, ''), block);
}

function introduce(cursor: Cursor, text: string, block: Draft): void {
  const isLabel = wordCount(text) <= LABEL_WORDS && !/\b(?:to|can|must|should|shall|be)$/iu.test(text);
  cursor.leadIn = isLabel ? '' : text;
  if (isLabel) cursor.section = text;
  cursor.blocks.push(
    isLabel ? { ...block, kind: 'heading', text, level: 7 } : { ...block, text: `${text}:` },
  );
}

function draft(cursor: Cursor, kind: Block['kind'], text: string): Draft {
  return { kind, text, level: 0, section: cursor.section, leadIn: cursor.leadIn, group: cursor.group };
}
