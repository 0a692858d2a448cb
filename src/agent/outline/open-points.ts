import type { Clarification } from '../../domain/run.ts';
import { inline } from './markdown.ts';
import { capitalise, collapse } from './words.ts';

/** Something the text leaves open, as a question, with the answer once somebody gave one. */
export interface OpenPoint {
  readonly question: string;
  readonly answer: string | null;
}

/** What is left of a sentence after its open points were taken out. */
export interface OpenPointReading {
  readonly questions: readonly string[];
  /** The sentence without its markers; empty when it was nothing but a question. */
  readonly rest: string;
}

/** Spec Kit's own limit: more questions than this and a reader stops answering. */
export const MAX_MARKERS = 3;

const MARKER = /\[NEEDS\s+CLARIFICATION:?\s*([^\]]*)\]/giu;
const PLACEHOLDER =
  /\bT\.?B\.?[DCA]\b\.?|\bTODO\b|\bFIXME\b|\?{2,}|\bto be (?:decided|determined|defined|clarified|discussed|confirmed)\b/iu;
const MAX_QUESTION = 280;

/** Take explicit questions, markers and placeholders such as `TBD` out of a sentence. */
export function readOpenPoints(sentence: string): OpenPointReading {
  const marked = [...sentence.matchAll(MARKER)].map((match) => asQuestion(match[1] ?? ''));
  const rest = sentence
    .replaceAll(MARKER, '')
    .replaceAll(/\s+([.,;])/gu, '$1')
    .trim();
  if (marked.length > 0) return { questions: marked.map((text) => text || asQuestion(rest)), rest };
  if (PLACEHOLDER.test(sentence)) return { questions: [placeholderQuestion(sentence)], rest: '' };
  if (isQuestion(sentence)) return { questions: [asQuestion(sentence)], rest: '' };
  return { questions: [], rest: sentence };
}

/** True for a sentence that ends in a question mark and is more than one word. */
export function isQuestion(sentence: string): boolean {
  const bare = sentence.replace(/["'”’)\]*_]+$/u, '');
  return (
    bare.endsWith('？') ||
    (bare.endsWith('?') && /\s/u.test(bare) && !/^(?:https?:|why\?|how\?)/iu.test(bare))
  );
}

/** The question in the form that goes into a marker and comes back with an answer: one line, no brackets. */
export function asQuestion(text: string): string {
  const plain = inline(
    text
      .replaceAll('[', '(')
      .replaceAll(']', ')')
      .replaceAll(/\*\*|__/gu, ''),
  )
    .replace(/^(?:q(?:uestion)?\s?\d*|open question)\s*[:.)-]\s*/iu, '')
    .replace(/[.;,]$/u, '');
  return plain.length <= MAX_QUESTION ? plain : `${plain.slice(0, MAX_QUESTION - 1).trimEnd()}…`;
}

/** Give each question, once, the answer that belongs to it; white space and case do not matter. */
export function answerOpenPoints(
  questions: readonly string[],
  clarifications: readonly Clarification[],
): readonly OpenPoint[] {
  const answers = new Map(
    clarifications.flatMap(({ question, answer }) =>
      answer === null || answer.trim() === '' ? [] : [[questionKey(question), collapse(answer)] as const],
    ),
  );
  const distinct = new Map(questions.map((question) => [questionKey(question), question]));
  return [...distinct].map(([key, question]) => ({ question, answer: answers.get(key) ?? null }));
}

/** What two spellings of one question have in common. */
export function questionKey(question: string): string {
  return collapse(asQuestion(question)).toLowerCase();
}

/** `Retention: TBD` asks for the retention; a longer sentence is asked back as it stands. */
function placeholderQuestion(sentence: string): string {
  const [, what = ''] =
    /^(.{2,80}?)\s*(?:[:=–—-]|\bis\b|\bare\b)\s*(?:(?:still|yet)\s+)?(?:TBD|TBC|TBA|TODO|\?{2,}|to be \w+)[.!]?$/iu.exec(
      sentence,
    ) ?? [];
  if (what !== '') return asQuestion(`${what}: what is decided?`);
  const task =
    /^(?:TODO|FIXME|TBD|TBC)\s*[:-]?\s*(?:(?:decide|clarify|define|determine|discuss|check|find out|figure out)\s+)?(.+)$/iu.exec(
      sentence,
    )?.[1];
  if (task !== undefined && !PLACEHOLDER.test(task))
    return asQuestion(taskQuestion(task.replace(/\.$/u, '')));
  return asQuestion(`What takes the place of the open part in “${sentence.replace(/[.!]$/u, '')}”?`);
}

/** `whether notes may be shared` asks: may notes be shared? */
function taskQuestion(task: string): string {
  if (task.endsWith('?')) return task;
  const [, subject = '', verb = '', rest = ''] =
    /^(?:whether|if) (.+?) (may|can|must|should|is|are|will) (.+)$/iu.exec(task) ?? [];
  return rest === '' ? `${capitalise(task)}: what is decided?` : `${capitalise(verb)} ${subject} ${rest}?`;
}
