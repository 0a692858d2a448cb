import type { Language } from './language.ts';
import { findModal } from './modals.ts';
import { isPerson } from './obligations.ts';
import { verbClass } from './verbs.ts';
import { words } from './words.ts';

/** Running text that tells how things are today, or why somebody asks. */
const BACKGROUND =
  /\b(?:today|currently|at the moment|right now|nowadays|so far|used to|until now|historically|last (?:week|month|year|quarter)|complain(?:s|ed|ing)?|because of this|as a result|the (?:problem|goal|idea|aim|purpose|reason) (?:is|of)|hello|thanks|thank you|we (?:are|have|run|use|had|were|got|often|sell|keep getting)|our (?:team|company|support|shop|customers? (?:are|have|often)))\b/iu;
const WISH =
  /\b(?:i|we|users?|customers?|people|they|[a-z]+s)(?:['’]d| would)? (?:like|want|wants|need|needs|wish)\b/iu;
const FACT =
  /^(?!.*\b(?:was|were|had|did|we|our|i|my)\b).+\b(?:is|are|has|have|contains?|belongs?|consists?|shows?|sends?|stores?|returns?|stays?|remains?|expires?|starts?|ends?|gets?|includes?)\b/iu;
const GERMAN_DUTY =
  /\b(?:muss|müssen|soll|sollen|sollte|sollten|kann|können|darf|dürfen|möchten?|brauchen|benötigen|wird|werden)\b/iu;

/** True when a sentence of running text says what the product must do, rather than how things are. */
export function isObligation(sentence: string, language: Language): boolean {
  if (language === 'german') return GERMAN_DUTY.test(sentence);
  if (language === 'other') return false;
  const isBackground = BACKGROUND.test(sentence);
  // What `that was used` describes is no story of the past.
  const main = sentence.replaceAll(/\b(?:that|which|who) (?:was|were|had)\b/giu, 'that is');
  const modal = findModal(sentence);
  if (modal !== null && (!isBackground || modal.modal === 'duty')) return true;
  if (isBackground) return false;
  return WISH.test(sentence) || isInstruction(sentence) || FACT.test(main);
}

function isInstruction(sentence: string): boolean {
  const [first = '', second = ''] = words(sentence.replace(/^please /iu, ''));
  if (/^(?:do not|don['’]t|never|allow|let|make|only) /iu.test(sentence)) return true;
  if (isPerson(first) && verbClass(second) !== undefined) return true;
  return verbClass(first) !== undefined && !/^(?:is|are|has|have|was)$/u.test(second);
}
