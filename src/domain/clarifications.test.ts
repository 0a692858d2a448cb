import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { AppError } from './app-error.ts';
import { parseAnswers, renderClarifications } from './clarifications.ts';

const RUN = { runId: '0f1e2d3c-4b5a-4697-8877-665544332211', repository: '/srv/shop' };
const QUESTIONS = ['Which roles may log in?', 'How long is a session?'];

const render = (answers: readonly (string | null)[]) =>
  renderClarifications({
    ...RUN,
    clarifications: QUESTIONS.map((question, index) => ({ question, answer: answers[index] ?? null })),
  });

function refusal(text: string): string {
  try {
    parseAnswers(text, QUESTIONS);
  } catch (thrown) {
    if (thrown instanceof AppError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return 'accepted';
}

test('the file says whose questions they are and how to hand the answers back', () => {
  expect(render([null, null])).toBe(`# Clarifications

Run ${RUN.runId} on /srv/shop has 2 open question(s).
Write an answer after each "Answer:"; it may go on over several lines, up to the next question.
A question without an answer stays open. Then save this file and go on with:

    spec-automation runs retry ${RUN.runId} --answers clarifications.md

## 1. Which roles may log in?

Answer:

## 2. How long is a session?

Answer:
`);
});

const fillIn = (first: string, second: string) =>
  render([null, null])
    .replace('Answer:\n', () => `${first}\n`)
    .replace(/Answer:\n$/u, () => `${second}\n`);
const answers = (text: string) => parseAnswers(text, QUESTIONS).map(({ answer }) => answer);

describe('answers in the file', () => {
  test('are read back with their questions', () => {
    expect(parseAnswers(fillIn('Answer: Admins', 'Answer: An hour.'), QUESTIONS)).toEqual([
      { question: QUESTIONS[0], answer: 'Admins' },
      { question: QUESTIONS[1], answer: 'An hour.' },
    ]);
  });

  test('may go on over several lines', () => {
    expect(answers(fillIn('Answer:\n\n- Admins\n- Clerks, see:\n\n  # nothing', 'Answer: x'))).toEqual([
      '- Admins\n- Clerks, see:\n\n  # nothing',
      'x',
    ]);
  });

  test('may leave questions open', () => {
    expect(answers(fillIn('Answer:', 'Answer:An hour'))).toEqual([null, 'An hour']);
  });

  test('are found with other line ends, a byte order mark, bold labels, or without the label', () => {
    const text = fillIn('**Answer:** Admins', 'An hour, typed over the label');
    expect(answers(`\u{FEFF}${text.replaceAll('\n', '\r\n')}`)).toEqual([
      'Admins',
      'An hour, typed over the label',
    ]);
  });

  test('may come in any order and for some questions only', () => {
    expect(answers('## 2) How long?\nanswer: An hour')).toEqual([null, 'An hour']);
    expect(answers('## 2. x\nAnswer: b\n## 1.\nAnswer: a')).toEqual(['a', 'b']);
  });

  test.each([
    ['## 3. Another?\nAnswer: x', "there is no question '3'; they are numbered 1 to 2"],
    ['## 0. Another?\nAnswer: x', "there is no question '0'"],
    ['## 1.\nAnswer: a\n## 1.\nAnswer: b', 'question 1 has two answers'],
    ['Admins, an hour', 'it holds no question of the form "## 1. ..."'],
    ['', 'it holds no question'],
    ['## 1.', 'no question has an answer'],
    ['## 1. x\nAnswer:  \n\n', 'no question has an answer'],
  ])('%#: %j is refused', (text, problem) => {
    expect(refusal(text)).toContain('answers_invalid: The answers could not be used:');
    expect(refusal(text)).toContain(problem);
  });

  test('the file as it was handed out is refused, for nothing is answered', () => {
    expect(refusal(render([null, null]))).toContain('no question has an answer');
  });
});

describe('answers as JSON', () => {
  test.each([
    ['by number', '{"2": "An hour"}', [null, 'An hour']],
    ['by question', '{"Which roles  may log in?": "Admins", "2": null}', ['Admins', null]],
    ['as a list', ' ["Admins", "An hour"]', ['Admins', 'An hour']],
    ['as a list with gaps', '[null, 60]', [null, '60']],
    ['with values that are not text', '{"1": true, "2": 3.5}', ['true', '3.5']],
  ])('are read %s', (_, text, expected) => {
    expect(parseAnswers(text, QUESTIONS).map(({ answer }) => answer)).toEqual(expected);
  });

  test.each([
    ['{"1": ', 'it is not valid JSON'],
    ['{"7": "x"}', "there is no question '7'; they are numbered 1 to 2"],
    ['{"-1": "x"}', "there is no question '-1'"],
    ['{"__proto__": "x"}', "there is no question '__proto__'"],
    ['{"What?": "x"}', "there is no question 'What?'"],
    ['{"1": "x", "Which roles may log in?": "y"}', 'question 1 has two answers'],
    ['["a", "b", "c"]', "there is no question '3'"],
    ['{"1": ["a"]}', 'the answer to question 1 is not text'],
    ['{}', 'no question has an answer'],
    ['[" ", null]', 'no question has an answer'],
  ])('%#: %s is refused', (text, problem) => {
    expect(refusal(text)).toContain(`answers_invalid: The answers could not be used: ${problem}`);
  });
});

const plain = (answer: string | null) => answer?.replaceAll(/\r\n?/gu, '\n').trim() || null;

test('whatever the questions and answers, the file brings them back', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '## 1. x',
      String.raw`\## 2. y`,
      String.raw`\\## 1)`,
      '## 3.',
      'Answer: z',
      '',
      '# a',
      '{',
      '\r',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );
  const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));
  const clarification = fc.record({ question: text, answer: fc.option(text) });
  fc.assert(
    fc.property(fc.array(clarification, { minLength: 1, maxLength: 4 }), (clarifications) => {
      fc.pre(clarifications.some(({ answer }) => plain(answer) !== null));
      const questions = clarifications.map(({ question }) => question);
      const back = parseAnswers(renderClarifications({ ...RUN, clarifications }), questions);
      expect(back).toEqual(
        clarifications.map(({ question, answer }) => ({ question, answer: plain(answer) })),
      );
    }),
    { numRuns: 2_000 },
  );
});
