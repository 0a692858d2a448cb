import { appError, describeThrown } from './app-error.ts';
import type { Clarification } from './run.ts';
import { quote } from './validate.ts';

/** A question's heading; a line of an answer that looks like one carries a backslash. */
const HEADING = /^## *(\d{1,6})[.)](?: |$)/u;
const ESCAPED_HEADING = /^\\+## *\d{1,6}[.)](?: |$)/u;
const LIKE_HEADING = /^\\*## *\d{1,6}[.)](?: |$)/u;
const ANSWER_LABEL = /^\s*(?:\*\*)?Answer:(?:\*\*)?[ \t]*/iu;

/** An answer with the question it belongs to, counted from 0. */
type GivenAnswer = readonly [index: number, answer: string];

/** The file a person fills in to answer what the agent left open; `parseAnswers` reads it back. */
export function renderClarifications(input: {
  readonly runId: string;
  readonly repository: string;
  readonly clarifications: readonly Clarification[];
}): string {
  const { runId, repository, clarifications } = input;
  const open = clarifications.filter(({ answer }) => answer === null).length;
  return [
    '# Clarifications',
    '',
    `Run ${runId} on ${oneLine(repository)} has ${open} open question(s).`,
    'Write an answer after each "Answer:"; it may go on over several lines, up to the next question.',
    'A question without an answer stays open. Then save this file and go on with:',
    '',
    `    spec-automation runs retry ${runId} --answers clarifications.md`,
    '',
    ...clarifications.flatMap(({ question, answer }, index) => [
      `## ${index + 1}. ${oneLine(question)}`,
      '',
      `Answer: ${escapeHeadings(answer ?? '')}`.trimEnd(),
      '',
    ]),
  ].join('\n');
}

/**
 * Read the answers to `questions` from a filled-in `clarifications.md`, or from JSON: an object by number or by question, or
 * a list in order. Questions without an answer come back with `null`.
 * @throws `answers_invalid` when there is no answer at all, or one to a question that was not asked.
 */
export function parseAnswers(text: string, questions: readonly string[]): readonly Clarification[] {
  const plain = text.replace(/^\u{FEFF}/u, '').replaceAll(/\r\n?/gu, '\n');
  const given = /^\s*[{[]/u.test(plain) ? answersOfJson(plain, questions) : answersOfMarkdown(plain);
  const answers = new Map<number, string>();
  for (const [index, answer] of given) {
    if (questions[index] === undefined) throw invalid(unknownQuestion(String(index + 1), questions));
    if (answers.has(index)) throw invalid(`question ${index + 1} has two answers`);
    answers.set(index, answer.trim());
  }
  if (![...answers.values()].some((answer) => answer !== '')) throw invalid('no question has an answer');
  return questions.map((question, index) => ({ question, answer: answers.get(index) || null }));
}

function answersOfMarkdown(text: string): readonly GivenAnswer[] {
  const sections: { readonly index: number; readonly lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const number = HEADING.exec(line)?.[1];
    if (number === undefined) sections.at(-1)?.lines.push(line);
    else sections.push({ index: Number(number) - 1, lines: [] });
  }
  if (sections.length === 0) throw invalid('it holds no question of the form "## 1. ..."');
  return sections.map(({ index, lines }) => [index, answerOfSection(lines)]);
}

function answerOfSection(lines: readonly string[]): string {
  const start = lines.findIndex((line) => ANSWER_LABEL.test(line));
  // Somebody may have typed over the label; what stands below the question is then the answer.
  const [first = '', ...rest] = lines.slice(Math.max(0, start));
  const plain = rest.map((line) => (ESCAPED_HEADING.test(line) ? line.slice(1) : line));
  return [first.replace(ANSWER_LABEL, ''), ...plain].join('\n');
}

function answersOfJson(text: string, questions: readonly string[]): readonly GivenAnswer[] {
  const value = parseJson(text);
  const entries: readonly (readonly [number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(Object(value)).map(([key, answer]) => [indexOfQuestion(key, questions), answer]);
  return entries.map(([index, answer]) => [index, textOfAnswer(answer, index)]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`it is not valid JSON (${describeThrown(cause)})`, cause);
  }
}

function indexOfQuestion(key: string, questions: readonly string[]): number {
  const byText = questions.findIndex((question) => oneLine(question) === oneLine(key));
  const index = byText === -1 && /^\d{1,6}$/u.test(key) ? Number(key) - 1 : byText;
  if (questions[index] === undefined) throw invalid(unknownQuestion(key, questions));
  return index;
}

function textOfAnswer(answer: unknown, index: number): string {
  if (answer === null) return '';
  if (typeof answer === 'string') return answer;
  if (typeof answer === 'number' || typeof answer === 'boolean') return String(answer);
  throw invalid(`the answer to question ${index + 1} is not text`);
}

/** An answer may itself hold a line that looks like a question's heading. */
function escapeHeadings(answer: string): string {
  const [first = '', ...rest] = answer.trim().split(/\r\n?|\n/u);
  return [first, ...rest.map((line) => (LIKE_HEADING.test(line) ? `\\${line}` : line))].join('\n');
}

function unknownQuestion(key: string, questions: readonly string[]): string {
  return `there is no question ${quote(key)}; they are numbered 1 to ${questions.length}`;
}

function invalid(problem: string, cause?: unknown) {
  return appError('answers_invalid', { problem }, cause);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
