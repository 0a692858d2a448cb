import type { TestFacts } from './test-facts.ts';

interface TestRow {
  readonly name: (base: string, ending: string, tests: TestFacts) => string;
  /** Folder for tests when the repository has none yet; `null` puts them beside the source. */
  readonly folder: string | null;
}

const SCRIPT: TestRow = {
  name: (base, ending, tests) =>
    `${base}.${tests.files.some((path) => /\.spec\.[cm]?[jt]sx?$/u.test(path)) ? 'spec' : 'test'}.${ending}`,
  folder: 'tests',
};
const CLASS_TEST: TestRow = { name: (base, ending) => `${base}Test.${ending}`, folder: 'src/test' };
const SUFFIXED: TestRow = { name: (base, ending) => `${base}_test.${ending}`, folder: 'tests' };

const ROWS: Readonly<Record<string, TestRow>> = {
  TypeScript: SCRIPT,
  JavaScript: SCRIPT,
  Vue: SCRIPT,
  Svelte: SCRIPT,
  Python: { name: (base, ending) => `test_${base}.${ending}`, folder: 'tests' },
  Go: { ...SUFFIXED, folder: null },
  Ruby: {
    name: (base, ending, tests) =>
      `${base}_${tests.places.some(({ place }) => place === 'spec/') ? 'spec' : 'test'}.${ending}`,
    folder: 'test',
  },
  Java: CLASS_TEST,
  Kotlin: CLASS_TEST,
  Scala: CLASS_TEST,
  'C#': { name: (base, ending) => `${base}Tests.${ending}`, folder: 'tests' },
  PHP: { name: (base, ending) => `${base}Test.${ending}`, folder: 'tests' },
};

/** Where the test of a source file goes: beside it, or in the folder the repository keeps its tests in. */
export function testPath(sourcePath: string, tests: TestFacts, language: string | null): string {
  const slash = sourcePath.lastIndexOf('/');
  const fileName = sourcePath.slice(slash + 1);
  const dot = fileName.lastIndexOf('.');
  if (language === null || dot < 0) return `tests/${fileName}`;
  const row = ROWS[language] ?? SUFFIXED;
  const name = row.name(fileName.slice(0, dot), fileName.slice(dot + 1), tests);
  const folder = folderOf(sourcePath.slice(0, Math.max(0, slash)), tests, row);
  return folder === '' ? name : `${folder}/${name}`;
}

function folderOf(sourceFolder: string, tests: TestFacts, row: TestRow): string {
  // Maven and Gradle mirror src/main below src/test.
  if (/(?:^|\/)src\/main\//u.test(`${sourceFolder}/`))
    return sourceFolder.replace(/(^|\/)src\/main\b/u, '$1src/test');
  const isBeside = tests.files.length > 0 && tests.isBesideSources;
  if (isBeside || (tests.files.length === 0 && row.folder === null)) return sourceFolder;
  const kept = tests.places.find(({ place }) => place !== 'beside the sources');
  return (kept?.place ?? row.folder ?? 'tests').replace(/\/$/u, '');
}
