import { draftedBy } from './drafted-by.ts';
import { bullets, inline, joinParts, section, sentence } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import type { DocumentEntity, DocumentItem } from './read-documents.ts';
import { findQuantities } from './quantities.ts';
import { capitalise, listed, singular, words } from './words.ts';

/** Spec Kit's data-model.md: each entity with the fields, relations and rules the specification gives it. */
export function dataModelDocument(context: PlanContext): string {
  const { entities, requirements, title } = context.spec;
  return joinParts([
    `# Data Model: ${inline(title)}`,
    `**Date**: ${context.request.requestedOn}`,
    draftedBy(
      'It holds only what the specification says; types, keys and missing fields are for a person to add.',
    ),
    entities.length === 0 ? NONE : null,
    ...entities.map((entity) => entityPart(entity, requirements)),
  ]);
}

const NONE =
  'The specification names no thing with fields of its own, so there is nothing to model yet. If the work turns out to ' +
  'need stored data, it belongs here before it is built.';

function entityPart(entity: DocumentEntity, requirements: readonly DocumentItem[]): string | null {
  const about = requirements.filter(({ text }) => mentions(text, entity.name));
  const rules = about.filter(({ text }) => isRule(text));
  const uses = about.filter((item) => !rules.includes(item));
  return section(`## ${inline(entity.name)}`, [
    fieldTable(entity, about),
    entity.related.length === 0 ? null : `**Relations**: ${listed(entity.related.map(inline))}.`,
    rules.length === 0 ? null : `**Rules**:\n\n${bullets(rules.map(ruleLine))}`,
    uses.length === 0 ? null : `**Used by**: ${listed(uses.map(({ id }) => id))}.`,
  ]);
}

/** What an entity must or must not be or have is a rule; what people do with it is a use. */
function isRule(text: string): boolean {
  const kinds = new Set(findQuantities(text).map(({ kind }) => kind));
  const hasLimit = kinds.size > 0 && !kinds.has('time') && !kinds.has('load');
  const isState =
    /\bMUST (?:NOT )?(?:be(?! able)|have|belong|contain|consist|start|end|expire|keep|stay|remain)\b/u;
  return hasLimit || isState.test(text) || /^Only\b|\bMUST NOT\b/u.test(text);
}

function fieldTable(entity: DocumentEntity, about: readonly DocumentItem[]): string {
  if (entity.attributes.length === 0) return 'The specification names no fields for it.';
  const rows = entity.attributes.map((field) => {
    const sources = about.filter(({ text }) => mentions(text, field)).map(({ id }) => id);
    return `| ${cell(field)} | ${sources.length === 0 ? 'Key Entities' : sources.join(', ')} |`;
  });
  return ['| Field | Named in |', '|---|---|', ...rows].join('\n');
}

function ruleLine({ id, text }: DocumentItem): string {
  return `${sentence(inline(text).replace(/\.$/u, ''))} (${id})`;
}

function cell(text: string): string {
  return capitalise(inline(text)).replaceAll('|', String.raw`\|`);
}

function mentions(text: string, phrase: string): boolean {
  const wanted = words(phrase).map(singular);
  const found = new Set(words(text).map(singular));
  return wanted.length > 0 && wanted.every((word) => found.has(word));
}
