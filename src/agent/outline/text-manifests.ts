import type { Dependency, ManifestFacts } from './manifest-facts.ts';
import { requirement } from './toml-manifests.ts';

/** pip's requirements files; those named for development or tests count as such. */
export function readRequirements(text: string): Partial<ManifestFacts> {
  const lines = text.split(/\r?\n/u).filter((line) => /^[A-Za-z0-9]/u.test(line.trim()));
  return { dependencies: lines.map((line) => requirement(line, false)).filter((found) => found !== null) };
}

/** setuptools' setup.cfg: the lines below `install_requires`, and what the metadata section says. */
export function readSetupCfg(text: string): Partial<ManifestFacts> {
  const block = /^install_requires\s*=\s*\n((?:[ \t]+.*\n?)*)/mu.exec(text)?.[1] ?? '';
  const python = /^python_requires\s*=\s*(.+)$/mu.exec(text)?.[1];
  return {
    name: /^name\s*=\s*(.+)$/mu.exec(text)?.[1]?.trim() ?? '',
    description: /^description\s*=\s*(.+)$/mu.exec(text)?.[1]?.trim() ?? '',
    runtimes: python === undefined ? [] : [`Python ${python.trim()}`],
    dependencies: block
      .split('\n')
      .map((line) => requirement(line, false))
      .filter((found) => found !== null),
  };
}

/** Go's go.mod. */
export function readGoMod(text: string): Partial<ManifestFacts> {
  const version = /^go\s+(\S+)/mu.exec(text)?.[1];
  const lines = text.split(/\r?\n/u).filter((line) => !line.includes('// indirect'));
  const found = lines.map((line) => /^(?:require\s+)?\s*([\w.-]+\.[\w.-]+\/\S+)\s+(v\S+)/u.exec(line));
  return {
    name: /^module\s+(\S+)/mu.exec(text)?.[1] ?? '',
    runtimes: version === undefined ? [] : [`Go ${version}`],
    dependencies: found.flatMap((match) => (match === null ? [] : [dependency(match[1], match[2])])),
  };
}

/** Maven's pom.xml, by its elements; properties are not resolved. */
export function readPom(text: string): Partial<ManifestFacts> {
  const own = text.replaceAll(/<(dependencies|parent|build)>[\s\S]*?<\/\1>/gu, '');
  const java = /<(?:java\.version|maven\.compiler\.(?:release|source))>([^<]+)</u.exec(text)?.[1];
  const blocks = [...text.matchAll(/<dependency>([\s\S]*?)<\/dependency>/gu)].map((match) => match[1] ?? '');
  return {
    name: /<artifactId>([^<]+)</u.exec(own)?.[1] ?? '',
    description: /<description>([^<]+)</u.exec(own)?.[1]?.trim() ?? '',
    runtimes: java === undefined ? [] : [`Java ${java}`],
    dependencies: blocks.map((block) => ({
      ...dependency(/<artifactId>([^<]+)</u.exec(block)?.[1], /<version>([^<$]+)</u.exec(block)?.[1]),
      isDevelopment: /<scope>test</u.test(block),
    })),
  };
}

/** Gradle's build file, by its dependency lines. */
export function readGradle(text: string): Partial<ManifestFacts> {
  const found = [
    ...text.matchAll(
      /\b(implementation|api|compileOnly|runtimeOnly|testImplementation|testRuntimeOnly)\b[\s(]*["'][^:"']+:([^:"']+)(?::([^"']+))?["']/gu,
    ),
  ];
  const java = /(?:JavaLanguageVersion\.of\(|sourceCompatibility\s*=\s*['"]?)(\d[\d.]*)/u.exec(text)?.[1];
  return {
    runtimes: java === undefined ? [] : [`Java ${java}`],
    dependencies: found.map((match) => ({
      ...dependency(match[2], match[3]),
      isDevelopment: match[1]?.startsWith('test') ?? false,
    })),
  };
}

/** Bundler's Gemfile. */
export function readGemfile(text: string): Partial<ManifestFacts> {
  const ruby = /^ruby\s+["']([^"']+)/mu.exec(text)?.[1];
  const gems = [...text.matchAll(/^\s*gem\s+["']([^"']+)["'](?:\s*,\s*["']([^"']+)["'])?/gmu)];
  return {
    runtimes: ruby === undefined ? [] : [`Ruby ${ruby}`],
    dependencies: gems.map((match) => dependency(match[1], match[2])),
  };
}

/** A .NET project file; the SDK says whether it is a web project. */
export function readCsproj(text: string): Partial<ManifestFacts> {
  const framework = /<TargetFrameworks?>([^<]+)</u.exec(text)?.[1];
  const sdk = /<Project\s+Sdk="([^"]+)"/u.exec(text)?.[1];
  const packages = [...text.matchAll(/<PackageReference\s+Include="([^"]+)"(?:\s+Version="([^"]+)")?/gu)];
  return {
    runtimes: framework === undefined ? [] : [`.NET ${framework}`],
    dependencies: [
      ...(sdk === 'Microsoft.NET.Sdk.Web' ? [dependency(sdk, '')] : []),
      ...packages.map((match) => dependency(match[1], match[2])),
    ],
  };
}

function dependency(name = '', version = ''): Dependency {
  return { name, version, isDevelopment: false };
}
