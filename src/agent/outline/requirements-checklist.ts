import { bullets, inline, joinParts, section } from './markdown.ts';
import type { SpecReading } from './read-spec.ts';
import { listed } from './words.ts';

/** One check: ticked only when the rule holds; the note says what was found, or that no rule can tell. */
interface Check {
  readonly text: string;
  readonly evaluate: (reading: SpecReading) => { readonly holds: boolean; readonly note: string };
}

const VAGUE =
  /\b(?:fast|quick(?:ly)?|slow|easy|easily|simple|intuitive|user[- ]friendly|appropriate(?:ly)?|reasonable|adequate|flexible|robust|modern|nice|good|better|efficient(?:ly)?|seamless(?:ly)?|etc|and so on|somehow|as needed|if necessary)\b/iu;

const FOR_A_PERSON = { holds: false, note: 'no rule can tell: for a person to judge' };

const CONTENT: readonly Check[] = [
  {
    text: 'No implementation details (languages, frameworks, APIs)',
    evaluate: ({ technologies }) => ({
      holds: technologies.length === 0,
      note:
        technologies.length === 0
          ? 'none recognised'
          : `names ${listed(technologies.map(({ name }) => name))}, as the request does`,
    }),
  },
  {
    text: 'Focused on user value and business needs',
    evaluate: ({ stories }) => {
      const silent = stories.filter((story) => story.benefit === '');
      return {
        holds: silent.length === 0,
        note:
          silent.length === 0
            ? 'every story states its purpose'
            : `the request states no purpose for ${storyNames(silent)}`,
      };
    },
  },
  { text: 'Written for non-technical stakeholders', evaluate: () => FOR_A_PERSON },
  {
    text: 'All mandatory sections completed',
    evaluate: () => ({ holds: true, note: 'scenarios, requirements and success criteria are there' }),
  },
];

const COMPLETENESS: readonly Check[] = [
  {
    text: 'No [NEEDS CLARIFICATION] markers remain',
    evaluate: (reading) => {
      const open = openIds(reading);
      return { holds: open.length === 0, note: open.length === 0 ? 'none' : `open in ${listed(open)}` };
    },
  },
  {
    text: 'Requirements are testable and unambiguous',
    evaluate: ({ requirements }) => {
      const vague = requirements.flatMap(({ id, text }) => {
        const word = VAGUE.exec(text)?.[0];
        return word === undefined ? [] : [`${id} (“${word}”)`];
      });
      return {
        holds: vague.length === 0,
        note: vague.length === 0 ? 'no vague word found' : `vague words in ${listed(vague)}`,
      };
    },
  },
  {
    text: 'Success criteria are measurable',
    evaluate: ({ criteria }) => {
      const vague = criteria.filter((text) => !/\d|scenario/iu.test(text));
      return {
        holds: vague.length === 0,
        note:
          vague.length === 0
            ? 'each names a figure or scenarios that pass or fail'
            : `without a figure: ${inline(listed(vague))}`,
      };
    },
  },
  {
    text: 'Success criteria are technology-agnostic (no implementation details)',
    evaluate: ({ criteria, technologies }) => {
      const named = technologies.filter(({ name }) => criteria.some((text) => text.includes(name)));
      return {
        holds: named.length === 0,
        note: named.length === 0 ? 'none recognised' : `they name ${listed(named.map(({ name }) => name))}`,
      };
    },
  },
  {
    text: 'All acceptance scenarios are defined',
    evaluate: ({ requirements, stories }) => {
      const covered = new Set(
        stories.flatMap(({ scenarios }) => scenarios.map(({ requirementId }) => requirementId)),
      );
      const missing = requirements.map(({ id }) => id).filter((id) => !covered.has(id));
      return {
        holds: missing.length === 0,
        note: missing.length === 0 ? 'every requirement has one' : `none yet for ${listed(missing)}`,
      };
    },
  },
  {
    text: 'Edge cases are identified',
    evaluate: ({ edgeCases }) => ({
      holds: edgeCases.length > 0,
      note: edgeCases.length > 0 ? `${edgeCases.length} found; the list is a suggestion` : 'none recognised',
    }),
  },
  {
    text: 'Scope is clearly bounded',
    evaluate: ({ exclusions }) => ({
      holds: exclusions.length > 0,
      note:
        exclusions.length > 0
          ? 'the request says what is out of scope'
          : 'the request does not say what is out of scope',
    }),
  },
  {
    text: 'Dependencies and assumptions identified',
    evaluate: () => ({ holds: true, note: 'listed under Assumptions' }),
  },
];

const READINESS: readonly Check[] = [
  {
    text: 'All functional requirements have clear acceptance criteria',
    evaluate: ({ requirements, stories }) => {
      const owned = new Set(stories.flatMap(({ requirementIds }) => requirementIds));
      const shared = requirements.map(({ id }) => id).filter((id) => !owned.has(id));
      return {
        holds: shared.length === 0,
        note:
          shared.length === 0
            ? 'each belongs to a story'
            : `${listed(shared)} ${shared.length === 1 ? 'belongs' : 'belong'} to no story in particular`,
      };
    },
  },
  {
    text: 'User scenarios cover primary flows',
    evaluate: ({ stories }) => ({
      holds: stories.every(({ scenarios }) => scenarios.length > 0),
      note: 'every story has at least one scenario',
    }),
  },
  { text: 'Feature meets measurable outcomes defined in Success Criteria', evaluate: () => FOR_A_PERSON },
  {
    text: 'No implementation details leak into specification',
    evaluate: ({ technologies }) => ({
      holds: technologies.length === 0,
      note: technologies.length === 0 ? 'none recognised' : 'only those the request asks for by name',
    }),
  },
];

/** Spec Kit's checklist for a specification, each box decided by rule. */
export function requirementsChecklist(reading: SpecReading, requestedOn: string): string {
  return joinParts([
    `# Specification Quality Checklist: ${inline(reading.title)}`,
    '**Purpose**: Check that the specification is complete and clear before planning starts',
    `**Created**: ${requestedOn}`,
    '**Feature**: [spec.md](../spec.md)',
    section('## Content Quality', [checks(CONTENT, reading)]),
    section('## Requirement Completeness', [checks(COMPLETENESS, reading)]),
    section('## Feature Readiness', [checks(READINESS, reading)]),
    section('## Notes', [
      'The outline agent decided each box by rule; the words behind the dash are what the rule found. Boxes no rule can decide are left for a person.',
    ]),
  ]);
}

function checks(list: readonly Check[], reading: SpecReading): string {
  return bullets(
    list.map((check) => {
      const { holds, note } = check.evaluate(reading);
      return `[${holds ? 'x' : ' '}] ${check.text} — ${note}`;
    }),
  );
}

function openIds(reading: SpecReading): readonly string[] {
  return reading.requirements
    .filter(({ openPoints }) => openPoints.some(({ answer }) => answer === null))
    .map(({ id }) => id);
}

function storyNames(stories: SpecReading['stories']): string {
  return listed(stories.map((story) => `User Story ${story.number}`));
}
