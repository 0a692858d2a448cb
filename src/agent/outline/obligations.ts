import type { Clause } from './clause.ts';
import type { Language } from './language.ts';
import { findModal, type FoundModal } from './modals.ts';
import { deedOf, isPerson } from './people.ts';
import { baseOfFinite, isStateVerb, verbClass } from './verbs.ts';
import { capitalise, decapitalise, wordCount, words } from './words.ts';

type Reader = (sentence: string) => Clause | null;

const MAX_SUBJECT_WORDS = 8;
const MAX_HEADLINE_WORDS = 3;
const SYSTEM_SUBJECT =
  /^(?:it|we|this|(?:the|this|our) (?:app|application|backend|feature|implementation|platform|product|program|service|site|software|solution|system|tool|web ?site)|system)$/iu;
const OPENING =
  /^((?:when|whenever|if|after|once|before|while|as soon as|unless|until|during|in case|on|for (?:each|every|all)|by default|upon|to|in|at|from|with)\b[^,]{2,200}), (?:then )?(.+)$/iu;
const SUBJECT_START = /^(?:a|all|an|any|each|every|no|one|our|the|their|this|these)$/u;
const BUILT_THING =
  /\b(?:api|authentication|button|command|cli|dashboard|dialog|endpoint|export(?:er)?|feature|field|flag|form|header|import(?:er)?|integration|limiting|login|log|logging|menu|mode|notifications?|option|page|pagination|panel|report|screen|search|section|service|settings?|subcommand|support|tab|test|tests|toggle|validation|view|webhooks?|widget)\b/iu;

/** What people need or may do they can do; what a thing needs to do it must do. */
const MODALS_OF_PEOPLE = {
  duty: 'must',
  need: 'can',
  ability: 'can',
  permission: 'can',
  option: 'may',
} as const;
const MODALS_OF_THINGS = {
  duty: 'must',
  need: 'must',
  ability: 'can',
  permission: 'may',
  option: 'may',
} as const;

/** Tried in order; the first that understands the sentence wins. */
const READERS: readonly Reader[] = [
  readOpening,
  readWish,
  readModal,
  readInstruction,
  readDeed,
  readStatement,
];

/** Take one sentence apart into who must do what. A sentence no rule understands is kept word for word. */
export function readClause(sentence: string, language: Language, isListItem = true): Clause {
  const text = sentence.replace(
    /^(?:please|also|and|then|finally|additionally|in addition|furthermore),? /iu,
    '',
  );
  if (language !== 'english') return quote(sentence);
  for (const read of READERS) {
    const clause = read(text);
    if (clause !== null) return clause;
  }
  // A few words in a list name a thing; in running text they are a sentence no rule understood.
  return isListItem || wordCount(text) <= MAX_HEADLINE_WORDS
    ? (readFragment(text) ?? quote(sentence))
    : quote(sentence);
}

function quote(sentence: string): Clause {
  return { opening: null, subject: '', modal: 'must', isNegated: false, action: '', quoted: sentence };
}

function make(subject: string, action: string, more: Partial<Clause> = {}): Clause {
  return { opening: null, subject, modal: 'must', isNegated: false, action, quoted: null, ...more };
}

function readOpening(sentence: string): Clause | null {
  const [, opening = '', main = ''] = OPENING.exec(sentence) ?? [];
  if (main === '') return null;
  const clause = readClause(main, 'english');
  return clause.quoted === null && clause.opening === null
    ? { ...clause, opening: capitalise(opening) }
    : quote(sentence);
}

