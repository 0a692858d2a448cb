import type { SpecKitCommand } from './phases.ts';

/**
 * What Spec Kit's documents must hold to count as written, and what can be counted in them.
 * Headings and markers follow Spec Kit 1.0's templates (github/spec-kit, templates/*.md).
 */

/** A task line of `tasks.md`. */
export interface TaskItem {
  readonly id: string;
  readonly isDone: boolean;
  readonly isParallel: boolean;
  /** `US1` and so on; `null` outside story phases. */
  readonly story: string | null;
  readonly text: string;
}

/** Figures for the pull request, the run summary and the API. */
export interface DocumentCounts {
  readonly stories: number;
  readonly requirements: number;
  readonly successCriteria: number;
  readonly tasks: number;
  readonly tasksDone: number;
  readonly openQuestions: number;
}

const MIN_DOCUMENT_LENGTH = 80;
const TASK_LINE = /^\s*- \[( |x|X)\] (T\d{3,})((?: \[P\])?)((?: \[US\d+\])?) (.+)$/u;
const CLARIFICATION = /\[NEEDS CLARIFICATION:\s*([^\]]+)\]/gu;

interface DocumentRule {
  readonly isBroken: (text: string) => boolean;
  readonly problem: string;
}

const COMMON_RULES: readonly DocumentRule[] = [
  { isBroken: (text) => text.trim() === '', problem: 'it is empty' },
  {
    isBroken: (text) => text.trim().length < MIN_DOCUMENT_LENGTH,
    problem: `it has fewer than ${MIN_DOCUMENT_LENGTH} characters`,
  },
  { isBroken: (text) => !/^# \S/mu.test(text), problem: 'it has no title' },
];

/** Left-overs that show a template was copied and not filled in, and the parts that must be there. */
const DOCUMENT_RULES: Readonly<Record<SpecKitCommand, readonly DocumentRule[]>> = {
  specify: [
    ...COMMON_RULES,
    { isBroken: (text) => text.includes('[FEATURE NAME]'), problem: "its title is still the template's" },
    { isBroken: (text) => text.includes('[Brief Title]'), problem: "a user story is still the template's" },
    { isBroken: (text) => !/^### User Story/mu.test(text), problem: 'it has no user story' },
    { isBroken: (text) => !/\bFR-\d{3}\b/u.test(text), problem: 'it has no numbered requirement (FR-001)' },
  ],
  plan: [
    ...COMMON_RULES,
    { isBroken: (text) => /^# .*\[FEATURE\]/mu.test(text), problem: "its title is still the template's" },
    {
      isBroken: (text) => /\*\*:? *\[e\.g\.,/u.test(text),
      problem: "its technical context is still the template's",
    },
    {
      isBroken: (text) => text.includes('[Gates determined'),
      problem: "its constitution check is still the template's",
    },
  ],
  tasks: [
    ...COMMON_RULES,
    { isBroken: (text) => text.includes('[FEATURE NAME]'), problem: "its title is still the template's" },
    { isBroken: (text) => parseTasks(text).length === 0, problem: 'it has no task line (- [ ] T001 ...)' },
    {
      isBroken: (text) => parseTasks(text).some((task) => /\[(Title|Entity1)\]/u.test(task.text)),
      problem: "a task is still the template's",
    },
  ],
};

/** Why a document does not count as written; `undefined` when it does. */
export function documentProblem(command: SpecKitCommand, text: string): string | undefined {
  return DOCUMENT_RULES[command].find((rule) => rule.isBroken(text))?.problem;
}

/** The task lines of a `tasks.md`, in order. */
export function parseTasks(text: string): readonly TaskItem[] {
  return text.split(/\r?\n/u).flatMap((line) => {
    const match = TASK_LINE.exec(line);
    if (match === null) return [];
    const [, box = '', id = '', parallel = '', story = '', rest = ''] = match;
    return [
      {
        id,
        isDone: box !== ' ',
        isParallel: parallel !== '',
        story: story.trim().replaceAll(/[[\]]/gu, '') || null,
        text: rest.trim(),
      },
    ];
  });
}

/** The questions an agent left open in a `spec.md`, in order, each once. */
export function openQuestions(specDocument: string): readonly string[] {
  const questions = [...specDocument.matchAll(CLARIFICATION)].map(([, question = '']) => collapse(question));
  return [...new Set(questions.filter((question) => question !== ''))];
}

/** True when a `spec.md` says on its **Input** line that it was written for exactly this spec text (white space aside). */
export function isWrittenFor(specDocument: string, specText: string): boolean {
  return collapse(specDocument).includes(`**Input**: User description: "${collapse(specText)}"`);
}

/** Count what the documents hold; a document that is not there counts as empty. */
export function countDocuments(documents: {
  readonly spec: string;
  readonly plan: string;
  readonly tasks: string;
}): DocumentCounts {
  const tasks = parseTasks(documents.tasks);
  return {
    stories: matches(documents.spec, /^### User Story \d+/gmu),
    requirements: distinct(documents.spec, /\bFR-\d{3,}\b/gu),
    successCriteria: distinct(documents.spec, /\bSC-\d{3,}\b/gu),
    tasks: tasks.length,
    tasksDone: tasks.filter((task) => task.isDone).length,
    openQuestions: openQuestions(documents.spec).length,
  };
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

function matches(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

function distinct(text: string, pattern: RegExp): number {
  return new Set([...text.matchAll(pattern)].map((match) => match[0])).size;
}
