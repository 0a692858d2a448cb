/** Begin and end a section of a page by comments that let a later result replace it. */
export function markSection(name: string, text: string): string {
  return `${opening(name)}\n\n${text}\n\n${closing(name)}`;
}

/** Put a marked section in the place of the last one of its name, or at the end. */
export function replaceSection(page: string, name: string, section: string): string {
  const [start, end] = [page.indexOf(opening(name)), page.indexOf(closing(name))];
  if (start === -1 || end === -1) return `${page.trimEnd()}\n\n${section}\n`;
  return page.slice(0, start) + section + page.slice(end + closing(name).length);
}

/** Rows of a table, the header first, for Markdown. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(markdownRow).join('\n');
}

function opening(name: string): string {
  return `<!-- ${name} -->`;
}

function closing(name: string): string {
  return `<!-- /${name} -->`;
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
