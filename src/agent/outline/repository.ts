import { folderRole } from './folders.ts';
import { knownPackage, type PackageRole } from './known-packages.ts';
import { isMainLanguage, languageOfPath } from './languages.ts';
import type { Dependency } from './manifest-facts.ts';
import { readManifest, type Manifest } from './manifests.ts';
import { readReadme } from './readme.ts';
import { isTestPath, testFacts, type TestFacts } from './test-facts.ts';
import { byCodeUnit, collapse } from './words.ts';

/** A file of the working copy; lines are known for text in a known language. */
export interface TreeFile {
  readonly path: string;
  readonly lines: number | null;
}

/** The working copy as the survey read it. */
export interface RepositoryTree {
  readonly files: readonly TreeFile[];
  readonly texts: ReadonlyMap<string, string>;
  readonly isCut: boolean;
}

/** Files and lines of one language. */
export interface LanguageFact {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
}

/** A known tool or store, and the file that shows it is used. */
export interface ToolFact {
  readonly role: PackageRole;
  readonly name: string;
  readonly from: string;
}

/** A top-level folder. */
export interface FolderFact {
  readonly path: string;
  readonly files: number;
  readonly role: string | null;
}

/** What is true of the repository, each fact with the file it comes from. */
export interface RepositoryFacts {
  readonly files: readonly string[];
  readonly isCut: boolean;
  readonly title: string;
  readonly purpose: string;
  /** Most files first; main languages before supporting ones. */
  readonly languages: readonly LanguageFact[];
  readonly manifests: readonly Manifest[];
  readonly runtimes: readonly { readonly text: string; readonly from: string }[];
  readonly tools: readonly ToolFact[];
  readonly dependencies: readonly (Dependency & { readonly from: string })[];
  readonly folders: readonly FolderFact[];
  readonly rootFiles: readonly string[];
  readonly tests: TestFacts;
  readonly entryPoints: readonly string[];
  readonly ciFiles: readonly string[];
  readonly baseImage: { readonly image: string; readonly from: string } | null;
  readonly composeImages: readonly string[];
}

const ENTRY_POINT =
  /(?:^|\/)(?:main|index|app|server|cli|__main__|manage|wsgi|asgi|program|application)\.(?:ts|tsx|js|mjs|py|go|rs|rb|php|java|kt|cs)$/iu;
const CI_FILE =
  /^(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci\/config\.yml|azure-pipelines\.yml|Jenkinsfile|\.travis\.yml|bitbucket-pipelines\.yml)$/u;
const VERSION_FILES: Readonly<Record<string, string>> = {
  '.nvmrc': 'Node.js',
  '.python-version': 'Python',
  '.ruby-version': 'Ruby',
};
const MAX_ENTRY_POINTS = 6;

/** Turn a surveyed tree into facts. Pure: the same tree gives the same facts. */
export function describeRepository(tree: RepositoryTree): RepositoryFacts {
  const files = tree.files.map((file) => file.path).filter((path) => !isOurs(path));
  const manifests = manifestsOf(tree);
  const readme = readReadme(tree.texts);
  return {
    files,
    isCut: tree.isCut,
    title: readme.title || manifests.find((manifest) => manifest.name !== '')?.name || '',
    purpose: readme.purpose || manifests.find((manifest) => manifest.description !== '')?.description || '',
    languages: languagesOf(tree.files),
    manifests,
    runtimes: runtimesOf(manifests, tree.texts),
    tools: toolsOf(manifests),
    dependencies: manifests.flatMap(({ dependencies, path }) =>
      dependencies.map((found) => ({ ...found, from: path })),
    ),
    folders: foldersOf(files),
    rootFiles: files.filter((path) => !path.includes('/')),
    tests: testFacts(files, manifests, tree.texts),
    entryPoints: entryPointsOf(files, manifests),
    ciFiles: files.filter((path) => CI_FILE.test(path)),
    ...containersOf(tree.texts),
  };
}

/** Spec Kit's own folders are not what the product is made of. */
function isOurs(path: string): boolean {
  return path.startsWith('specs/') || path.startsWith('.specify/');
}

