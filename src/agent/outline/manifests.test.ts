import { describe, expect, it } from 'vitest';

import { readManifest } from './manifests.ts';

/** One manifest of each kind, with what it declares: runtimes, dependencies (development ones starred) and commands. */
const MANIFESTS: Readonly<Record<string, readonly [string, readonly string[], readonly string[]]>> = {
  'package.json': [
    '{"name":"n","engines":{"node":">=20"},"dependencies":{"pg":"8"},"devDependencies":{"vitest":"3"},"bin":{"n":"cli.js"}}',
    ['Node.js >=20'],
    ['pg', '*vitest'],
  ],
  'pyproject.toml': [
    '[project]\nrequires-python = ">=3.11"\ndependencies = ["click>=8", "rich"]\n[dependency-groups]\ndev = ["pytest"]\n',
    ['Python >=3.11'],
    ['click', 'rich', '*pytest'],
  ],
  'sub/pyproject.toml': [
    '[tool.poetry.dependencies]\npython = "^3.12"\nflask = {version = "3"}\n[tool.poetry.group.dev.dependencies]\npytest = "8"\n',
    ['Python ^3.12'],
    ['flask', '*pytest'],
  ],
  'requirements-web.txt': [
    '# comment\nDjango==5.0\n-r other.txt\npsycopg[binary]>=3 # db\n',
    [],
    ['Django', 'psycopg'],
  ],
  'setup.cfg': [
    '[options]\npython_requires = >=3.9\ninstall_requires =\n    flask\n    redis>=5\n',
    ['Python >=3.9'],
    ['flask', 'redis'],
  ],
  'go.mod': [
    'module example.com/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\tgithub.com/a/b v1 // indirect\n)\n',
    ['Go 1.22'],
    ['github.com/gin-gonic/gin'],
  ],
  'Cargo.toml': [
    '[package]\nname="c"\nrust-version="1.75"\n[dependencies]\naxum="0.7"\n[dev-dependencies]\ninsta="1"\n',
    ['Rust 1.75'],
    ['axum', '*insta'],
  ],
  'pom.xml': [
    '<project><artifactId>a</artifactId><properties><java.version>21</java.version></properties><dependencies><dependency><artifactId>postgresql</artifactId></dependency><dependency><artifactId>junit-jupiter</artifactId><scope>test</scope></dependency></dependencies></project>',
    ['Java 21'],
    ['postgresql', '*junit-jupiter'],
  ],
  'build.gradle.kts': [
    'dependencies {\n  implementation("org.postgresql:postgresql:42")\n  testImplementation("org.junit.jupiter:junit-jupiter:5")\n}\n',
    [],
    ['postgresql', '*junit-jupiter'],
  ],
  Gemfile: ['ruby "3.3"\ngem "rails", "~> 7"\n', ['Ruby 3.3'], ['rails']],
  'composer.json': [
    '{"require":{"php":">=8.2","laravel/framework":"^11"}}',
    ['PHP >=8.2'],
    ['laravel/framework'],
  ],
  'App.csproj': [
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="xunit" Version="2" /></ItemGroup></Project>',
    ['.NET net8.0'],
    ['Microsoft.NET.Sdk.Web', 'xunit'],
  ],
};

describe('a manifest', () => {
  for (const [path, [text, runtimes, dependencies]] of Object.entries(MANIFESTS)) {
    it(`${path} is understood`, () => {
      const found = readManifest(path, text);
      expect(found?.runtimes).toEqual(runtimes);
      expect(
        found?.dependencies.map(({ name, isDevelopment }) => `${isDevelopment ? '*' : ''}${name}`),
      ).toEqual(dependencies);
    });
  }

  it('that is broken, or none, says nothing', () => {
    expect(readManifest('package.json', '{')).toBeNull();
    expect(readManifest('package.json', '[1]')).toBeNull();
    expect(readManifest('pyproject.toml', '= =')).toBeNull();
    expect(readManifest('src/main.ts', '')).toBeNull();
  });

  it('with values of odd types is read as far as it makes sense', () => {
    expect(
      readManifest('package.json', '{"name":1,"dependencies":[],"scripts":{"test":1},"bin":2}'),
    ).toMatchObject({
      name: '',
      dependencies: [],
      scripts: {},
    });
  });
});
