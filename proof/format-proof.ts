import { table } from '../src/cli/table.ts';
import type { Proof, ProofResult, ProofTable } from './proof.ts';

/** For a terminal. */
export function asText({ tables, figures, shortfalls }: ProofResult): string {
  const parts = tables.map(({ title, header, rows }) => `${title}\n\n${table(header, rows)}`);
  return [...parts, lines(figures, ''), lines(shortfalls, 'FELL SHORT: ')].filter(Boolean).join('\n');
}

/** For `docs/proof.md`: one section, begun and ended by comments that let the next result replace it. */
export function asSection(proof: Proof, result: ProofResult, machine: string): string {
  const parts = [
    `## ${proof.name}`,
    proof.claim,
    `\`npm run -s proof -- ${proof.name}\`, ${machine}: **${result.shortfalls.length === 0 ? 'holds' : 'falls short'}**.`,
    lines(result.figures, '- '),
    lines(result.shortfalls, '- Fell short: '),
    ...result.tables.map(markdownTable),
  ].filter(Boolean);
  return `${opening(proof.name)}\n\n${parts.map((part) => part.trimEnd()).join('\n\n')}\n\n${closing(proof.name)}`;
}

/** Put a section in the place of the last one of its name, or at the end. */
export function replaceSection(page: string, name: string, section: string): string {
  const [start, end] = [page.indexOf(opening(name)), page.indexOf(closing(name))];
  if (start === -1 || end === -1) return `${page.trimEnd()}\n\n${section}\n`;
  return page.slice(0, start) + section + page.slice(end + closing(name).length);
}

function opening(name: string): string {
  return `<!-- proof:${name} -->`;
}

function closing(name: string): string {
  return `<!-- /proof:${name} -->`;
}

function lines(texts: readonly string[], mark: string): string {
  return texts.map((text) => `${mark}${text}\n`).join('');
}

function markdownTable({ title, header, rows }: ProofTable): string {
  const rule = header.map(() => '---');
  return [`### ${title}`, '', ...[header, rule, ...rows].map(markdownRow)].join('\n');
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
