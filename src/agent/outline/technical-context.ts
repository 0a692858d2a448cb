import { code, inline } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import { quantitiesOf } from './quantities.ts';
import type { RepositoryFacts } from './repository.ts';
import type { TechnologyKind } from './technologies.ts';
import { counted, listed } from './words.ts';

/** One bold field of the plan's technical context. */
export interface ContextField {
  readonly name: string;
  readonly value: string;
}

const NOT_FOUND = 'not found in the repository';
const MAX_LANGUAGES = 4;
const MAX_DEPENDENCIES = 10;

/** Spec Kit's nine fields, each true of the repository or of the specification, with the file that shows it. */
export function technicalContext(context: PlanContext): readonly ContextField[] {
  return [
    { name: 'Language/Version', value: languageValue(context) },
    { name: 'Primary Dependencies', value: dependencyValue(context.repository) },
    { name: 'Storage', value: storageValue(context) },
    { name: 'Testing', value: testingValue(context.repository) },
    { name: 'Target Platform', value: platformValue(context.repository) },
    { name: 'Project Type', value: projectTypes(context.repository) },
    {
      name: 'Performance Goals',
      value: figures(context, ['time', 'share'], 'none stated in the specification'),
    },
    { name: 'Constraints', value: constraintValue(context) },
    { name: 'Scale/Scope', value: scaleValue(context) },
  ];
}

function languageValue(context: PlanContext): string {
  const { repository, placement } = context;
  const found = repository.languages
    .slice(0, MAX_LANGUAGES)
    .map(({ name, files, lines }) => `${name} (${counted(files, 'file')}, ${counted(lines, 'line')})`);
  if (found.length === 0) {
    const asked = placement.language === null ? '' : `; the request names ${placement.language}`;
    return `${NOT_FOUND}: it holds no code in a language the survey knows${asked}`;
  }
  const runtimes = repository.runtimes.map(({ text, from }) => `${code(text)} declared in ${code(from)}`);
  const versions =
    runtimes.length === 0 ? 'no version declared' : [...new Set(runtimes)].slice(0, 3).join(', ');
  return `${listed(found)}; ${versions}${repository.isCut ? '; counted over the first 20,000 paths' : ''}`;
}

function dependencyValue(repository: RepositoryFacts): string {
  const direct = repository.dependencies.filter(({ isDevelopment }) => !isDevelopment);
  if (repository.manifests.length === 0) return NOT_FOUND;
  if (direct.length === 0)
    return `none declared in ${listed(repository.manifests.slice(0, 3).map(({ path }) => code(path)))}`;
  const names = [
    ...new Map(
      direct.map(({ name, version }) => [name, version === '' ? name : `${name} ${version}`]),
    ).values(),
  ];
  const shown = names.slice(0, MAX_DEPENDENCIES).map(code);
  const rest = names.length > MAX_DEPENDENCIES ? ` and ${names.length - MAX_DEPENDENCIES} more` : '';
  return `${shown.join(', ')}${rest} (${[...new Set(direct.map(({ from }) => code(from)))].slice(0, 3).join(', ')})`;
}

function storageValue(context: PlanContext): string {
  const stores = context.repository.tools.filter(({ role }) => role === 'database');
  const images = context.repository.composeImages.filter((image) =>
    /postgres|mysql|mariadb|mongo|redis/iu.test(image),
  );
  const found = [
    ...stores.map(({ name, from }) => `${name} (client in ${code(from)})`),
    ...images.map((image) => `${code(image)} in the compose file`),
  ];
  const asked = namedIn(context, 'storage');
  const request = asked === '' ? '' : `; the request names ${asked}`;
  return `${found.length === 0 ? `${NOT_FOUND}: no database client in its manifests` : found.join(', ')}${request}`;
}

