import type { SpecDocument } from './read-documents.ts';
import type { RepositoryFacts } from './repository.ts';

/** A way something outside the product meets it. */
export type InterfaceKind = 'http' | 'command line' | 'events' | 'library' | 'web page';

interface Rule {
  readonly kind: InterfaceKind;
  readonly asksFor: RegExp;
  /** True when the repository is already met this way. */
  readonly isOffered: (repository: RepositoryFacts) => boolean;
}

const RULES: readonly Rule[] = [
  {
    kind: 'http',
    asksFor:
      /\b(?:GET|POST|PUT|PATCH|DELETE) \/|\bendpoints?\b|\bREST\b|\bHTTP (?:API|request|status)|\bHTTP-|\bAPI\b/u,
    isOffered: (repository) => hasTool(repository, 'HTTP service'),
  },
  {
    kind: 'command line',
    asksFor:
      /(?:^|[\s`"'(])--[a-z][\w-]+|\bcommand[- ]line\b|\bCLI\b|\bsubcommands?\b|\bexit(?:s)? (?:code|with)\b|\bcommands?\b/iu,
    isOffered: (repository) =>
      !hasTool(repository, 'HTTP service') &&
      (hasTool(repository, 'command line') ||
        repository.manifests.some(({ commands }) => commands.length > 0)),
  },
  {
    kind: 'events',
    asksFor:
      /\bwebhooks?\b|\b(?:emit|publish|consume|raise)\w* (?:[\w-]+ ){0,3}(?:events?|messages?)\b|\bevents? (?:is|are) (?:sent|published|emitted)\b|\btopics?\b.*\b(?:publish|subscribe)/iu,
    isOffered: () => false,
  },
  {
    kind: 'library',
    asksFor:
      /\b(?:exported?|public|library) (?:function|class|method|type)s?\b|\bfunction `?\w+`?\b.*\breturns?\b|\bSDK\b/iu,
    isOffered: () => false,
  },
  {
    kind: 'web page',
    asksFor: /\b(?:pages?|screens?|dashboards?|buttons?|forms?|dialogs?)\b/iu,
    isOffered: (repository) => hasTool(repository, 'web page'),
  },
];

/** The ways the feature will be met: those the specification speaks of, and those the repository already has. */
export function interfaceKinds(spec: SpecDocument, repository: RepositoryFacts): readonly InterfaceKind[] {
  const text = spec.requirements.map((requirement) => requirement.text).join('\n');
  return RULES.filter((rule) => rule.asksFor.test(text) || rule.isOffered(repository)).map(
    ({ kind }) => kind,
  );
}

function hasTool(repository: RepositoryFacts, role: string): boolean {
  return repository.tools.some((tool) => tool.role === role);
}
