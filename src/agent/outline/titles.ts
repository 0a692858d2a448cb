import { outcomeText, type Clause } from './clause.ts';
import { wishedThing } from './clause-of-story.ts';
import type { Block } from './markdown-blocks.ts';
import { capitalise, shorten, wordCount } from './words.ts';

const PREFIX =
  /^(?:feature(?: specification| request| spec)?|spec(?:ification)?|rfc|epic|user story|story|prd|title)(?:\s*#?\d+)?\s*[:–—-]\s*/iu;
const TAIL =
  /(?:,? (?:when|whenever|if|so that|so|because|unless|until|before|after|while|which|without|such as|including|e\.g\.|for example)\b.*|[,:;–—(].*)$/iu;
const LOOSE_END =
  /(?:\s+(?:a|an|and|as|at|by|for|from|in|into|of|on|or|per|that|the|their|them|to|via|was|were|with|within|must|can|be|is|are|not|no))+$/iu;
const MAX_TITLE = 64;
/** Far more than is kept: what cleans the end of a title looks at each of its characters many times. */
const MAX_READ = 1_000;
const MAX_FIRST_LINE_WORDS = 10;

/** The title the request gives itself: its first heading, or a first line that is too short to be a sentence. */
export function statedTitle(blocks: readonly Block[]): string | null {
  const [first] = blocks;
  const heading =
    first?.kind === 'heading' ? first : blocks.find((block) => block.kind === 'heading' && block.level === 1);
  if (heading !== undefined && heading.level < 7) return tidyTitle(heading.text);
  const isTitleLine =
    first?.kind === 'paragraph' &&
    blocks.length > 1 &&
    !/[.!?。]$/u.test(first.text) &&
    !first.text.includes('\n') &&
    wordCount(first.text) <= MAX_FIRST_LINE_WORDS &&
    first.text.length <= MAX_TITLE;
  return isTitleLine ? tidyTitle(first.text) : null;
}

/** A heading without `Feature:` and the like. */
export function tidyTitle(text: string): string {
  const plain = text
    .slice(0, MAX_READ)
    .replaceAll(/[*#]/gu, '')
    .replace(PREFIX, '')
    .replace(
      /\s*[([](?:P[1-3]|nice[- ]to[- ]have|optional|later|must[- ]have|should[- ]have|could[- ]have|mvp|first)[)\]]$/iu,
      '',
    )
    .replace(/[.:\s]+$/u, '')
    .trim();
  return capitalise(shorten(plain === '' ? text.trim() : plain, 80));
}

/** A short title for what a clause asks: its action up to the first side clause. */
export function clauseTitle(clause: Clause): string {
  if (clause.quoted !== null) return sentenceTitle(clause.quoted);
  const thing = wishedThing(clause);
  if (thing !== null) return thingTitle(thing);
  const isDirect = clause.modal === 'can' && !clause.isNegated;
  const isProvided = /^(?:provide|support) /u.test(clause.action) && clause.subject === 'System';
  if (isProvided) return providedTitle(clause.action);
  if (isDirect || clause.subject === 'System') {
    return sentenceTitle(clause.isNegated ? `never ${clause.action}` : clause.action);
  }
  return sentenceTitle(outcomeText(clause));
}

/** What a provided thing is for, when the text says so; else the thing. */
function providedTitle(action: string): string {
  const purpose = / where (?:[\p{L}'’-]+ ){1,4}?can (.+)$/u.exec(action)?.[1];
  return sentenceTitle(purpose ?? action.replace(/^\S+ (?:(?:a|an|the) )?/u, ''));
}

/** A thing with all that tells it from others, as long as that fits. */
function thingTitle(thing: string): string {
  const plain = thing
    .replaceAll(/[*#]/gu, '')
    .replace(/^(?:an?|the|some) /iu, '')
    .replace(/[.\s]+$/u, '');
  return plain.length <= MAX_TITLE ? capitalise(balanced(plain)) : sentenceTitle(plain);
}

/** A sentence as a title. */
export function sentenceTitle(sentence: string): string {
  const core = sentence.replaceAll(/[*#]/gu, '').replace(TAIL, '').trim();
  const kept = wordCount(core) >= 2 ? core : sentence.replaceAll(/[*#]/gu, '').trim();
  const short = shorten(kept, MAX_TITLE);
  const ending = short.endsWith('…') ? '…' : '';
  const tidy = short.replace(/…$/u, '').replace(LOOSE_END, '').trim();
  return capitalise(balanced(tidy === '' ? kept : `${tidy}${ending}`));
}

/** A cut may have taken one half of a code span. */
function balanced(title: string): string {
  return (title.match(/`/gu)?.length ?? 0) % 2 === 0 ? title : title.replaceAll('`', '');
}
