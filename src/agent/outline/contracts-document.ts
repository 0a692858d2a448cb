import { draftedBy } from './drafted-by.ts';
import type { InterfaceKind } from './interface-kinds.ts';
import { bullets, code, inline, joinParts, section, sentence } from './markdown.ts';
import { operationsOf, type Operation } from './operations.ts';
import type { PlanContext } from './plan-context.ts';
import type { DocumentItem } from './read-documents.ts';
import { listed, words } from './words.ts';
import type { DraftedDocument } from './write-documents.ts';

interface Contract {
  readonly kind: InterfaceKind;
  readonly path: string;
  readonly title: string;
  /** The requirements that shape it. */
  readonly concerns: RegExp;
  /** What can be listed from the requirements; `null` when there is nothing beyond the rules. */
  readonly surface: (context: PlanContext, items: readonly DocumentItem[]) => string | null;
}

const CONTRACTS: readonly Contract[] = [
  {
    kind: 'http',
    path: 'contracts/http-api.md',
    title: 'HTTP API',
    concerns:
      /\b(?:API|endpoints?|HTTP|requests?|respon[sd]\w*|returns?|status|[1-5]\d\d|GET|POST|PUT|PATCH|DELETE|JSON|rate|header)\b/u,
    surface: httpSurface,
  },
  {
    kind: 'command line',
    path: 'contracts/command-line.md',
    title: 'Command line',
    concerns: /--[a-z]|\b(?:commands?|options?|flags?|arguments?|exits?|stdout|stderr|prints?|output)\b/iu,
    surface: commandSurface,
  },
  {
    kind: 'events',
    path: 'contracts/events.md',
    title: 'Events',
    concerns: /\b(?:events?|webhooks?|publish\w*|subscrib\w*|topics?|messages?)\b/iu,
    surface: () => null,
  },
  {
    kind: 'library',
    path: 'contracts/library.md',
    title: 'Library functions',
    concerns: /\b(?:functions?|class(?:es)?|methods?|types?|returns?|throws?|SDK)\b/iu,
    surface: () => null,
  },
];

/** One document per kind of interface that is really described; none for a feature nobody outside the product meets. */
export function contractDocuments(context: PlanContext): readonly DraftedDocument[] {
  return CONTRACTS.filter(({ kind }) => context.interfaces.includes(kind)).flatMap((contract) => {
    const items = context.spec.requirements.filter(({ text }) => contract.concerns.test(text));
    const surface = contract.surface(context, items);
    if (surface === null && items.length === 0) return [];
    return [{ path: contract.path, content: contractDocument(contract, { context, items, surface }) }];
  });
}

function contractDocument(
  contract: Contract,
  parts: {
    readonly context: PlanContext;
    readonly items: readonly DocumentItem[];
    readonly surface: string | null;
  },
): string {
  const { context, items, surface } = parts;
  return joinParts([
    `# Contract: ${contract.title} of ${inline(context.spec.title)}`,
    `**Date**: ${context.request.requestedOn}`,
    draftedBy(
      'Names marked as proposed come from the words of the requirements; the repository’s own style wins over them.',
    ),
    surface,
    section('## Rules that hold for it', [
      items.length === 0
        ? null
        : bullets(items.map(({ id, text }) => `**${id}**: ${sentence(inline(text))}`)),
    ]),
    section('## What must not change', [
      'What the repository offers today keeps its names and answers; this contract only adds to it.',
    ]),
  ]);
}

function httpSurface(context: PlanContext): string | null {
  const operations = operationsOf(context);
  if (operations.length === 0) return null;
  const rows = operations.map(
    (operation) =>
      `| ${code(`${operation.method} ${operation.path}`)} | ${operation.requirement.id} | ${origin(operation)} |`,
  );
  const details = operations.map((operation) =>
    section(`### ${operation.method} ${operation.path}`, [
      `Serves ${operation.requirement.id}: ${sentence(inline(operation.requirement.text))}`,
      bullets(answersOf(operation, context)),
    ]),
  );
  return joinParts([
    ['| Operation | Requirement | Source |', '|---|---|---|', ...rows].join('\n'),
    section('## Operations', details),
  ]).trimEnd();
}

function origin(operation: Operation): string {
  return operation.isStated ? 'stated in the specification' : 'proposed';
}

const SUCCESS: Readonly<Record<string, string>> = {
  DELETE: '204 without a body',
  GET: '200 with what was asked for; an empty result is still 200',
  PATCH: '200 with the changed state',
  POST: '201 with what was created',
  PUT: '200 with the new state',
};

function successOf({ method, path }: Operation): string {
  // A deed on something that is there already, such as sharing it, creates nothing.
  const isDeed = method === 'POST' && path.includes('{id}/');
  return isDeed ? '200 with the result' : (SUCCESS[method] ?? '200');
}

/** Answers the method implies; limits and rights only where a requirement speaks of them. */
function answersOf(operation: Operation, context: PlanContext): readonly string[] {
  const limited = context.spec.requirements.filter(({ text }) =>
    /\b(?:longer|at most|at least|between|maximum|minimum|valid|required)\b/iu.test(text),
  );
  const restricted = context.spec.requirements.filter((item) => restricts(item, operation));
  const isWriting = operation.method !== 'GET' && operation.method !== 'DELETE';
  return [
    `Success: ${successOf(operation)} (proposed)`,
    operation.path.includes('{') ? 'Nothing there under that identifier: 404 (proposed)' : '',
    isWriting && limited.length > 0
      ? `Input against ${idsOf(limited)}: 400 with the rule named (proposed)`
      : '',
    restricted.length > 0 ? `Not allowed by ${idsOf(restricted)}: 403 (proposed)` : '',
  ].filter((answer) => answer !== '');
}

/** `Only the author MAY edit` restricts editing, not everything. */
function restricts({ text }: DocumentItem, operation: Operation): boolean {
  const isRestriction = /^Only\b|\bMUST NOT be able\b/u.test(text);
  return isRestriction && operation.verb !== '' && words(text).includes(operation.verb);
}

function commandSurface(context: PlanContext, items: readonly DocumentItem[]): string | null {
  const text = items.map((item) => item.text).join('\n');
  const programs = context.repository.manifests.flatMap(({ commands }) => commands);
  const options = [...new Set(text.match(/(?<![\w-])--[a-z][\w-]*/gu) ?? [])];
  const codes = [
    ...new Set(
      [...text.matchAll(/\b(?:exit|exits) (?:with )?(?:code |status )?(\d{1,3})\b/giu)].map(
        (match) => match[1] ?? '',
      ),
    ),
  ];
  const lines = [
    programs.length === 0
      ? ''
      : `Program${programs.length === 1 ? '' : 's'} of the repository: ${listed(programs.slice(0, 5).map(code))}`,
    options.length === 0 ? '' : `Options named in the specification: ${listed(options.map(code))}`,
    codes.length === 0
      ? ''
      : `Exit codes named in the specification: ${listed(codes.map(code))}; 0 stays success`,
  ].filter((line) => line !== '');
  return lines.length === 0 ? null : bullets(lines.map(sentence));
}

function idsOf(items: readonly DocumentItem[]): string {
  return listed(
    items.slice(0, 4).map(({ id }) => id),
    'or',
  );
}
