import { conjugate, verbClass } from './verbs.ts';
import { decapitalise, isPlural } from './words.ts';

/** One obligation taken apart, so that it can be said as a requirement and as an outcome. */
export interface Clause {
  /** `When an order ships`, as it stands in front of the sentence. */
  readonly opening: string | null;
  /** `System`, or the words of the text: `Each note`, `Only admins`. */
  readonly subject: string;
  readonly modal: 'must' | 'can' | 'may';
  readonly isNegated: boolean;
  /** Verb in base form and what follows it. */
  readonly action: string;
  /** The sentence as written, when no rule could take it apart; the other fields then do not count. */
  readonly quoted: string | null;
}

const VERB_FORMS = {
  must: ['MUST', 'MUST NOT'],
  can: ['MUST be able to', 'MUST NOT be able to'],
  may: ['MAY', 'MUST NOT'],
} as const;
const CONDITION = /^(.+?),? (?:when|whenever|if|once|as soon as) (?!possible|needed|necessary)(.+)$/u;
const LEADING_CONDITION = /^(?:when|whenever|if|once|as soon as|after) (.+)$/iu;
const ADVERB = /^(?:only|also|always|still|then|just|[a-z]+ly)$/u;

/** A clause in Spec Kit's words: `System MUST …`, `Users MUST be able to …`. */
export function requirementText(clause: Clause): string {
  if (clause.quoted !== null) return `System MUST fulfil: ${clause.quoted}`;
  // `Only the author MUST be able to` would ask for ability; meant is permission.
  const modal =
    clause.modal === 'can' && /^(?:only|nobody|no one)\b/iu.test(clause.subject) ? 'may' : clause.modal;
  const verb = VERB_FORMS[modal][clause.isNegated ? 1 : 0];
  const subject = clause.opening === null ? clause.subject : inSentence(clause.subject);
  const opening = clause.opening === null ? '' : `${clause.opening}, `;
  return `${opening}${subject} ${verb} ${clause.action}`;
}

/** The same clause as something that can be observed: `the system sends an email`, `users can export notes`. */
export function outcomeText(clause: Clause): string {
  if (clause.quoted !== null) return `this holds: ${clause.quoted}`;
  const { action } = conditionOf(clause);
  const subject = inSentence(clause.subject);
  if (clause.modal === 'can') return `${subject} ${clause.isNegated ? 'cannot' : 'can'} ${action}`;
  if (clause.modal === 'may' && !clause.isNegated) return `${subject} may ${action}`;
  return `${subject} ${finite(action, subject, clause.isNegated)}`;
}

/** The condition under which a clause applies, taken from either end, and the action without it. */
export function conditionOf(clause: Clause): { readonly condition: string | null; readonly action: string } {
  const leading = clause.opening === null ? null : LEADING_CONDITION.exec(clause.opening);
  // `when possible` or `after 30 days` is no event somebody could bring about.
  if (leading?.[1] !== undefined && leading[1].split(' ').length > 1 && !/^\d/u.test(leading[1])) {
    return { condition: leading[1], action: clause.action };
  }
  const trailing = CONDITION.exec(clause.action);
  if (trailing?.[1] === undefined || trailing[2] === undefined)
    return { condition: null, action: clause.action };
  return { condition: trailing[2], action: trailing[1] };
}

/** How a subject reads in the middle of a sentence. */
export function inSentence(subject: string): string {
  return subject === 'System' ? 'the system' : decapitalise(subject);
}

function finite(action: string, subject: string, isNegated: boolean): string {
  const [first = '', ...others] = action.split(' ');
  const isMany = isPlural(subject);
  const rest = others.join(' ');
  if (isNegated) {
    if (first === 'be') return `${conjugate('be', isMany)} not ${rest}`;
    return `${isMany ? 'do' : 'does'} not ${action}`;
  }
  // Two verbs in a row cannot be told from a verb and a noun, so the plain form with `must` stays.
  if (hasSecondVerb(action) || !/^[a-z]+$/u.test(first)) return `must ${action}`;
  if (ADVERB.test(first)) return `${first} ${finite(rest, subject, false)}`;
  // `be tried again and then be shown` has two verbs of one subject.
  const whole = rest.replaceAll(/\b(and(?: then)?) be\b/gu, `$1 ${conjugate('be', isMany)}`);
  return `${conjugate(first, isMany)}${whole === '' ? '' : ` ${whole}`}`;
}

function hasSecondVerb(action: string): boolean {
  return [...action.matchAll(/ (?:and|or) ([a-z]+)/gu)].some(
    (match) => verbClass(match[1] ?? '') !== undefined,
  );
}
