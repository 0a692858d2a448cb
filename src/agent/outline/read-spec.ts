import type { Clarification } from '../../domain/run.ts';
import { requirementText } from './clause.ts';
import { inThirdPerson } from './clause-of-story.ts';
import { readEdgeCases, type EdgeCase } from './edge-cases.ts';
import { readEntities, type Entity } from './entities.ts';
import { languageOf, type Language } from './language.ts';
import { readBlocks, type Block } from './markdown-blocks.ts';
import type { Priority, StatedPriority } from './priorities.ts';
import { readRequirements, type Requirement, type RequirementReading } from './requirements.ts';
import { statedScenario, storyScenarios, type Scenario } from './scenarios.ts';
import { MAX_STATEMENTS, readPlainStatements, readStatements, type Statement } from './statements.ts';
import { groupStories, isCapability, type StoryGroup } from './stories.ts';
import { successCriteria } from './success-criteria.ts';
import { technologiesIn, type Technology } from './technologies.ts';
import { clauseTitle, sentenceTitle, statedTitle } from './titles.ts';
import { capitalise, overlap, tellingWords, wordCount } from './words.ts';

/** A user story, ready to be written down. */
export interface UserStory {
  readonly number: number;
  readonly title: string;
  readonly priority: Priority;
  readonly stated: StatedPriority | null;
  readonly benefit: string;
  /** The sentences of the request it came from. */
  readonly description: readonly string[];
  readonly scenarios: readonly Scenario[];
  readonly requirementIds: readonly string[];
  /** The requirement the story starts from. */
  readonly leadId: string;
}

/** Everything the rules found in a request. */
export interface SpecReading {
  readonly title: string;
  readonly language: Language;
  readonly stories: readonly UserStory[];
  readonly requirements: readonly Requirement[];
  readonly deferredQuestions: readonly string[];
  readonly entities: readonly Entity[];
  readonly edgeCases: readonly EdgeCase[];
  readonly criteria: readonly string[];
  readonly assumptions: readonly string[];
  readonly exclusions: readonly string[];
  readonly background: readonly string[];
  readonly technologies: readonly Technology[];
  readonly notes: string | null;
  /** Requirements beyond the limit, and whether sentences were not looked at at all. */
  readonly leftOut: number;
  readonly isCut: boolean;
}

/** What a reading starts from. */
export interface SpecInput {
  readonly specText: string;
  readonly clarifications: readonly Clarification[];
  readonly notes: string | null;
}

/** A story with more scenarios than this is not read to the end. */
const MAX_SCENARIOS = 12;

/** Read a free text by rule: what is asked, by whom, how urgently, within which limits, and what it leaves open. */
export function readSpec(input: SpecInput): SpecReading {
  const language = languageOf(input.specText);
  const blocks = readBlocks(input.specText);
  const own = readStatements(blocks, language);
  const statements = withRequirements([...own, ...noteStatements(input.notes, own.length)], blocks);
  const title = statedTitle(blocks);
  const reading = readRequirements(statements, { language, clarifications: input.clarifications });
  const entities = language === 'english' ? readEntities(reading.requirements) : [];
  const stories = readStories(statements, reading, { entities, title });
  return {
    title: title ?? titleOf(reading.requirements),
    language,
    stories,
    ...reading,
    entities,
    edgeCases: language === 'english' ? readEdgeCases(reading.requirements) : [],
    criteria: successCriteria(statements, reading.requirements, stories.map(asCriterionStory)),
    assumptions: textsOf(statements, 'assumption'),
    exclusions: textsOf(statements, 'exclusion'),
    background: textsOf(statements, 'background').filter((text) => isNews(text, title)),
    technologies: technologiesIn(`${input.specText.slice(0, 200_000)}\n${input.notes ?? ''}`),
    notes: input.notes === null || input.notes.trim() === '' ? null : input.notes,
    isCut: own.length >= MAX_STATEMENTS,
  };
}

/** A title said again is no background. */
function isNews(text: string, title: string | null): boolean {
  // `Thanks!` is no background either.
  return (
    (wordCount(text) > 1 || /[^\p{ASCII}]/u.test(text)) &&
    (title === null || bareWords(text) !== bareWords(title))
  );
}

function bareWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function noteStatements(notes: string | null, offset: number): readonly Statement[] {
  if (notes === null) return [];
  return readPlainStatements(notes, languageOf(notes))
    .filter((statement) => statement.kind !== 'background')
    .map((statement) => ({ ...statement, section: '', order: statement.order + offset }));
}

/** A request without a single obligation still asks for something: then each of its sentences counts, at last its title. */
function withRequirements(statements: readonly Statement[], blocks: readonly Block[]): readonly Statement[] {
  if (statements.some(({ kind }) => kind === 'obligation' || kind === 'story')) return statements;
  const title = statedTitle(blocks);
  const promoted = statements.map((statement): Statement =>
    statement.kind === 'background' ? { ...statement, kind: 'obligation' } : statement,
  );
  if (promoted.some(({ kind }) => kind === 'obligation')) return promoted;
  const text = title ?? blocks.find((block) => block.kind === 'heading')?.text ?? 'the request under Input';
  return [...promoted, standIn(text, promoted.length)];
}

function standIn(text: string, order: number): Statement {
  return {
    kind: 'obligation',
    text,
    role: 'neutral',
    section: '',
    group: 0,
    order,
    depth: -1,
    story: null,
    priority: null,
    questions: [],
  };
}

function titleOf(requirements: readonly Requirement[]): string {
  const [first] = requirements;
  return first === undefined ? 'Requested feature' : clauseTitle(first.clause);
}

function readStories(
  statements: readonly Statement[],
  reading: RequirementReading,
  { entities, title }: { readonly entities: readonly Entity[]; readonly title: string | null },
): readonly UserStory[] {
  const names = new Set(entities.map((entity) => entity.name.toLowerCase()));
  const groups = groupStories(
    reading.requirements,
    statements.filter(({ kind }) => kind === 'ranking'),
  );
  const stated = statements.filter((statement) => statement.kind === 'scenario');
  const owners = stated.map((statement) => ownerOf(statement, groups));
  return groups.map((group, index) => {
    const given = stated
      .filter((_, position) => owners[position] === index)
      .map(({ text }) => statedScenario(text));
    return {
      number: index + 1,
      title: groups.length === 1 && !isCapability(group.lead) ? (title ?? group.title) : group.title,
      priority: group.priority,
      stated: group.stated,
      benefit: inThirdPerson(group.lead.source.story?.benefit ?? ''),
      description: describe(group),
      scenarios: [...given.filter((scenario) => scenario !== null), ...storyScenarios(group, names)].slice(
        0,
        MAX_SCENARIOS,
      ),
      requirementIds: group.requirements.map((requirement) => requirement.id),
      leadId: group.lead.id,
    };
  });
}

function ownerOf(statement: Statement, groups: readonly StoryGroup[]): number {
  const about = tellingWords(statement.text);
  const scores = groups.map((group) => {
    const isNear = statement.section !== '' && group.lead.source.section === statement.section ? 3 : 0;
    return isNear + Math.max(...group.requirements.map((requirement) => overlap(about, requirement.words)));
  });
  return scores.indexOf(Math.max(...scores));
}

/** The sentences of the request itself say best what a story is about; the rules derived from them are listed below it. */
function describe(group: StoryGroup): readonly string[] {
  const [first, ...others] = [
    group.lead,
    ...group.requirements.filter((requirement) => requirement !== group.lead),
  ];
  const sentences = [first, ...others.slice(0, 3)].flatMap((requirement) =>
    requirement === undefined ? [] : [`${capitalise(requirement.source.text)}.`],
  );
  return sentences.length > 0 ? sentences : [`${sentenceTitle(requirementText(group.lead.clause))}.`];
}

function asCriterionStory(story: UserStory) {
  return {
    number: story.number,
    title: story.title,
    benefit: story.benefit,
    scenarioCount: story.scenarios.length,
  };
}

function textsOf(statements: readonly Statement[], kind: Statement['kind']): readonly string[] {
  return [
    ...new Set(statements.filter((statement) => statement.kind === kind).map(({ text }) => capitalise(text))),
  ];
}
