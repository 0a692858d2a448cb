import type { Clarification } from '../../domain/run.ts';
import { requirementText, type Clause } from './clause.ts';
import { storyClause } from './clause-of-story.ts';
import type { Language } from './language.ts';
import { readClause } from './obligations.ts';
import { answerOpenPoints, MAX_MARKERS, questionKey, type OpenPoint } from './open-points.ts';
import type { Statement } from './statements.ts';
import { overlap, tellingWords, words } from './words.ts';

/** One functional requirement of the specification. */
export interface Requirement {
  readonly id: string;
  readonly clause: Clause;
  readonly text: string;
  /** The sentence of the request it came from. */
  readonly source: Statement;
  readonly words: ReadonlySet<string>;
  readonly openPoints: readonly OpenPoint[];
}

/** All requirements of a request, and the questions no marker was left for. */
export interface RequirementReading {
  readonly requirements: readonly Requirement[];
  readonly deferredQuestions: readonly string[];
  /** Sentences that would be requirements but are beyond the limit. */
  readonly leftOut: number;
}

interface Draft {
  readonly statement: Statement;
  readonly clause: Clause;
  readonly words: ReadonlySet<string>;
  readonly questions: string[];
}

/** A longer list helps nobody as one feature; what lies beyond is counted and named as left out. */
export const MAX_REQUIREMENTS = 150;

/** Turn statements into numbered requirements, each obligation once, and hang every open point on the one it belongs to. */
export function readRequirements(
  statements: readonly Statement[],
  context: { readonly language: Language; readonly clarifications: readonly Clarification[] },
): RequirementReading {
  const all = distinctDrafts(statements, context.language);
  const drafts = all.slice(0, MAX_REQUIREMENTS);
  for (const statement of statements) {
    // Obligations and stories bring their own questions along.
    if (!isRequirement(statement) && statement.questions.length > 0) hangQuestions(statement, drafts);
  }
  const asked = new Set(drafts.flatMap((entry) => entry.questions));
  const inOrder = statements.flatMap(({ questions }) => questions).filter((question) => asked.has(question));
  const points = answerOpenPoints(inOrder, context.clarifications);
  const marked = new Set(points.slice(0, MAX_MARKERS).map((point) => questionKey(point.question)));
  const isShown = (point: OpenPoint) => point.answer !== null || marked.has(questionKey(point.question));
  return {
    requirements: numbered(drafts, points.filter(isShown)),
    deferredQuestions: points.filter((point) => !isShown(point)).map((point) => point.question),
    leftOut: Math.max(0, all.length - MAX_REQUIREMENTS),
  };
}

/** `We want the library to remind them`: nobody can tell from the sentence whom, so it is no requirement of its own. */
const LOOSE_OBJECT = /^(?:not )?[a-z]+ (?:them|it|him|her|those|these)(?:$|[,.]| so that\b)/iu;

function distinctDrafts(statements: readonly Statement[], language: Language): readonly Draft[] {
  const byKey = new Map<string, Draft>();
  for (const statement of statements) {
    if (!isRequirement(statement)) continue;
    const entry = draft(statement, language);
    if (isLoose(entry, statements)) continue;
    const key = keyOf(entry.clause);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, entry);
    else known.questions.push(...entry.questions);
  }
  return [...byKey.values()];
}

function isLoose({ clause, statement }: Draft, statements: readonly Statement[]): boolean {
  const hasOthers = statements.some((other) => other !== statement && isRequirement(other));
  return (
    hasOthers &&
    statement.questions.length === 0 &&
    clause.quoted === null &&
    statement.kind === 'obligation' &&
    /^(?:we|i) (?:want|need|would like)\b/iu.test(statement.text) &&
    LOOSE_OBJECT.test(clause.action)
  );
}

function isRequirement(statement: Statement): boolean {
  return statement.kind === 'obligation' || statement.kind === 'story';
}

function draft(statement: Statement, language: Language): Draft {
  const isEnglishStory = statement.story !== null && language === 'english';
  const clause =
    isEnglishStory && statement.story !== null
      ? storyClause(statement.story)
      : readClause(statement.text, language, statement.depth >= 0);
  return { statement, clause, words: tellingWords(statement.text), questions: [...statement.questions] };
}

/** Two sentences are one obligation when the same words in the same order say it, whatever the case or article. */
function keyOf(clause: Clause): string {
  const telling = words(requirementText(clause)).filter((word) => !/^(?:a|an|the|also|please)$/u.test(word));
  return telling.length > 0 ? telling.join(' ') : requirementText(clause);
}

/** A question of its own belongs to the requirement that speaks of the same things, else to the sentence before it. */
function hangQuestions(statement: Statement, drafts: Draft[]): void {
  const about = tellingWords(statement.questions.join(' '));
  let best: Draft | undefined;
  let bestScore = 0;
  for (const entry of drafts) {
    const score = overlap(about, entry.words);
    if (score > bestScore) [best, bestScore] = [entry, score];
  }
  const owner = best ?? previousDraft(statement, drafts);
  if (owner !== undefined) owner.questions.push(...statement.questions);
  else drafts.push(ownRequirement(statement));
}

function previousDraft(statement: Statement, drafts: readonly Draft[]): Draft | undefined {
  // A list item, or a section of open questions, says nothing about the sentence before it.
  if (statement.role === 'question' || statement.depth >= 0) return undefined;
  return drafts.findLast(
    (entry) => entry.statement.section === statement.section && entry.statement.order < statement.order,
  );
}

function ownRequirement(statement: Statement): Draft {
  return {
    statement,
    clause: {
      opening: null,
      subject: 'System',
      modal: 'must',
      isNegated: false,
      action: `follow what is decided on “${statement.questions[0] ?? statement.text}”`,
      quoted: null,
    },
    words: tellingWords(statement.text),
    questions: [...statement.questions],
  };
}

function numbered(drafts: readonly Draft[], points: readonly OpenPoint[]): readonly Requirement[] {
  const byKey = new Map(points.map((point) => [questionKey(point.question), point]));
  return drafts.map((entry, index) => ({
    id: `FR-${String(index + 1).padStart(3, '0')}`,
    clause: entry.clause,
    text: requirementText(entry.clause),
    source: entry.statement,
    words: entry.words,
    openPoints: entry.questions.flatMap((question) => {
      const key = questionKey(question);
      const point = byKey.get(key);
      // Each question is shown once, at the first requirement that has it.
      byKey.delete(key);
      return point === undefined ? [] : [point];
    }),
  }));
}
