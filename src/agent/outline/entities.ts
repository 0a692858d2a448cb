import type { Requirement } from './requirements.ts';
import { isPerson } from './people.ts';
import { verbClass } from './verbs.ts';
import { byCodeUnit, capitalise, isStopWord, singular, words } from './words.ts';

/** A thing the request keeps talking about. */
export interface Entity {
  readonly name: string;
  readonly attributes: readonly string[];
  /** Names of other entities it is said to belong to, have or go with. */
  readonly related: readonly string[];
  readonly requirementIds: readonly string[];
}

const MAX_ENTITIES = 8;
const DETERMINED =
  /\b(?:a|an|each|every|any|no|new|their|its|my|his|her|another|existing|all|the|own|of|several|many|multiple|these|those|other) ((?:[a-z]+(?:ed|ing|ful|able|al|ive|ous|ic) )?)([a-z][a-z-]{2,})\b/giu;
const GENERIC = new Set(
  (
    'ability action amount answer api app application area attempt body browser button byte case change character choice click client code color column command content copy ' +
    'count csv data database date day default description detail device dialog end endpoint entry error example export failure feature field file filter first flag folder ' +
    'following form format function git goal half header hour html http icon id idea import information input interface item json key keyboard kind label language last length level ' +
    'limit line link list load login logo machine menu message method milliseconds minute mode moment month name need number object operation option output page part password ' +
    'path pdf percent period person phone place plain point problem process product program project question reason request requirement response rest result right row rule run ' +
    'same screen search second server service session setting side size sort source state status step story string sum support system tab table terminal test text thing time title tool top total ' +
    'type url use user utf value version view way web website week window word work world year xml yaml copy plan team everything nothing something anything somebody nobody everybody everyone ' +
    'overdue due early late most more less few one two three least other others best next previous current full whole single double public private main only many much own'
  ).split(' '),
);
/** Verbs of the table that are things as often as deeds; they count as things after an article. */
const BOTH =
  /^(?:backup|booking|comment|document|draft|event|export|group|image|invite|message|order|photo|post|record|report|review|share|tag|vote)$/u;

/** Nouns that recur, or that the request defines, with what it says they have. */
export function readEntities(requirements: readonly Requirement[]): readonly Entity[] {
  const texts = requirements.map((requirement) => ({
    id: requirement.id,
    text: requirement.source.text.toLowerCase(),
  }));
  const candidates = new Set(texts.flatMap(({ text }) => [...nounsOf(text)]));
  const found = [...candidates].flatMap((noun) => {
    const ids = texts.filter(({ text }) => mentions(text, noun)).map(({ id }) => id);
    const attributes = attributesOf(
      noun,
      texts.map(({ text }) => text),
    );
    const isThing = ids.length > 1 || attributes.length > 0 || isMade(noun, requirements);
    return isThing && !(isPerson(noun) && attributes.length === 0) ? [{ noun, ids, attributes }] : [];
  });
  const kept = found
    .filter(({ noun }) => !found.some((other) => other.noun !== noun && other.attributes.includes(noun)))
    .toSorted((left, right) => right.ids.length - left.ids.length || byCodeUnit(left.noun, right.noun))
    .slice(0, MAX_ENTITIES);
  const nouns = kept.map(({ noun }) => noun);
  return kept.map(({ noun, ids, attributes }) => ({
    name: capitalise(noun),
    attributes,
    related: nouns.filter((other) => other !== noun && areRelated(noun, other, texts)).map(capitalise),
    requirementIds: ids,
  }));
}

function nounsOf(text: string): ReadonlySet<string> {
  const determined = [...text.matchAll(DETERMINED)].map((match) => match[2] ?? '');
  const objects = [...text.matchAll(/\b([a-z]+) ([a-z]{3,}s)\b/gu)]
    .filter((match) => verbClass(match[1] ?? '') !== undefined)
    .map((match) => match[2] ?? '');
  return new Set([...determined, ...objects].map(singular).filter(isNoun));
}

function isNoun(word: string): boolean {
  if (
    GENERIC.has(word) ||
    isStopWord(word) ||
    word.length < 3 ||
    /(?:ly|ing|ed|able|ible|ful|ous|ive|less|-(?:up|in|out|off))$/u.test(word)
  )
    return false;
  return verbClass(word) === undefined || BOTH.test(word);
}

function mentions(text: string, noun: string): boolean {
  return words(text).some((word) => singular(word) === noun);
}

/** What users create, change or delete is a thing of the product even when it is named once. */
function isMade(noun: string, requirements: readonly Requirement[]): boolean {
  return requirements.some(({ clause }) => {
    const [verb = '', ...rest] = words(clause.action);
    const kind = verbClass(verb)?.name;
    return (
      (kind === 'create' || kind === 'change' || kind === 'remove') &&
      rest.slice(0, 4).map(singular).includes(noun)
    );
  });
}

function attributesOf(noun: string, texts: readonly string[]): readonly string[] {
  const name = forms(noun);
  const has = new RegExp(
    `\\b${name} (?:must |should |shall |can |may |always )*(?:ha(?:s|ve)|contains?|consists? of|includes?|stores?|carry|carries)(?: at least)? ([^.;:(]+)`,
    'u',
  );
  const list = new RegExp(`^${name}: ((?:[^.;,]{2,30},)+[^.;,]{2,30})$`, 'u');
  const found = texts.flatMap((text) =>
    (has.exec(text)?.[1] ?? list.exec(text)?.[1] ?? '').split(/,| and | or /u),
  );
  const attributes = found
    .map((part) =>
      part
        .replace(
          /^\s*(?:an?|the|its|their|one|optional(?:ly)?|exactly one|some|own)\s+(?:an? |optional )?/u,
          '',
        )
        .trim(),
    )
    .map((part) => part.replace(/ (?:of|for|in|that|which|when|with|at|as|to|from)\b.*$/u, '').trim());
  return [...new Set(attributes)].filter(
    (part) => /^[\p{L}][\p{L} -]{1,30}$/u.test(part) && part.split(' ').length <= 3,
  );
}

const JOINTS = String.raw`(?:['’]s?)? (?:belongs? to|has|have|contains?|of|on|in|into|to|for|with|by|from)(?: (?:a|an|the|one|many|several|each|every|its|their|exactly one|other|any))* `;

function areRelated(noun: string, other: string, texts: readonly { readonly text: string }[]): boolean {
  const joined = new RegExp(
    String.raw`\b(?:${forms(noun)}${JOINTS}${forms(other)}|${forms(other)}${JOINTS}${forms(noun)})\b`,
    'u',
  );
  return texts.some(({ text }) => joined.test(text));
}

/** A pattern for the singular and the plural of a noun. */
function forms(noun: string): string {
  return `${noun.replace(/y$/u, '(?:y|ies)')}(?:e?s)?`;
}
