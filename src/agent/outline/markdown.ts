import { collapse } from './words.ts';

/** Texts of Spec Kit's templates that mark a document as not filled in; a request may hold them and mean them. */
const PLACEHOLDERS = [
  'FEATURE NAME',
  'FEATURE',
  'Brief Title',
  'Title',
  'Entity1',
  'Gates determined',
  'e.g.,',
];
const PLACEHOLDER = new RegExp(String.raw`\[(${PLACEHOLDERS.join('|')})`, 'gu');

/** One line of foreign text inside a line of ours: no raw HTML, no template left-overs, no open code span. */
export function inline(text: string): string {
  const plain = collapse(text)
    .replaceAll(PLACEHOLDER, '($1')
    .replaceAll(/\[NEEDS\s+CLARIFICATION/giu, '(NEEDS CLARIFICATION');
  const spans = plain.split('`');
  // An odd number of backticks would turn what follows into code.
  if (spans.length % 2 === 0) return escapeHtml(plain.replaceAll('`', "'"));
  return spans.map((part, index) => (index % 2 === 0 ? escapeHtml(part) : part)).join('`');
}

/** Foreign text at the start of a line: what would open a heading, list, quote, table or fence loses that meaning. */
export function ownLine(text: string): string {
  const safe = inline(text);
  return /^(?:[#>|=~+*_-]|```)/u.test(safe) ? `\\${safe}` : safe.replace(/^(\d{1,9})([.)])/u, '$1\\$2');
}

/** A path or command as code, whatever characters it is made of. */
export function code(text: string): string {
  return `\`${collapse(text).replaceAll(/[`\p{C}]/gu, '?')}\``;
}

/** A sentence with a full stop, unless it already ends in a mark of its own. */
export function sentence(text: string): string {
  return /[.!?…:。！？][)\]"'”»]*$/u.test(text) ? text : `${text}.`;
}

/** A list with one line per item. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** A list counted from 1. */
export function steps(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n');
}

/** Parts of a document, empty ones left out, an empty line between them and a newline at the end. */
export function joinParts(parts: readonly (string | null)[]): string {
  return `${parts.filter((part) => part !== null && part.trim() !== '').join('\n\n')}\n`;
}

/** A heading with its parts below it; nothing at all when there are none. */
export function section(heading: string, parts: readonly (string | null)[]): string | null {
  const kept = parts.filter((part) => part !== null && part.trim() !== '');
  return kept.length === 0 ? null : [heading, ...kept].join('\n\n');
}

function escapeHtml(text: string): string {
  return text.replaceAll(/<(?=[A-Za-z!/?])/gu, '&lt;');
}
