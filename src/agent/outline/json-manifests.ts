import { z } from 'zod';
import type { Dependency, ManifestFacts } from './manifest-facts.ts';

const Names = z.record(z.string(), z.unknown()).catch({});
const Text = z.string().catch('');

const PackageJson = z.object({
  name: Text,
  description: Text,
  engines: Names,
  dependencies: Names,
  devDependencies: Names,
  peerDependencies: Names,
  scripts: Names,
  bin: z.union([z.string(), Names]).catch({}),
  main: Text,
});

const ComposerJson = z.object({
  name: Text,
  description: Text,
  require: Names,
  'require-dev': Names,
  scripts: Names,
});

/** Node's package.json. */
export function readPackageJson(text: string): Partial<ManifestFacts> {
  const found = PackageJson.parse(JSON.parse(text));
  const node = found.engines['node'];
  const bins = typeof found.bin === 'string' ? { [found.name]: found.bin } : texts(found.bin);
  return {
    name: found.name,
    description: found.description,
    runtimes: typeof node === 'string' ? [`Node.js ${node}`] : [],
    dependencies: [
      ...dependencies(found.dependencies, false),
      ...dependencies(found.peerDependencies, false),
      ...dependencies(found.devDependencies, true),
    ],
    scripts: texts(found.scripts),
    commands: Object.keys(bins),
    entryPoints: [...Object.values(bins), found.main].filter((path) => path !== ''),
  };
}

/** PHP's composer.json. */
export function readComposer(text: string): Partial<ManifestFacts> {
  const found = ComposerJson.parse(JSON.parse(text));
  const { php } = found.require;
  return {
    name: found.name,
    description: found.description,
    runtimes: typeof php === 'string' ? [`PHP ${php}`] : [],
    dependencies: [...dependencies(found.require, false), ...dependencies(found['require-dev'], true)].filter(
      ({ name }) => name.includes('/'),
    ),
    scripts: texts(found.scripts),
  };
}

function dependencies(
  table: Readonly<Record<string, unknown>>,
  isDevelopment: boolean,
): readonly Dependency[] {
  return Object.entries(texts(table)).map(([name, version]) => ({ name, version, isDevelopment }));
}

function texts(table: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
