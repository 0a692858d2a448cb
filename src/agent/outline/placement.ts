import { isMainLanguage, languageByName, languageOfPath, type LanguageRow } from './languages.ts';
import type { RepositoryFacts } from './repository.ts';
import { testPath } from './test-paths.ts';
import { isTestPath } from './test-facts.ts';
import { byCodeUnit, capitalise, tellingWords, wordCount } from './words.ts';

/** Layers of a product whose folders can be told by their names. */
export type Layer = 'interface' | 'logic' | 'model';

type Naming = 'camel' | 'kebab' | 'pascal' | 'snake';

/** Where new files of the feature go, in the repository's own manner. */
export interface Placement {
  /** `null` when neither the repository nor the request shows a language. */
  readonly language: string | null;
  readonly isFromRequest: boolean;
  /** Folder the sources share; empty for the top of the repository. */
  readonly sourceRoot: string;
  /** Existing folders by layer. */
  readonly layers: Readonly<Partial<Record<Layer, string>>>;
  /** An existing source whose name says what the words say; `undefined` when there is none. */
  readonly existingFile: (title: string) => string | undefined;
  /** The path for a new file; `slug` is lower-case words joined by hyphens. */
  readonly sourceFile: (layer: Layer, slug: string) => string;
  /** The path of the test for a source file. */
  readonly testFile: (sourcePath: string) => string;
}

const LAYER_NAMES: Readonly<Record<Layer, RegExp>> = {
  interface: /^(?:routes?|routers?|controllers?|handlers?|api|endpoints|resources|views|commands?|cmd|cli)$/u,
  logic: /^(?:services?|usecases?|use-cases|use_cases|core|logic|features|modules)$/u,
  model: /^(?:models?|entities|entity|domain|schemas?|types)$/u,
};

/** Read the repository's layout and naming; without code, a neutral `src/` in the language the request names, if any. */
export function placementFor(
  repository: RepositoryFacts,
  context: {
    readonly requestedLanguage: string | null;
    /** Folder for logic that fits no existing layer; empty when one file is enough. */
    readonly featureFolder: string;
  },
): Placement {
  const main = repository.languages.find(({ name }) => isMainLanguage(name))?.name ?? null;
  const name = main ?? context.requestedLanguage;
  const language = name === null ? undefined : languageByName(name);
  const sources = sourcesOf(repository, language);
  const sourceRoot = sources.length === 0 ? 'src' : sourceRootOf(sources);
  const layers = layersOf(sources, sourceRoot);
  const naming = namingOf(sources, language);
  const ending = language === undefined ? '' : `.${endingOf(sources, language)}`;
  return {
    language: name,
    isFromRequest: main === null && name !== null,
    sourceRoot,
    layers,
    sourceFile: (layer, slug) => {
      const folder =
        layers[layer] ??
        joined(sourceRoot, layer === 'logic' ? folderName(context.featureFolder, naming) : '');
      return joined(folder, `${fileName(slug, naming)}${ending}`);
    },
    existingFile: (title) => existingFile(title, sources, { layers, entryPoints: repository.entryPoints }),
    testFile: (sourcePath) => testPath(sourcePath, repository.tests, language?.name ?? null),
  };
}

function sourcesOf(repository: RepositoryFacts, language: LanguageRow | undefined): readonly string[] {
  const own = repository.files.filter((path) => languageOfPath(path) === language && !isTestPath(path));
  const inFolders = own.filter(
    (path) => path.includes('/') && !/^(?:scripts?|tools?|docs?|examples?|bench|\.\w+)\//u.test(path),
  );
  return language === undefined ? [] : inFolders.length > 0 ? inFolders : own;
}

/** The deepest folder all sources of the fullest top-level folder share. */
function sourceRootOf(sources: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of sources) {
    const top = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  const [fullest] = [...counts].toSorted(
    (left, right) => right[1] - left[1] || byCodeUnit(left[0], right[0]),
  );
  const top = fullest?.[0] ?? '';
  if (top === '') return '';
  return commonFolder(sources.filter((path) => path.startsWith(`${top}/`)));
}

