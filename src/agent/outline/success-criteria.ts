import { findQuantities } from './quantities.ts';
import type { Requirement } from './requirements.ts';
import type { Statement } from './statements.ts';
import { capitalise, decapitalise } from './words.ts';

/** What a criterion needs to know of a story. */
interface CriterionStory {
  readonly number: number;
  readonly title: string;
  readonly benefit: string;
  readonly scenarioCount: number;
}

const MAX_MEASURED = 8;

/** Measurable criteria: those the request states, its figures, then one per story that a reader can tick off. */
export function successCriteria(
  statements: readonly Statement[],
  requirements: readonly Requirement[],
  stories: readonly CriterionStory[],
): readonly string[] {
  const stated = statements
    .filter((statement) => statement.kind === 'criterion')
    .map((statement) => `${capitalise(statement.text)}.`);
  const measured = requirements.filter(hasFigure).slice(0, MAX_MEASURED).map(measuredCriterion);
  return [...new Set([...stated, ...measured, ...stories.map(storyCriterion)])];
}

function hasFigure(requirement: Requirement): boolean {
  return findQuantities(requirement.source.text).some(
    (quantity) => quantity.bound !== 'none' || quantity.kind === 'share',
  );
}

function measuredCriterion(requirement: Requirement): string {
  const kinds = findQuantities(requirement.source.text).map((quantity) => quantity.kind);
  const isMeasured = kinds.some((kind) => kind === 'time' || kind === 'load' || kind === 'share');
  const how = isMeasured ? 'shown by a measurement' : 'shown by a check at the limit and one step beyond it';
  return `${capitalise(requirement.source.text)} — ${how} (${requirement.id}).`;
}

function storyCriterion(story: CriterionStory): string {
  const count = story.scenarioCount;
  if (story.benefit !== '') {
    const scenarios =
      count === 1
        ? 'its acceptance scenario passes'
        : count === 2
          ? 'both its acceptance scenarios pass'
          : `all ${count} of its acceptance scenarios pass`;
    return `With User Story ${story.number} alone the stated purpose is reached — ${decapitalise(story.benefit)} — and ${scenarios}.`;
  }
  const scenarios =
    count === 1
      ? 'The acceptance scenario'
      : count === 2
        ? 'Both acceptance scenarios'
        : `All ${count} acceptance scenarios`;
  return `${scenarios} of User Story ${story.number} (${story.title}) ${count === 1 ? 'passes' : 'pass'} when tried by somebody who did not build it.`;
}
