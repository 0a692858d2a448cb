import { table } from '../src/cli/table.ts';
import { markdownTable, markSection } from './page-sections.ts';
import type { Proof, ProofResult } from './proof.ts';

/** For a terminal. */
export function asText({ tables, figures, shortfalls }: ProofResult): string {
  const parts = tables.map(({ title, header, rows }) => `${title}\n\n${table(header, rows)}`);
  return [...parts, lines(figures, ''), lines(shortfalls, 'FELL SHORT: ')].filter(Boolean).join('\n');
}

/** What the section of a proof in `docs/proof.md` is called. */
export function sectionName({ name }: Pick<Proof, 'name'>): string {
  return `proof:${name}`;
}

/** For `docs/proof.md`: one marked section. */
export function asSection(proof: Proof, result: ProofResult, machine: string): string {
  const parts = [
    `## ${proof.name}`,
    proof.claim,
    `\`npm run -s proof -- ${proof.name}\`, ${machine}: **${result.shortfalls.length === 0 ? 'holds' : 'falls short'}**.`,
    lines(result.figures, '- '),
    lines(result.shortfalls, '- Fell short: '),
    ...result.tables.map(({ title, header, rows }) => `### ${title}\n\n${markdownTable(header, rows)}`),
  ].filter(Boolean);
  return markSection(sectionName(proof), parts.map((part) => part.trimEnd()).join('\n\n'));
}

function lines(texts: readonly string[], mark: string): string {
  return texts.map((text) => `${mark}${text}\n`).join('');
}