function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map((path) => path.split('/').slice(0, -1));
  const parts = Array.isArray(first) ? first : [];
  const shared = parts.findIndex((part, index) => others.some((other) => other[index] !== part));
  return parts.slice(0, shared < 0 ? undefined : shared).join('/');
}

function layersOf(sources: readonly string[], sourceRoot: string): Placement['layers'] {
  const folders = [...new Set(sources.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))];
  const inRoot = folders
    .filter((folder) => sourceRoot === '' || folder.startsWith(`${sourceRoot}/`))
    .toSorted(byDepth);
  const find = (layer: Layer) =>
    inRoot.find((folder) => LAYER_NAMES[layer].test(folder.slice(folder.lastIndexOf('/') + 1)));
  const entries = (['interface', 'logic', 'model'] as const).map((layer) => [layer, find(layer)] as const);
  return Object.fromEntries(entries.filter(([, folder]) => folder !== undefined));
}

/** `report.py` is where a change to the report command belongs: every word of its name is in the title. */
function existingFile(
  title: string,
  sources: readonly string[],
  known: { readonly layers: Placement['layers']; readonly entryPoints: readonly string[] },
): string | undefined {
  const wanted = tellingWords(title);
  const elsewhere = [known.layers.interface, known.layers.model].filter((folder) => folder !== undefined);
  const isLogic = (path: string) =>
    !known.entryPoints.includes(path) && !elsewhere.some((folder) => path.startsWith(`${folder}/`));
  const fitting = sources.filter((path) => isLogic(path) && isNamedBy(path, wanted));
  return fitting.toSorted(
    (left, right) => wordCount(baseName(right)) - wordCount(baseName(left)) || byDepth(left, right),
  )[0];
}

function isNamedBy(path: string, wanted: ReadonlySet<string>): boolean {
  const parts = tellingWords(baseName(path));
  return parts.size > 0 && [...parts].every((part) => wanted.has(part));
}

/** `NoteStore`, `note_store` and `note-store` are two words each. */
function baseName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/u, '');
  return name.replaceAll(/[-_]+/gu, ' ').replaceAll(/(?<=[a-z0-9])(?=[A-Z])/gu, ' ');
}

function byDepth(left: string, right: string): number {
  return left.split('/').length - right.split('/').length || byCodeUnit(left, right);
}

function namingOf(sources: readonly string[], language: LanguageRow | undefined): Naming {
  const names = sources.map((path) => path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/u, ''));
  const counts: readonly (readonly [Naming, number])[] = [
    ['kebab', names.filter((name) => /^[a-z0-9]+(?:-[a-z0-9]+)+$/u.test(name)).length],
    ['snake', names.filter((name) => /^[a-z0-9]+(?:_[a-z0-9]+)+$/u.test(name)).length],
    ['camel', names.filter((name) => /^[a-z0-9]+(?:[A-Z][a-z0-9]*)+$/u.test(name)).length],
    ['pascal', names.filter((name) => /^[A-Z][a-z0-9]+[A-Za-z0-9]*$/u.test(name)).length],
  ];
  const [best] = counts.toSorted((left, right) => right[1] - left[1]);
  return best !== undefined && best[1] > 0 ? best[0] : (language?.naming ?? 'kebab');
}

/** The ending most sources have: a repository of `.tsx` files still writes its logic in `.ts`. */
function endingOf(sources: readonly string[], language: LanguageRow): string {
  const used = language.extensions.find((extension) =>
    sources.some((path) => path.endsWith(`.${extension}`)),
  );
  return used ?? language.extensions[0] ?? '';
}

const FILE_NAMES: Readonly<Record<Naming, (parts: readonly string[]) => string>> = {
  kebab: (parts) => parts.join('-'),
  snake: (parts) => parts.join('_'),
  camel: ([first = '', ...rest]) => first + rest.map(capitalise).join(''),
  pascal: (parts) => parts.map(capitalise).join(''),
};

function fileName(slug: string, naming: Naming): string {
  return FILE_NAMES[naming](slug.split('-'));
}

function folderName(slug: string, naming: Naming): string {
  // Packages of Java, C# and their kind are written in one lower-case word.
  return naming === 'pascal' ? slug.replaceAll('-', '') : fileName(slug, naming);
}

function joined(folder: string, name: string): string {
  return [folder, name].filter((part) => part !== '').join('/');
}
