import { knownPackage } from './known-packages.ts';
import type { Manifest } from './manifests.ts';
import { languageOfPath } from './languages.ts';
import { byCodeUnit } from './words.ts';

/** A command and the file that shows it. */
export interface KnownCommand {
  readonly command: string;
  readonly from: string;
}

/** How the repository tests itself, as far as its files show. */
export interface TestFacts {
  readonly files: readonly string[];
  /** Top folders of the test files with how many are in each; `beside the sources` when they lie next to what they test. */
  readonly places: readonly { readonly place: string; readonly files: number }[];
  readonly isBesideSources: boolean;
  readonly tools: readonly { readonly name: string; readonly from: string }[];
  readonly command: KnownCommand | null;
  readonly install: KnownCommand | null;
}

const TEST_NAME =
  /(?:^|\/)(?:test_[^/]+\.py|[^/]+_test\.(?:py|go|rb|exs?|dart|c|cc|cpp)|[^/]+[.-](?:test|spec|cy)\.[cm]?[jt]sx?|[^/]+_spec\.rb|[^/]*Tests?\.(?:java|kt|cs|php|swift|scala)|conftest\.py)$/u;
const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|spec)\//u;

/** True for a file that is part of a test suite. */
export function isTestPath(path: string): boolean {
  return TEST_NAME.test(path) || (TEST_FOLDER.test(path) && languageOfPath(path) !== undefined);
}

/** Where tests live, what runs them, and the commands to install and to test. */
export function testFacts(
  files: readonly string[],
  manifests: readonly Manifest[],
  texts: ReadonlyMap<string, string>,
): TestFacts {
  const tests = files.filter(isTestPath);
  const tools = testTools(manifests, texts, tests);
  const beside = tests.filter((path) => !TEST_FOLDER.test(path));
  return {
    files: tests,
    places: placesOf(tests),
    isBesideSources: beside.length * 2 > tests.length,
    tools,
    command: testCommand({ files, manifests, texts, tools }),
    install: firstOf(INSTALL, files),
  };
}

function placesOf(tests: readonly string[]): TestFacts['places'] {
  const counts = new Map<string, number>();
  for (const path of tests) {
    const match = /^(?:.*?\/)??(?:tests?|__tests__|spec)\//u.exec(path);
    const place = match === null ? 'beside the sources' : match[0];
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .map(([place, count]) => ({ place, files: count }))
    .toSorted((left, right) => right.files - left.files || byCodeUnit(left.place, right.place));
}

/** Test tools that need no dependency, by what shows them in a manifest or test file. */
const BUILT_IN: readonly { readonly name: string; readonly manifest: RegExp; readonly tests: RegExp }[] = [
  { name: 'the go command', manifest: /(?:^|\/)go\.mod$/u, tests: /_test\.go$/u },
  { name: 'cargo', manifest: /(?:^|\/)Cargo\.toml$/u, tests: /\.rs$/u },
];

function testTools(
  manifests: readonly Manifest[],
  texts: ReadonlyMap<string, string>,
  tests: readonly string[],
): TestFacts['tools'] {
  const declared = manifests.flatMap(({ dependencies, path }) =>
    dependencies.flatMap(({ name }) => {
      const known = knownPackage(name);
      return known?.role === 'test' ? [{ name: known.name, from: path }] : [];
    }),
  );
  const nodeTest = manifests.flatMap(({ scripts, path }) =>
    /\bnode\b.*--test\b/u.test(scripts['test'] ?? '')
      ? [{ name: 'the Node.js test runner', from: path }]
      : [],
  );
  const builtIn = BUILT_IN.flatMap((row) => {
    const manifest = manifests.find(({ path }) => row.manifest.test(path));
    return manifest !== undefined && tests.some((path) => row.tests.test(path))
      ? [{ name: row.name, from: manifest.path }]
      : [];
  });
  const configured = ['pytest.ini', 'tox.ini'].flatMap((file) =>
    /\[(?:tool:)?pytest\]/u.test(texts.get(file) ?? '') ? [{ name: 'pytest', from: file }] : [],
  );
  const all = [...declared, ...nodeTest, ...builtIn, ...configured];
  return all.filter((tool, index) => all.findIndex((other) => other.name === tool.name) === index);
}

type CommandRule = (files: ReadonlySet<string>) => KnownCommand | null;

const has =
  (file: string, command: string): CommandRule =>
  (files) =>
    files.has(file) ? { command, from: file } : null;

const NODE_INSTALL: readonly CommandRule[] = [
  has('pnpm-lock.yaml', 'pnpm install'),
  has('yarn.lock', 'yarn install'),
  has('bun.lock', 'bun install'),
  has('package-lock.json', 'npm ci'),
];

const INSTALL: readonly CommandRule[] = [
  ...NODE_INSTALL,
  has('package.json', 'npm install'),
  has('uv.lock', 'uv sync'),
  has('poetry.lock', 'poetry install'),
  has('requirements.txt', 'pip install -r requirements.txt'),
  has('pyproject.toml', 'pip install -e .'),
  has('setup.cfg', 'pip install -e .'),
  has('Gemfile', 'bundle install'),
  has('composer.json', 'composer install'),
  has('go.mod', 'go mod download'),
  has('Cargo.toml', 'cargo fetch'),
];

const TOOL_COMMANDS: Readonly<Record<string, string>> = {
  pytest: 'pytest',
  'the go command': 'go test ./...',
  cargo: 'cargo test',
  RSpec: 'bundle exec rspec',
  PHPUnit: 'vendor/bin/phpunit',
};

interface CommandClues {
  readonly files: readonly string[];
  readonly manifests: readonly Manifest[];
  readonly texts: ReadonlyMap<string, string>;
  readonly tools: TestFacts['tools'];
}

function testCommand({ files, manifests, texts, tools }: CommandClues): KnownCommand | null {
  const script = manifests.find(({ path }) => path === 'package.json')?.scripts['test'];
  if (script !== undefined && !/no test specified/u.test(script)) {
    const runner = firstOf(NODE_INSTALL, files)?.command.split(' ')[0] ?? 'npm';
    return { command: `${runner} ${runner === 'bun' ? 'run ' : ''}test`, from: 'package.json' };
  }
  const makefile = ['Makefile', 'makefile'].find((file) => /^test\s*:/mu.test(texts.get(file) ?? ''));
  if (makefile !== undefined) return { command: 'make test', from: makefile };
  const tool = tools.find(({ name }) => TOOL_COMMANDS[name] !== undefined);
  const command = TOOL_COMMANDS[tool?.name ?? ''];
  if (tool !== undefined && command !== undefined) return { command, from: tool.from };
  return firstOf(
    [has('pom.xml', 'mvn test'), has('gradlew', './gradlew test'), has('build.gradle', 'gradle test')],
    files,
  );
}

function firstOf(rules: readonly CommandRule[], files: readonly string[]): KnownCommand | null {
  const known = new Set(files);
  return rules.map((rule) => rule(known)).find((found) => found !== null) ?? null;
}
