import type { Clarification } from '../../domain/run.ts';
import { specAssumptions } from './assumptions.ts';
import type { EdgeCase } from './edge-cases.ts';
import type { Entity } from './entities.ts';
import { bullets, inline, joinParts, ownLine, section, sentence, steps } from './markdown.ts';
import type { SpecReading, UserStory } from './read-spec.ts';
import type { Requirement } from './requirements.ts';
import type { Scenario } from './scenarios.ts';
import { collapse, decapitalise, listed } from './words.ts';

/** What a specification says beside what was read from the request. */
export interface SpecFrame {
  readonly specText: string;
  readonly requestedOn: string;
  readonly branchName: string;
  readonly clarifications: readonly Clarification[];
}

/** Spec Kit's spec.md for a reading. */
export function specDocument(reading: SpecReading, frame: SpecFrame): string {
  return joinParts([
    `# Feature Specification: ${inline(reading.title)}`,
    `**Feature Branch**: \`${frame.branchName}\``,
    `**Created**: ${frame.requestedOn}`,
    '**Status**: Draft',
    `**Input**: User description: "${inputText(frame.specText)}"`,
    DRAFTED_BY,
    clarificationsSection(frame),
    section('## User Scenarios & Testing *(mandatory)*', [
      ...reading.stories.map((story, index) => storyPart(story, reading.stories[index - 1])),
      section('### Edge Cases', [edgeCases(reading.edgeCases)]),
    ]),
    section('## Requirements *(mandatory)*', [
      section('### Functional Requirements', [
        bullets(reading.requirements.map(requirementLine)),
        sharedRules(reading),
      ]),
      section('### Key Entities', [bullets(reading.entities.map(entityLine))]),
    ]),
    section('## Success Criteria *(mandatory)*', [
      section('### Measurable Outcomes', [bullets(reading.criteria.map(criterionLine))]),
    ]),
    section('## Assumptions', [bullets(specAssumptions(reading).map((text) => sentence(inline(text))))]),
    section('## Out of Scope', [bullets(reading.exclusions.map((text) => sentence(inline(text))))]),
  ]);
}

const MAX_NAMED = 4;

const DRAFTED_BY =
  '**Drafted by**: the outline agent, by rule and without a language model, from the text under Input. Before anything is ' +
  'built on it, a person should check how the stories are cut and ranked, whether each requirement says what was meant, ' +
  'and the edge cases and assumptions, which the rules can only suggest.';

/**
 * The request word for word, in the shape of one paragraph: blank lines go and further lines are indented, so that no line
 * of it can be taken for a heading, list or fence of this document. A second space inside a marker or template word keeps
 * readers of this document from counting it; white space is all that differs from the request.
 */
