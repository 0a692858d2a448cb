import { interfaceKinds, type InterfaceKind } from './interface-kinds.ts';
import { languageByName } from './languages.ts';
import { placementFor, type Placement } from './placement.ts';
import type { SpecDocument } from './read-documents.ts';
import type { RepositoryFacts } from './repository.ts';
import type { OutlineRequest } from './request.ts';
import { technologiesIn, type Technology } from './technologies.ts';
import { slug } from './words.ts';

/** Everything the plan and the tasks are made from. */
export interface PlanContext {
  readonly request: OutlineRequest;
  readonly spec: SpecDocument;
  readonly repository: RepositoryFacts;
  /** Text of `.specify/memory/constitution.md`, when there is one. */
  readonly constitution: string | null;
  readonly placement: Placement;
  readonly interfaces: readonly InterfaceKind[];
  /** Technologies the request or the requirements name. */
  readonly technologies: readonly Technology[];
  /** Short name of the feature for paths. */
  readonly featureSlug: string;
}

/** Words no package or module can be called in one language or another. */
const RESERVED =
  /^(?:case|class|default|delete|export|final|for|from|func|global|import|in|interface|internal|lambda|new|package|private|public|return|static|switch|test|type|use|with)$/u;

/** Put the sources of a plan together. */
export function planContext(
  sources: Pick<PlanContext, 'request' | 'spec' | 'repository' | 'constitution'>,
): PlanContext {
  const { request, spec, repository } = sources;
  const wording = [
    request.specText.slice(0, 200_000),
    request.notes ?? '',
    ...spec.requirements.map(({ text }) => text),
  ];
  const technologies = technologiesIn(wording.join('\n'));
  const folder = request.featureDirectory.replace(/^specs\/(?:\d+[-_])*/u, '');
  const words = slug(folder, 3) || 'feature';
  const featureSlug = RESERVED.test(words) ? `${words}-feature` : words;
  const requestedLanguage = technologies.find(
    ({ kind, name }) => kind === 'language' && languageByName(name) !== undefined,
  );
  return {
    ...sources,
    technologies,
    featureSlug,
    interfaces: interfaceKinds(spec, repository),
    placement: placementFor(repository, {
      requestedLanguage: requestedLanguage?.name ?? null,
      featureFolder: spec.stories.length > 1 ? featureSlug : '',
    }),
  };
}