function testingValue(repository: RepositoryFacts): string {
  const { tools, files, places, command } = repository.tests;
  if (tools.length === 0 && files.length === 0) return NOT_FOUND;
  const named =
    tools.length === 0
      ? 'no test tool declared'
      : tools.map(({ name, from }) => `${name} (${code(from)})`).join(', ');
  const where = places
    .slice(0, 3)
    .map(({ place, files: count }) => `${count} ${place.startsWith('beside') ? place : `in ${code(place)}`}`);
  const tests =
    files.length === 0 ? 'no test file yet' : `${counted(files.length, 'test file')}: ${where.join(', ')}`;
  return `${named}; ${tests}${command === null ? '' : `; run with ${code(command.command)}`}`;
}

function platformValue(repository: RepositoryFacts): string {
  const { baseImage, tools, runtimes } = repository;
  const roles = new Set(tools.map(({ role }) => role));
  const found = [
    baseImage === null ? '' : `Linux container from ${code(baseImage.image)} (${code(baseImage.from)})`,
    roles.has('web page') ? 'web browser' : '',
    roles.has('mobile') ? 'mobile devices' : '',
    roles.has('desktop') ? 'desktop computers' : '',
    baseImage === null && runtimes[0] !== undefined
      ? `wherever ${code(runtimes[0].text)} runs; no container file`
      : '',
  ].filter((part) => part !== '');
  return found.length === 0 ? NOT_FOUND : found.join(', ');
}

/** What kind of product the repository is, by its packages and commands. */
export function projectTypes(repository: RepositoryFacts): string {
  const known = repository.tools.filter(
    ({ role }) => role !== 'database' && role !== 'test' && role !== 'queue',
  );
  const types = known.map(
    ({ role, name }) => `${role === 'command line' ? 'command-line program' : role} (${name})`,
  );
  const commands = repository.manifests.flatMap((manifest) => manifest.commands);
  const installed =
    commands.length === 0 ? [] : [`installs ${listed(commands.slice(0, 4).map(code), 'and')}`];
  const all = [...new Set([...types, ...installed])];
  if (all.length > 0) return all.join(', ');
  return repository.manifests.length === 0
    ? NOT_FOUND
    : `package without a framework the survey knows (${code(repository.manifests[0]?.path ?? '')})`;
}

function constraintValue(context: PlanContext): string {
  const named = context.technologies.map(({ name }) => name);
  const found = [
    named.length === 0 ? '' : `the request names ${listed(named)}`,
    context.repository.ciFiles.length === 0
      ? ''
      : `continuous integration runs ${listed(context.repository.ciFiles.slice(0, 3).map(code))}`,
    context.spec.exclusions.length === 0
      ? ''
      : `out of scope: ${context.spec.exclusions
          .slice(0, 4)
          .map((text) => inline(text).replace(/\.$/u, ''))
          .join('; ')}`,
  ].filter((part) => part !== '');
  return found.length === 0 ? 'none stated in the specification' : found.join('; ');
}

function scaleValue(context: PlanContext): string {
  const { spec, repository } = context;
  const size = `${counted(spec.stories.length, 'user story', 'user stories')} and ${counted(spec.requirements.length, 'requirement')} on a repository of ${counted(repository.files.length, 'file')}`;
  const stated = figures(context, ['load', 'size', 'count'], '');
  return stated === '' ? `${size}; the specification gives no volumes` : `${stated}; ${size}`;
}

function figures(context: PlanContext, kinds: Parameters<typeof quantitiesOf>[1], otherwise: string): string {
  const lines = context.spec.requirements.flatMap(({ id, text }) =>
    quantitiesOf([text], kinds).map((quantity) => `${inline(quantity)} (${id})`),
  );
  return lines.length === 0 ? otherwise : lines.slice(0, 6).join(', ');
}

function namedIn(context: PlanContext, kind: TechnologyKind): string {
  return listed(
    context.technologies.filter((technology) => technology.kind === kind).map(({ name }) => name),
  );
}
