import { wordCount } from './words.ts';

/** What a modal verb of the text says about the rest of its sentence. */
export interface FoundModal {
  readonly subject: string;
  readonly modal: 'duty' | 'need' | 'ability' | 'permission' | 'option';
  readonly isNegated: boolean;
  readonly action: string;
}

const MODAL =
  /\b(must|should|shall|ought to|needs? to|ha(?:s|ve) to|will|can|cannot|can['’]t|mustn['’]t|shouldn['’]t|won['’]t|may|could|might|(?:is|are) (?:not )?(?:able|allowed|required|supposed) to)( not| never)? /giu;
/** The modal belongs to a side clause: `a page where users can …`, `somebody who can …`. */
const SIDE_CLAUSE =
  /\b(?:where|that|which|who|how|what|so|because|when|if|whether|since|as|until|unless)\s+(?:(?!(?:is|are|has|have|was|were)\b)\S+\s+){0,4}$/iu;
/** The modal comes right after the word that opens a side clause about the subject. */
const RELATIVE_END = /\b(?:that|which|who)$/iu;
const MAX_SUBJECT_WORDS = 12;

const KINDS: readonly (readonly [RegExp, FoundModal['modal']])[] = [
  [/^needs? to$/iu, 'need'],
  [/^can|able to$/iu, 'ability'],
  [/^may$|allowed to$/iu, 'permission'],
  [/^(?:could|might)$/iu, 'option'],
];

/** The modal verb of the main clause, with its subject and what must, can or may be done; `null` when there is none. */
export function findModal(sentence: string): FoundModal | null {
  // `A reminder that cannot be delivered must …`: behind the side clause the main clause goes on.
  let sideClauseEnd = 0;
  for (const match of sentence.matchAll(MODAL)) {
    const end = match.index + match[0].length;
    const subject = sentence.slice(0, match.index).trim();
    const action = sentence.slice(end).trim();
    if (RELATIVE_END.test(subject)) {
      sideClauseEnd = end;
      continue;
    }
    const sinceSideClause = `${sentence.slice(sideClauseEnd, match.index).trim()} `;
    const isMain =
      subject !== '' && !SIDE_CLAUSE.test(sinceSideClause) && wordCount(subject) <= MAX_SUBJECT_WORDS;
    if (isMain && action !== '' && !/[:;]/u.test(subject)) return describe(subject, match, action);
  }
  return null;
}

/** True when a sentence says what must, should or shall be; weaker words do not count. */
export function isDuty(sentence: string): boolean {
  const found = findModal(sentence);
  return found !== null && (found.modal === 'duty' || found.modal === 'need') && !/^will\b/iu.test(sentence);
}

function describe(subject: string, match: RegExpExecArray, action: string): FoundModal {
  const verb = match[1] ?? '';
  const isNegated = /n['’]t$|^cannot$|\bnot\b/iu.test(verb) || match[2] !== undefined;
  const modal = KINDS.find(([pattern]) => pattern.test(verb))?.[1] ?? 'duty';
  return { subject, modal, isNegated, action };
}
