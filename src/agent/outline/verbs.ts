/** Who does what a verb in a bare instruction says: the person using the product, the product, or its developer. */
export type VerbActor = 'user' | 'system' | 'builder';

/** What can be seen after a verb was carried out. `{object}` is the noun phrase after the verb; `{s}` its verb ending. */
export interface VerbClass {
  readonly name: string;
  readonly actor: VerbActor;
  readonly outcome: string;
  /** What has to be there before; `{thing}` is the singular object. */
  readonly needsObject: boolean;
  readonly verbs: string;
}

/** Outcomes speak of the object in the third person: `{is}`, `{has}` and `{does}` agree with its number. */
const CLASSES: readonly VerbClass[] = [
  {
    name: 'create',
    actor: 'user',
    outcome: '{object} {is} saved and can be opened again',
    needsObject: false,
    verbs: 'compose create draft enter post record register submit write',
  },
  {
    name: 'add',
    actor: 'user',
    outcome: '{object} {is} there for everybody who may see it',
    needsObject: false,
    verbs: 'add attach',
  },
  {
    name: 'change',
    actor: 'user',
    outcome: 'the change to {object} is kept and shown from then on',
    needsObject: true,
    verbs: 'adjust amend assign change edit mark modify move rename reorder replace reset set update',
  },
  {
    name: 'remove',
    actor: 'user',
    outcome: '{object} {is} no longer offered anywhere',
    needsObject: true,
    verbs: 'archive clear delete discard remove',
  },
  {
    name: 'cancel',
    actor: 'user',
    outcome: '{object} {is} no longer in force, and everybody concerned can see that',
    needsObject: true,
    verbs: 'cancel revoke unsubscribe withdraw',
  },
  {
    name: 'see',
    actor: 'user',
    outcome: '{object} {is} shown, complete and up to date',
    needsObject: true,
    verbs: 'access browse check follow inspect list monitor open preview print read see track view',
  },
  {
    name: 'find',
    actor: 'user',
    outcome: 'exactly the entries that match are shown',
    needsObject: true,
    verbs: 'filter find look search',
  },
  {
    name: 'arrange',
    actor: 'user',
    outcome: 'the entries appear in the chosen order or groups',
    needsObject: true,
    verbs: 'arrange group sort',
  },
  {
    name: 'export',
    actor: 'user',
    outcome: 'they receive {object}, with nothing missing',
    needsObject: true,
    verbs: 'copy download export',
  },
  {
    name: 'import',
    actor: 'user',
    outcome: '{object} {is} accepted and can be used right away',
    needsObject: false,
    verbs: 'import load scan upload',
  },
  {
    name: 'share',
    actor: 'user',
    outcome: 'the people it is meant for, and nobody else, can reach {object}',
    needsObject: true,
    verbs: 'forward publish share',
  },
  {
    name: 'send',
    actor: 'system',
    outcome: 'the people it is meant for, and nobody else, receive {object}',
    needsObject: false,
    verbs: 'send',
  },
  {
    name: 'enter',
    actor: 'user',
    outcome: 'they are let in with the right credentials, and only with those',
    needsObject: false,
    verbs: 'authenticate login log signin sign',
  },
  {
    name: 'buy',
    actor: 'user',
    outcome: 'they receive a confirmation for {object}',
    needsObject: false,
    verbs: 'book buy donate order pay purchase reserve subscribe',
  },
  {
    name: 'decide',
    actor: 'user',
    outcome: 'the choice takes effect at once and is still in place on the next visit',
    needsObject: false,
    verbs:
      'accept approve choose comment compare confirm configure customise customize disable enable pick rate select switch toggle vote',
  },
  {
    name: 'serve',
    actor: 'system',
    outcome: '',
    needsObject: false,
    verbs:
      'alert allow apply ask authenticate avoid back block cache calculate collect compute contain convert count detect display email encrypt ' +
      'enforce ensure expire explain exit fail fetch format forward generate give handle hash hide highlight ignore include inform integrate ' +
      'invite keep limit lock log make mask match measure merge normalise normalize notify offer parse persist prevent process produce ' +
      'prompt protect provide query queue reject redact redirect refresh refuse remember remind render report require respect respond restore ' +
      'restrict retry return rotate round run save schedule send serve show skip start stop store stream suggest summarise summarize support sync synchronise ' +
      'synchronize take tell throttle throw transform translate trigger use validate verify wait warn work',
  },
  {
    name: 'build',
    actor: 'builder',
    outcome: '',
    needsObject: false,
    verbs: 'build develop implement introduce',
  },
];

const BY_VERB: ReadonlyMap<string, VerbClass> = new Map(
  CLASSES.toReversed().flatMap((row) => row.verbs.split(' ').map((verb) => [verb, row] as const)),
);

const STATE_VERBS = new Set(
  'appear apply arrive be become begin belong come consist contain continue count cover depend differ end exist expire fit get go happen have hold last lie live mean need open remain ship sit stay survive work'.split(
    ' ',
  ),
);

/** Verbs of being and lasting that are hardly ever nouns. */
const UNMISTAKABLE =
  /^(?:are|belongs?|consists?|contains?|continues?|exists?|expires?|has|have|is|remains?|stays?)$/iu;

/** True for a word that is a finite verb wherever it stands: `is`, `stays`, `contain`. */
export function isStateVerb(word: string): boolean {
  return UNMISTAKABLE.test(word);
}

/** The class of a verb in base form; the first class of the table when it stands in several. */
export function verbClass(verb: string): VerbClass | undefined {
  return BY_VERB.get(verb.toLowerCase());
}

/** The base form of a verb in the third person (`stores`, `has`, `is`), or of a plain `are` or `have`; `null` for other words. */
export function baseOfFinite(word: string): string | null {
  const lower = word.toLowerCase();
  if (lower === 'is' || lower === 'are') return 'be';
  if (lower === 'has' || lower === 'have') return 'have';
  if (!lower.endsWith('s')) return STATE_VERBS.has(lower) ? lower : null;
  const bases = [lower.slice(0, -1), lower.slice(0, -2), lower.replace(/ies$/u, 'y')];
  return bases.find((base) => BY_VERB.has(base) || STATE_VERBS.has(base)) ?? null;
}

/** `store` → `stores` for a singular subject. `be` and `have` are irregular. */
export function conjugate(verb: string, isPluralSubject: boolean): string {
  if (verb === 'be') return isPluralSubject ? 'are' : 'is';
  if (isPluralSubject) return verb;
  if (verb === 'have') return 'has';
  if (/(?:s|x|z|ch|sh|o)$/u.test(verb)) return `${verb}es`;
  return /[^aeiou]y$/u.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;
}