function manifestsOf(tree: RepositoryTree): readonly Manifest[] {
  return [...tree.texts]
    .map(([path, text]) => readManifest(path, text))
    .filter((manifest) => manifest !== null)
    .toSorted((left, right) => depth(left.path) - depth(right.path) || byCodeUnit(left.path, right.path));
}

function depth(path: string): number {
  return path.split('/').length;
}

function languagesOf(files: readonly TreeFile[]): readonly LanguageFact[] {
  const byName = new Map<string, { files: number; lines: number }>();
  for (const file of files) {
    const language = isOurs(file.path) ? undefined : languageOfPath(file.path);
    if (language === undefined) continue;
    const known = byName.get(language.name) ?? { files: 0, lines: 0 };
    byName.set(language.name, { files: known.files + 1, lines: known.lines + (file.lines ?? 0) });
  }
  return [...byName]
    .map(([name, counts]) => ({ name, ...counts }))
    .toSorted(
      (left, right) =>
        Number(isMainLanguage(right.name)) - Number(isMainLanguage(left.name)) ||
        right.lines - left.lines ||
        byCodeUnit(left.name, right.name),
    );
}

function runtimesOf(manifests: readonly Manifest[], texts: ReadonlyMap<string, string>) {
  const declared = manifests.flatMap(({ runtimes, path }) => runtimes.map((text) => ({ text, from: path })));
  const pinned = Object.entries(VERSION_FILES).flatMap(([file, name]) => {
    const version = collapse(texts.get(file) ?? '').replace(/^v/u, '');
    return /^[\w.*/-]{1,30}$/u.test(version) ? [{ text: `${name} ${version}`, from: file }] : [];
  });
  return [...declared, ...pinned];
}

function toolsOf(manifests: readonly Manifest[]): readonly ToolFact[] {
  const found = manifests.flatMap(({ dependencies, path }) =>
    dependencies.flatMap((dependency) => {
      const known = knownPackage(dependency.name);
      return known === undefined ? [] : [{ role: known.role, name: known.name, from: path }];
    }),
  );
  return [
    ...new Map(found.toReversed().map((tool) => [`${tool.role} ${tool.name}`, tool])).values(),
  ].toReversed();
}

function foldersOf(files: readonly string[]): readonly FolderFact[] {
  const counts = new Map<string, number>();
  for (const path of files) {
    const slash = path.indexOf('/');
    if (slash > 0) counts.set(path.slice(0, slash), (counts.get(path.slice(0, slash)) ?? 0) + 1);
  }
  return [...counts]
    .map(([path, count]) => ({ path, files: count, role: folderRole(path) }))
    .toSorted((left, right) => byCodeUnit(left.path, right.path));
}

function entryPointsOf(files: readonly string[], manifests: readonly Manifest[]): readonly string[] {
  const known = new Set(files);
  const declared = manifests.flatMap((manifest) => {
    const folder = manifest.path.slice(0, manifest.path.lastIndexOf('/') + 1);
    return manifest.entryPoints.map((path) => folder + path.replace(/^\.\//u, ''));
  });
  const found = files.filter((path) => ENTRY_POINT.test(path) && !isTestPath(path) && depth(path) <= 4);
  const shallow = found.toSorted((left, right) => depth(left) - depth(right) || byCodeUnit(left, right));
  return [...new Set([...declared.filter((path) => known.has(path)), ...shallow])].slice(0, MAX_ENTRY_POINTS);
}

function containersOf(
  texts: ReadonlyMap<string, string>,
): Pick<RepositoryFacts, 'baseImage' | 'composeImages'> {
  const entries = [...texts];
  const dockerfile = entries.find(([path]) => /(?:^|\/)(?:Dockerfile|Containerfile)$/u.test(path));
  const image = /^\s*FROM\s+(?:--\S+\s+)?([\w.:/@-]+)/imu.exec(dockerfile?.[1] ?? '')?.[1];
  const compose = entries
    .filter(([path]) => /compose\.ya?ml$/u.test(path))
    .flatMap(([, text]) => [...text.matchAll(/^\s+image:\s*["']?([\w.:/@-]+)/gmu)]);
  return {
    baseImage: dockerfile === undefined || image === undefined ? null : { image, from: dockerfile[0] },
    composeImages: compose.map((match) => match[1] ?? ''),
  };
}