function inputText(specText: string): string {
  const lines = specText.trim().split(/\s*\n\s*/u);
  return lines
    .join('\n    ')
    .replaceAll(/\[NEEDS\s+CLARIFICATION/gu, '[NEEDS  CLARIFICATION')
    .replaceAll('[FEATURE NAME]', '[FEATURE  NAME]')
    .replaceAll('[Brief Title]', '[Brief  Title]');
}

function clarificationsSection(frame: SpecFrame): string | null {
  const answered = frame.clarifications.filter(({ answer }) => answer !== null && answer.trim() !== '');
  if (answered.length === 0) return null;
  const lines = answered.map(({ question, answer }) => `Q: ${inline(question)} → A: ${inline(answer ?? '')}`);
  return section('## Clarifications', [section(`### Session ${frame.requestedOn}`, [bullets(lines)])]);
}

function storyPart(story: UserStory, previous: UserStory | undefined): string {
  const test =
    story.scenarios.find(({ requirementId }) => requirementId === story.leadId) ?? story.scenarios[0];
  return joinParts([
    `### User Story ${story.number} - ${inline(story.title)} (Priority: P${story.priority})`,
    ownLine(story.description.join(' ')),
    `**Why this priority**: ${whyPriority(story, previous)}`,
    test === undefined ? null : `**Independent Test**: ${independentTest(test)}`,
    `**Requirements**: ${story.requirementIds.join(', ')}`,
    '**Acceptance Scenarios**:',
    steps(story.scenarios.map(scenarioLine)),
  ]).trimEnd();
}

function whyPriority(story: UserStory, previous: UserStory | undefined): string {
  const purpose =
    story.benefit === '' ? '' : ` Its purpose, as the request puts it: ${inline(sentence(story.benefit))}`;
  if (story.stated !== null)
    return `The request ranks it itself, with the words “${inline(story.stated.because)}”.${purpose}`;
  const place =
    previous === undefined
      ? 'The request asks for it first and does not rank it otherwise.'
      : `The request asks for it after “${inline(previous.title)}” and does not rank it otherwise.`;
  return place + purpose;
}

function independentTest(scenario: Scenario): string {
  const { context, event, outcome } = inlined(scenario);
  return sentence(`With only this story in place, take ${decapitalise(context)}: when ${event}, ${outcome}`);
}

function scenarioLine(scenario: Scenario): string {
  const { context, event, outcome } = inlined(scenario);
  const source = scenario.requirementId === null ? '' : ` (${scenario.requirementId})`;
  return `${sentence(`**Given** ${context}, **When** ${event}, **Then** ${outcome}`)}${source}`;
}

function inlined(scenario: Scenario): Pick<Scenario, 'context' | 'event' | 'outcome'> {
  return {
    context: inline(scenario.context),
    event: inline(scenario.event),
    outcome: inline(scenario.outcome),
  };
}

function edgeCases(cases: readonly EdgeCase[]): string {
  if (cases.length === 0) {
    return bullets([
      'The request describes no limits or failures the rules recognise; a reviewer should add those that matter.',
    ]);
  }
  return bullets(
    cases.map(
      (entry) => `${inline(entry.situation)} (${entry.requirementIds.join(', ')}): ${entry.expectation}.`,
    ),
  );
}

function requirementLine(requirement: Requirement): string {
  const decided = requirement.openPoints
    .filter((point) => point.answer !== null)
    .map((point) => ` Decided: ${sentence(inline(point.answer ?? ''))}`);
  const open = requirement.openPoints
    .filter((point) => point.answer === null)
    .map((point) => ` [NEEDS CLARIFICATION: ${point.question}]`);
  return `**${requirement.id}**: ${sentence(inline(requirement.text))}${decided.join('')}${open.join('')}`;
}

/** Rules no story owns hold for all of them; a question of its own waits for its answer. */
function sharedRules(reading: SpecReading): string | null {
  const owned = new Set(reading.stories.flatMap((story) => story.requirementIds));
  const shared = reading.requirements.filter(({ id }) => !owned.has(id));
  const open = shared.filter(({ source }) => source.kind === 'question').map(({ id }) => id);
  const rules = shared.map(({ id }) => id).filter((id) => !open.includes(id));
  const sentences = [
    rules.length === 0
      ? ''
      : `${listed(rules)} ${rules.length === 1 ? 'applies' : 'apply'} to every user story.`,
    open.length === 0
      ? ''
      : `${listed(open)} ${open.length === 1 ? 'belongs' : 'belong'} to no user story until the question is answered.`,
  ];
  return sentences.filter((text) => text !== '').join(' ');
}

function entityLine(entity: Entity): string {
  const parts = [
    entity.attributes.length === 0 ? 'no fields named in the request' : `has ${listed(entity.attributes)}`,
    entity.related.length === 0 ? '' : `related to ${listed(entity.related)}`,
    `named in ${namedIn(entity.requirementIds)}`,
  ];
  return `**${inline(entity.name)}**: ${parts.filter((part) => part !== '').join('; ')}.`;
}

function namedIn(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_NAMED);
  return ids.length > MAX_NAMED ? `${shown.join(', ')} and ${ids.length - MAX_NAMED} more` : listed(shown);
}

function criterionLine(text: string, index: number): string {
  return `**SC-${String(index + 1).padStart(3, '0')}**: ${collapse(inline(text))}`;
}
