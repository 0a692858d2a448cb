import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Dependency, ManifestFacts } from './manifest-facts.ts';

const Names = z.record(z.string(), z.unknown()).catch({});
const Text = z.string().catch('');
const Lines = z.array(z.unknown()).catch([]);
const Groups = z.record(z.string(), Lines).catch({});

const Project = z.object({
  name: Text,
  description: Text,
  'requires-python': Text,
  dependencies: Lines,
  'optional-dependencies': Groups,
  scripts: Names,
});

const PoetryGroup = z.object({ dependencies: Names });

const Poetry = z.object({
  name: Text,
  description: Text,
  dependencies: Names,
  scripts: Names,
  'dev-dependencies': Names,
  group: z.record(z.string(), PoetryGroup).catch({}),
});

const Tool = z.object({ poetry: Poetry.catch(() => Poetry.parse({})) });

/** Every field has a fallback, so that a manifest with one odd field still tells the rest. */
const Pyproject = z.object({
  project: Project.catch(() => Project.parse({})),
  'dependency-groups': Groups,
  tool: Tool.catch(() => Tool.parse({})),
});

const Cargo = z.object({
  package: z
    .object({ name: Text, description: Text, edition: Text, 'rust-version': Text })
    .partial()
    .catch({}),
  dependencies: Names,
  'dev-dependencies': Names,
});

/** Python's pyproject.toml, with or without Poetry. */
export function readPyproject(text: string): Partial<ManifestFacts> {
  const { project, tool, 'dependency-groups': groups } = Pyproject.parse(parse(text));
  const { poetry } = tool;
  const python = project['requires-python'] || versionOf(poetry.dependencies['python']);
  const optional = Object.values({ ...project['optional-dependencies'], ...groups }).flat();
  const poetryGroups = Object.values(poetry.group).flatMap((group) => Object.entries(group.dependencies));
  return {
    name: project.name || poetry.name,
    description: project.description || poetry.description,
    runtimes: python === '' || python === undefined ? [] : [`Python ${python}`],
    dependencies: [
      ...requirements(project.dependencies, false),
      ...tabled(Object.entries(poetry.dependencies), false).filter(({ name }) => name !== 'python'),
      ...requirements(optional, true),
      ...tabled([...Object.entries(poetry['dev-dependencies']), ...poetryGroups], true),
    ],
    commands: [...Object.keys(project.scripts), ...Object.keys(poetry.scripts)],
  };
}

/** Rust's Cargo.toml. */
export function readCargo(text: string): Partial<ManifestFacts> {
  const found = Cargo.parse(parse(text));
  const { edition, 'rust-version': version } = found.package;
  const runtime = version ? `Rust ${version}` : edition ? `Rust edition ${edition}` : '';
  return {
    name: found.package.name ?? '',
    description: found.package.description ?? '',
    runtimes: runtime === '' ? [] : [runtime],
    dependencies: [
      ...tabled(Object.entries(found.dependencies), false),
      ...tabled(Object.entries(found['dev-dependencies']), true),
    ],
  };
}

/** One line of Python's requirement form: `name[extra]>=1.2 ; marker`. */
export function requirement(line: string, isDevelopment: boolean): Dependency | null {
  const [, name, version = ''] = /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^;#]*)/u.exec(line.trim()) ?? [];
  return name === undefined ? null : { name, version: version.trim(), isDevelopment };
}

function requirements(lines: readonly unknown[], isDevelopment: boolean): readonly Dependency[] {
  return lines
    .filter((line) => typeof line === 'string')
    .map((line) => requirement(line, isDevelopment))
    .filter((found) => found !== null);
}

function tabled(
  entries: readonly (readonly [string, unknown])[],
  isDevelopment: boolean,
): readonly Dependency[] {
  return entries.map(([name, value]) => ({ name, version: versionOf(value) ?? '', isDevelopment }));
}

function versionOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const found = z.object({ version: z.string() }).safeParse(value);
  return found.success ? found.data.version : undefined;
}
