import type { SectionRole } from './section-roles.ts';

/** 1 is most urgent, as in Spec Kit's P1. */
export type Priority = 1 | 2 | 3;

/** A priority the text gives, with the words that give it. */
export interface StatedPriority {
  readonly priority: Priority;
  readonly because: string;
}

const WORDS: readonly (readonly [RegExp, Priority])[] = [
  [/\bP1\b|\bprio(?:rity)? ?1\b/u, 1],
  [/\bP2\b|\bprio(?:rity)? ?2\b/u, 2],
  [/\bP[3-9]\b|\bprio(?:rity)? ?[3-9]\b/u, 3],
  [
    /\b(?:nice[- ]to[- ]have|if time permits|low(?:er|est)? priority|eventually|someday|some day|in the future|at a later (?:stage|point|time)|later on|later|stretch goal|bonus|optionally|least important|less important|comes? last|wäre schön|später)\b/iu,
    3,
  ],
  [
    /\b(?:most important(?:ly)?|above all|first of all|first and foremost|critical|essential|crucial|must[- ]have|MVP|highest priority|top priority|am wichtigsten)\b|^first,? /iu,
    1,
  ],
];

const ROLE_PRIORITY: Readonly<Partial<Record<SectionRole, Priority>>> = { first: 1, later: 3 };

/** The priority a sentence, or the heading above it, states; `null` when neither does. */
export function statedPriority(sentence: string, section: string, role: SectionRole): StatedPriority | null {
  for (const text of [sentence, section]) {
    for (const [pattern, priority] of WORDS) {
      const match = pattern.exec(text);
      if (match !== null && !isAboutTime(text, match.index)) return { priority, because: match[0].trim() };
    }
  }
  const byRole = ROLE_PRIORITY[role];
  return byRole === undefined ? null : { priority: byRole, because: section };
}

/** `30 days later` and `see it later` say when, not how urgent. */
function isAboutTime(text: string, index: number): boolean {
  return (
    /^later/iu.test(text.slice(index)) &&
    (/\b(?:days?|hours?|minutes?|weeks?|seconds?|again|them|it|read|sooner or|no)\s$/iu.test(
      text.slice(0, index),
    ) ||
      /^later (?:than|in)\b/iu.test(text.slice(index)))
  );
}
