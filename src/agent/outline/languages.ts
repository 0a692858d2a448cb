/** A programming language, with the endings of its files and what new files in it look like. */
export interface LanguageRow {
  readonly name: string;
  readonly extensions: readonly string[];
  /** How new files are named when the repository does not show it. */
  readonly naming: 'kebab' | 'snake' | 'pascal';
}

const ROWS: readonly LanguageRow[] = [
  { name: 'TypeScript', extensions: ['ts', 'tsx', 'mts', 'cts'], naming: 'kebab' },
  { name: 'JavaScript', extensions: ['js', 'jsx', 'mjs', 'cjs'], naming: 'kebab' },
  { name: 'Python', extensions: ['py'], naming: 'snake' },
  { name: 'Go', extensions: ['go'], naming: 'snake' },
  { name: 'Rust', extensions: ['rs'], naming: 'snake' },
  { name: 'Java', extensions: ['java'], naming: 'pascal' },
  { name: 'Kotlin', extensions: ['kt', 'kts'], naming: 'pascal' },
  { name: 'C#', extensions: ['cs'], naming: 'pascal' },
  { name: 'Ruby', extensions: ['rb'], naming: 'snake' },
  { name: 'PHP', extensions: ['php'], naming: 'pascal' },
  { name: 'Swift', extensions: ['swift'], naming: 'pascal' },
  { name: 'C++', extensions: ['cpp', 'cc', 'cxx', 'hpp'], naming: 'snake' },
  { name: 'C', extensions: ['c', 'h'], naming: 'snake' },
  { name: 'Dart', extensions: ['dart'], naming: 'snake' },
  { name: 'Elixir', extensions: ['ex', 'exs'], naming: 'snake' },
  { name: 'Scala', extensions: ['scala'], naming: 'pascal' },
  { name: 'Vue', extensions: ['vue'], naming: 'pascal' },
  { name: 'Svelte', extensions: ['svelte'], naming: 'pascal' },
  { name: 'Shell', extensions: ['sh', 'bash'], naming: 'kebab' },
  { name: 'SQL', extensions: ['sql'], naming: 'snake' },
  { name: 'HTML', extensions: ['html', 'htm'], naming: 'kebab' },
  { name: 'CSS', extensions: ['css', 'scss', 'less'], naming: 'kebab' },
];

/** Languages that style, query or script a program rather than being what it is written in. */
const SUPPORTING = new Set(['CSS', 'HTML', 'SQL', 'Shell']);

const BY_EXTENSION: ReadonlyMap<string, LanguageRow> = new Map(
  ROWS.flatMap((row) => row.extensions.map((extension) => [extension, row] as const)),
);

/** The language of a file by its ending. */
export function languageOfPath(path: string): LanguageRow | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : BY_EXTENSION.get(path.slice(dot + 1).toLowerCase());
}

/** True for a language a program can be written in as a whole. */
export function isMainLanguage(name: string): boolean {
  return !SUPPORTING.has(name);
}

/** The row of a language by its name. */
export function languageByName(name: string): LanguageRow | undefined {
  return ROWS.find((row) => row.name === name);
}