/** `We want customers to pay online`, `I need a way to …`, `Users want to …`. */
function readWish(sentence: string): Clause | null {
  const [, subject = '', rest = ''] =
    /^((?:[\p{L}-]+ ){0,3}?[\p{L}-]+?)(?:['’]d)? (?:would (?:also )?like|also wants?|also needs?|wants?|needs?|wish(?:es)?|like) (.+)$/iu.exec(
      sentence,
    ) ?? [];
  const isSpeaker = /^(?:i|we|you)$/iu.test(subject);
  if (rest === '' || !(isSpeaker || isPerson(subject))) return null;
  const thing = isSpeaker ? make('System', `provide ${rest}`) : make(capitalise(subject), `get ${rest}`);
  return wishFor(isSpeaker ? 'Users' : subject, rest) ?? thing;
}

function wishFor(subject: string, wish: string): Clause | null {
  const able =
    /^(?:to be able to|to have|to|the (?:ability|option|possibility) to|an option to|a way to) (.+)$/iu.exec(
      wish,
    );
  if (able?.[1] !== undefined) return abilityFor(subject, { wish, deed: able[1] });
  const [, who = '', what = ''] =
    /^(?:a way for )?((?:[\p{L}'’-]+ ){0,3}?[\p{L}'’-]+) to (.+)$/iu.exec(wish) ?? [];
  if (what === '') return null;
  if (isPerson(who)) return make(capitalise(who), what.replace(/^be able to /iu, ''), { modal: 'can' });
  return SYSTEM_SUBJECT.test(who) || /^the /iu.test(who) ? make(subjectOf(who), what) : null;
}

function abilityFor(
  subject: string,
  { wish, deed }: { readonly wish: string; readonly deed: string },
): Clause | null {
  if (/^to have\b/iu.test(wish)) return make('System', `provide ${deed}`);
  return verbOf(deed)?.actor === 'builder' ? readInstruction(deed) : make(subject, deed, { modal: 'can' });
}

function readModal(sentence: string): Clause | null {
  const found = findModal(sentence);
  if (found === null) return null;
  const { isNegated } = found;
  const subject = subjectOf(found.subject);
  const able = /^(?:also )?be able to (.+)$/iu.exec(found.action)?.[1];
  if (able !== undefined) return make(subject, able, { modal: 'can', isNegated });
  const isThing = !isPerson(found.subject);
  if (isThing && found.modal === 'ability' && found.action.startsWith('be '))
    return possibility(subject, found);
  const modal = (isThing ? MODALS_OF_THINGS : MODALS_OF_PEOPLE)[found.modal];
  return make(subject, found.action, { modal, isNegated });
}

/** `A tag can be renamed` asks the system to allow it; `An invoice can never be overpaid` forbids it. */
function possibility(subject: string, { action, isNegated }: FoundModal): Clause {
  if (isNegated) return make(subject, action, { isNegated });
  return subject === 'System'
    ? make(subject, action)
    : make('System', `allow ${decapitalise(subject)} to ${action}`);
}

/** Bare instructions: `Export notes as CSV`, `Do not store card numbers`, `Let admins delete comments`. */
function readInstruction(sentence: string): Clause | null {
  const supported = /^support for (.+)$/iu.exec(sentence)?.[1];
  if (supported !== undefined) return make('System', `support ${supported}`);
  const never = /^(?:do not|don['’]t|never) (.+)$/iu.exec(sentence)?.[1];
  if (never !== undefined) return make('System', never, { isNegated: true });
  const ability = /^(?:(?:the )?(?:ability|option|possibility) to|be able to) (.+)$/iu.exec(sentence)?.[1];
  if (ability !== undefined) return make('Users', ability, { modal: 'can' });
  const sure = /^(?:make sure|ensure)(?: that)? (.+)$/iu.exec(sentence)?.[1];
  if (sure !== undefined)
    return readModal(sure) ?? readStatement(sure) ?? make('System', `ensure that ${sure}`);
  return readPermission(sentence) ?? readImperative(sentence);
}

function readPermission(sentence: string): Clause | null {
  const [, who = '', what = ''] =
    /^(?:allow|let|enable|permit)s? ((?:[\p{L}'’-]+ ){0,3}?[\p{L}'’-]+)(?: to)? ((?:[a-z]+ ).+|[a-z]+)$/iu.exec(
      sentence,
    ) ?? [];
  if (what === '' || !isPerson(who)) return null;
  const rest = sentence
    .slice(sentence.indexOf(who) + who.length)
    .replace(/^ to /u, ' ')
    .trim();
  return make(capitalise(who), rest, { modal: 'can' });
}

function readImperative(sentence: string): Clause | null {
  const [first = '', second = ''] = words(sentence);
  const kind = verbOf(sentence);
  if (kind === undefined || second === '' || second === 'of' || isStateVerb(second)) return null;
  const rest = sentence.slice(sentence.search(/\s/u) + 1);
  if (kind.actor === 'builder' || (/^(?:add|create|make)$/u.test(first) && isBuiltThing(rest))) {
    return make(
      'System',
      `provide ${rest.replace(/ to (?=(?:the|our|this|a|an|each|every|all)\b)/iu, ' for ')}`,
    );
  }
  const action = `${first}${sentence.slice(first.length)}`;
  return kind.actor === 'user' ? make('Users', action, { modal: 'can' }) : make('System', action);
}

function isBuiltThing(rest: string): boolean {
  const head = rest.split(/ (?:to|for|that|which|where|with|in|on|so|of|as|when) /iu)[0] ?? rest;
  return BUILT_THING.test(head);
}

/** Statements of fact about the product: `Each note has a title`, `It sends an email`. */
function readStatement(sentence: string): Clause | null {
  const list = sentence.split(' ');
  const [first = ''] = list;
  // `GET /limits` and other names in code are subjects like `the service`.
  const isDetermined =
    SUBJECT_START.test(first.toLowerCase()) || SYSTEM_SUBJECT.test(first) || first.startsWith('`');
  const limit = Math.min(list.length - 1, MAX_SUBJECT_WORDS);
  for (let index = 1; index < limit; index += 1) {
    if (opensSideClause(list, index)) return null;
    const base = finiteVerb(list[index] ?? '', isDetermined);
    if (base !== null) return statement(list, index, base);
  }
  return null;
}

function opensSideClause(list: readonly string[], index: number): boolean {
  return (
    /^(?:who|that|which|where|when|if|so)$/iu.test(list[index] ?? '') || /[,:;]$/u.test(list[index - 1] ?? '')
  );
}

/** The base form of a finite verb. Most are nouns as well, and count only behind a subject that is marked as one. */
function finiteVerb(word: string, isDetermined: boolean): string | null {
  return /^[\p{L}]+$/u.test(word) && (isStateVerb(word) || isDetermined) ? baseOfFinite(word) : null;
}

function statement(list: readonly string[], index: number, base: string): Clause {
  const subject = list.slice(0, index).join(' ');
  const rest = list.slice(index + 1).join(' ');
  const isNegated = base === 'be' && /^(?:not|never) /iu.test(rest);
  const action = `${base} ${isNegated ? rest.replace(/^\S+ /u, '') : rest}`;
  if (/^there$/iu.test(subject)) return make('System', `provide ${rest}`);
  // Whoever sees something is a person, whatever they are called.
  if (base === 'see') return make(subjectOf(subject), `see ${rest}`, { modal: 'can' });
  if (base === 'need') return make(subjectOf(subject), `require ${rest}`);
  return make(subjectOf(subject), action, { isNegated });
}

/** `Customers pay by card`: people in the plural and what they do. */
function readDeed(sentence: string): Clause | null {
  const found = deedOf(sentence);
  return found === null ? null : make(found.people, found.deed, { modal: 'can' });
}

function readFragment(sentence: string): Clause | null {
  if (wordCount(sentence) > 14 || /[:;]/u.test(sentence)) return quote(sentence);
  const start = words(sentence)[0] ?? '';
  const verb = start === 'no' ? 'have' : /^(?:a|an|the|some|one)$/u.test(start) ? 'provide' : 'support';
  return make('System', `${verb} ${decapitalise(sentence)}`);
}

function subjectOf(phrase: string): string {
  const subject = phrase.replace(/^(?:and|but|so|then|also|that) /iu, '').trim();
  if (SYSTEM_SUBJECT.test(subject)) return 'System';
  return /^(?:i|you|they|one)$/iu.test(subject) ? 'Users' : capitalise(subject);
}

function verbOf(sentence: string): ReturnType<typeof verbClass> {
  return verbClass(words(sentence)[0] ?? '');
}
