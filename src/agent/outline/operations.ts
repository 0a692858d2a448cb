import type { DocumentItem } from './read-documents.ts';
import type { PlanContext } from './plan-context.ts';
import { verbClass } from './verbs.ts';
import { singular, slug, words } from './words.ts';

/** An HTTP operation the feature offers. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** The verb it carries out; empty when the specification spells the operation out. */
  readonly verb: string;
  readonly requirement: DocumentItem;
  /** True when the specification spells it out; otherwise it is proposed from names. */
  readonly isStated: boolean;
}

const STATED = /\b(GET|POST|PUT|PATCH|DELETE)\s+`?(\/[\w\-/{}:.]*)/gu;
const METHODS: Readonly<Record<string, readonly [string, string]>> = {
  add: ['POST', ''],
  buy: ['POST', ''],
  change: ['PATCH', '/{id}'],
  create: ['POST', ''],
  export: ['GET', '/export'],
  find: ['GET', ''],
  import: ['POST', '/import'],
  arrange: ['GET', ''],
  cancel: ['POST', '/{id}/cancel'],
  remove: ['DELETE', '/{id}'],
  see: ['GET', ''],
  share: ['POST', '/{id}/share'],
};
/** Single verbs that differ from their class. */
const OWN_METHODS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['pay', ['POST', '/{id}/payment']],
]);
const CAPABILITY = /\b(?:MUST be able to|MAY) ((?:[\p{L}-]+,? (?:and |or )?){0,3}[\p{L}-]+)/u;

/** The operations of the requirements: spelled out ones as they are, else one per verb of a capability about a known entity. */
export function operationsOf(context: PlanContext): readonly Operation[] {
  const found = context.spec.requirements.flatMap((requirement) => {
    const stated = [...requirement.text.matchAll(STATED)].map(([, method = '', path = '']) => ({
      method,
      path: path.replace(/[.:]$/u, ''),
      verb: '',
      requirement,
      isStated: true,
    }));
    return stated.length > 0 ? stated : proposed(requirement, context);
  });
  return found.filter(
    (operation, index) =>
      found.findIndex((other) => other.method === operation.method && other.path === operation.path) ===
      index,
  );
}

function proposed(requirement: DocumentItem, context: PlanContext): readonly Operation[] {
  const action = CAPABILITY.exec(requirement.text);
  if (action === null || /MUST NOT be able/u.test(requirement.text)) return [];
  const after = requirement.text.slice(action.index).toLowerCase();
  const noun = firstEntity(after, context);
  if (noun === undefined) return [];
  const isOne = new RegExp(String.raw`\b(?:an?|the|this|one) (?:[a-z]+ )?${noun}\b`, 'u').test(after);
  return words(action[1] ?? '').flatMap((verb) => {
    const kind = verbClass(verb)?.name ?? '';
    const [method, suffix] = OWN_METHODS.get(verb) ?? METHODS[kind] ?? [];
    if (method === undefined) return [];
    // One note is read by its identifier, several are listed.
    const path = `/${plural(slug(noun, 2))}${kind === 'see' && isOne ? '/{id}' : suffix}`;
    return [{ method, path, verb, requirement, isStated: false }];
  });
}

/** The entity named first after the verb is what the operation is about. */
function firstEntity(text: string, context: PlanContext): string | undefined {
  const names = new Set(context.spec.entities.map(({ name }) => name.toLowerCase()));
  return words(text)
    .map(singular)
    .find((word) => names.has(word));
}

function plural(noun: string): string {
  if (/[^aeiou]y$/u.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/u.test(noun) ? `${noun}es` : `${noun}s`;
}
