import { code } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import type { RepositoryFacts } from './repository.ts';
import { collapse, counted, listed } from './words.ts';

const MAX_FOLDERS = 16;
const MAX_ROOT_FILES = 8;
const NAME_WIDTH = 24;

/** The tree of this feature's documents. */
export function documentTree(context: PlanContext, contracts: readonly string[]): string {
  const names = [
    'spec.md',
    'plan.md',
    'research.md',
    'data-model.md',
    'quickstart.md',
    ...contracts,
    'checklists/requirements.md',
    'tasks.md             (written by the tasks phase)',
  ];
  return fenced([`${context.request.featureDirectory}/`, ...names.map((name) => `  ${name}`)]);
}

/** The repository as it is: top-level folders with what they are for, and the files beside them. */
export function sourceTree(repository: RepositoryFacts): string {
  if (repository.files.length === 0) return 'The repository holds no file yet besides what Spec Kit writes.';
  const folders = repository.folders.slice(0, MAX_FOLDERS).map(({ path, files, role }) => {
    const about = role === null ? counted(files, 'file') : `${role}, ${counted(files, 'file')}`;
    return `${`${path}/`.padEnd(NAME_WIDTH)} ${about}`;
  });
  const more = repository.folders.length - MAX_FOLDERS;
  const files = repository.rootFiles.slice(0, MAX_ROOT_FILES);
  const moreFiles = repository.rootFiles.length - files.length;
  return fenced([
    ...folders,
    ...(more > 0 ? [`and ${counted(more, 'further folder')}`] : []),
    ...files,
    ...(moreFiles > 0 ? [`and ${counted(moreFiles, 'further file')}`] : []),
  ]);
}

/** Where the feature goes and why, in one paragraph. */
export function structureDecision(context: PlanContext): string {
  const { placement, repository } = context;
  if (repository.languages.length === 0) {
    const language =
      placement.language === null
        ? 'The language is not settled yet'
        : `The request names ${placement.language}`;
    return `The repository holds no code to follow. ${language}; paths in \`tasks.md\` use a plain \`src/\` and \`tests/\` that can be renamed before work starts.`;
  }
  const root = placement.sourceRoot === '' ? 'the top of the repository' : code(`${placement.sourceRoot}/`);
  const layers = Object.values(placement.layers).map((folder) => code(`${folder}/`));
  const uses =
    layers.length === 0
      ? ''
      : ` The existing ${listed([...new Set(layers)])} ${layers.length === 1 ? 'is' : 'are'} used for what belongs there.`;
  const sample = placement.sourceFile('logic', context.featureSlug);
  const start = repository.entryPoints[0];
  const entry = start === undefined ? '' : ` ${code(start)} is where the product starts.`;
  return `New ${placement.language ?? ''} files go below ${root}, where the code of this repository is, with tests as in ${code(placement.testFile(sample))}.${uses}${entry}`;
}

/** Names may hold anything; none of it may end the block. */
function fenced(lines: readonly string[]): string {
  const safe = lines
    .map((line) => line.replaceAll(/[`\p{Cc}]/gu, '?').trimEnd())
    .filter((line) => collapse(line) !== '');
  return ['```text', ...safe, '```'].join('\n');
}
