import type { Language } from './language.ts';
import { findModal } from './modals.ts';
import { deedOf } from './people.ts';
import { isStateVerb, verbClass } from './verbs.ts';
import { words } from './words.ts';

/** Running text that tells how things are today, or why somebody asks. */
const BACKGROUND =
  /\b(?:today|currently|at the moment|right now|nowadays|so far|used to|until now|historically|last (?:week|month|year|quarter)|complain(?:s|ed|ing)?|because of this|as a result|the (?:problem|goal|idea|aim|purpose|reason) (?:is|of)|hello|thanks|thank you|we (?:are|assume|believe|do|estimate|expect|get|got|guess|had|have|hope|keep getting|know|often|plan|run|see|sell|think|use|were)|our (?:company|customers? (?:are|have|often)|shop|support|team))\b/iu;
const WISH =
  /\b(?:i|we|users?|customers?|people|they|[a-z]+s)(?:['’]d| would)? (?:like|want|wants|need|needs|wish)\b/iu;
const FACT =
  /^(?!.*\b(?:was|were|had|did|we|our|i|my)\b).+\b(?:is|are|has|have|appears?|applies|contains?|continues?|keeps?|needs?|requires?|belongs?|consists?|shows?|sends?|stores?|returns?|stays?|remains?|expires?|starts?|ends?|gets?|includes?)\b/iu;
const GERMAN_DUTY =
  /\b(?:muss|müssen|soll|sollen|sollte|sollten|kann|können|darf|dürfen|möchten?|brauchen|benötigen|wird|werden)\b/iu;

/** True when a sentence tells how things are today rather than what is wanted. */
export function isBackground(sentence: string): boolean {
  return BACKGROUND.test(sentence);
}

/** True when a sentence of running text says what the product must do, rather than how things are. */
export function isObligation(sentence: string, language: Language): boolean {
  if (language === 'german') return GERMAN_DUTY.test(sentence);
  if (language === 'other') return false;
  const isPast = isBackground(sentence);
  // What `that was used` describes is no story of the past.
  const main = sentence.replaceAll(/\b(?:that|which|who) (?:was|were|had)\b/giu, 'that is');
  const modal = findModal(sentence);
  if (modal !== null && (!isPast || modal.modal === 'duty')) return true;
  if (isPast) return false;
  return WISH.test(sentence) || isInstruction(sentence) || FACT.test(main);
}

function isInstruction(sentence: string): boolean {
  const [first = '', second = ''] = words(sentence.replace(/^please /iu, ''));
  if (/^(?:please )?(?:do not|don['’]t|never|allow|let|make|only) /iu.test(sentence)) return true;
  if (deedOf(sentence) !== null) return true;
  return verbClass(first) !== undefined && !isStateVerb(second) && second !== 'was';
}
