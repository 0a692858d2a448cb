import { describe, expect, test } from 'vitest';

import {
  countDocuments,
  documentProblem,
  isWrittenFor,
  openQuestions,
  parseTasks,
} from './feature-documents.ts';

const SPEC = `# Feature Specification: User login

**Input**: User description: "Let people log in"

### User Story 1 - Log in (Priority: P1)

Somebody types a name and a password.

### User Story 2 - Log out (Priority: P2)

## Requirements *(mandatory)*

- **FR-001**: The system MUST check the password.
- **FR-002**: The system MUST end a session, see FR-001.

- **SC-001**: 95 % of all logins take less than 2 s.
`;
const PLAN = `# Implementation Plan: User login

## Technical Context

**Language/Version**: TypeScript 5.9 on Node 24, as everywhere in this repository.
`;
const TASKS = `# Tasks: User login

## Phase 1: Setup

- [x] T001 Add the sessions table in db/schema.sql
- [ ] T002 [P] Add a clock in src/clock.ts

## Phase 3: User Story 1 - Log in

- [ ] T003 [P] [US1] Check the password in src/login.ts
  - [X] T004 [US1] Show the form in src/form.ts
`;

describe('a document counts as written', () => {
  test('when it has its parts', () => {
    expect(documentProblem('specify', SPEC)).toBeUndefined();
    expect(documentProblem('plan', PLAN)).toBeUndefined();
    expect(documentProblem('tasks', TASKS)).toBeUndefined();
  });

  test('when a command has Windows line ends', () => {
    expect(documentProblem('specify', SPEC.replaceAll('\n', '\r\n'))).toBeUndefined();
    expect(documentProblem('tasks', TASKS.replaceAll('\n', '\r\n'))).toBeUndefined();
  });
});

describe('a document does not count as written', () => {
  test.each(['specify', 'plan', 'tasks'] as const)('by %s when it is empty, short or untitled', (command) => {
    expect(documentProblem(command, ' \n')).toBe('it is empty');
    expect(documentProblem(command, '# Title')).toContain('fewer than');
    expect(documentProblem(command, `Title\n\n${'words '.repeat(30)}`)).toBe('it has no title');
  });

  test.each([
    ['specify', SPEC.replace('User login', '[FEATURE NAME]'), "its title is still the template's"],
    ['specify', SPEC.replace('1 - Log in', '1 - [Brief Title]'), "a user story is still the template's"],
    ['specify', SPEC.replaceAll('### User Story', '### Tale'), 'it has no user story'],
    ['specify', SPEC.replaceAll('FR-', 'R-'), 'it has no numbered requirement (FR-001)'],
    ['plan', PLAN.replace('User login', '[FEATURE]'), "its title is still the template's"],
    [
      'plan',
      PLAN.replace('TypeScript 5.9', '[e.g., Python 3.11]'),
      "its technical context is still the template's",
    ],
    [
      'plan',
      `${PLAN}\n[Gates determined based on constitution file]\n`,
      "its constitution check is still the template's",
    ],
    ['tasks', TASKS.replace('User login', '[FEATURE NAME]'), "its title is still the template's"],
    ['tasks', TASKS.replaceAll('- [', '* ['), 'it has no task line (- [ ] T001 ...)'],
    ['tasks', TASKS.replace('Show the form', 'Create [Entity1] model'), "a task is still the template's"],
  ] as const)('by %s: %#', (command, text, problem) => {
    expect(documentProblem(command, text)).toBe(problem);
  });
});

test('task lines are read with their marks, and other lines are not', () => {
  expect(parseTasks(`${TASKS}- [ ] no id\n- [ ] T5 too short\n- T006 no box\n`)).toEqual([
    {
      id: 'T001',
      isDone: true,
      isParallel: false,
      story: null,
      text: 'Add the sessions table in db/schema.sql',
    },
    { id: 'T002', isDone: false, isParallel: true, story: null, text: 'Add a clock in src/clock.ts' },
    { id: 'T003', isDone: false, isParallel: true, story: 'US1', text: 'Check the password in src/login.ts' },
    { id: 'T004', isDone: true, isParallel: false, story: 'US1', text: 'Show the form in src/form.ts' },
  ]);
  expect(parseTasks('')).toEqual([]);
});

test('open questions are found in order, each once, on one line', () => {
  const text = `A [NEEDS CLARIFICATION: which
  roles?] b [NEEDS CLARIFICATION:how long?] c [NEEDS CLARIFICATION: which roles?] and NEEDS CLARIFICATION alone`;
  expect(openQuestions(text)).toEqual(['which roles?', 'how long?']);
  expect(openQuestions(SPEC)).toEqual([]);
});

test('a specification says for which text it was written', () => {
  expect(isWrittenFor(SPEC, 'Let people log in')).toBe(true);
  expect(isWrittenFor(SPEC, '  Let people\r\n log in\n')).toBe(true);
  expect(isWrittenFor(SPEC, 'Let people log')).toBe(false);
  expect(isWrittenFor('', '')).toBe(false);
});

describe('figures', () => {
  test('are counted over the three documents, an id that is mentioned again once', () => {
    const spec = `${SPEC}\n[NEEDS CLARIFICATION: which roles?]\n`;
    expect(countDocuments({ spec, plan: PLAN, tasks: TASKS })).toEqual({
      stories: 2,
      requirements: 2,
      successCriteria: 1,
      tasks: 4,
      tasksDone: 2,
      openQuestions: 1,
    });
  });

  test('are zero for documents that are not there', () => {
    const counts = countDocuments({ spec: '', plan: '', tasks: '' });
    expect(Object.values(counts)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
