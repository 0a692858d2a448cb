import { draftedBy } from './drafted-by.ts';
import { bullets, code, inline, joinParts, section } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import { numberTasks, taskLine, type NumberedTask } from './task-list.ts';
import { taskPhases } from './task-phases.ts';
import { listed } from './words.ts';

type Phases = ReturnType<typeof numberTasks>;

/** Spec Kit's tasks.md: numbered tasks by phase and story, each requirement in at least one of them. */
export function tasksDocument(context: PlanContext, plan: string): string {
  const { request, spec } = context;
  const phases = numberTasks(taskPhases(context));
  return joinParts([
    `# Tasks: ${inline(spec.title)}`,
    `**Input**: Design documents from ${code(`${request.featureDirectory}/`)}`,
    '**Prerequisites**: [plan.md](plan.md) and [spec.md](spec.md); [research.md](research.md), [data-model.md](data-model.md) and [quickstart.md](quickstart.md) where a task names them',
    draftedBy(
      'Paths follow the layout of the repository; a person should check them and the size of each task before work starts.',
    ),
    testsNote(phases),
    openNote(context, plan),
    section('## Format: `[ID] [P?] [Story] Description`', [
      '`[P]` marks tasks that may be done at the same time: other files, and nothing in their phase to wait for. `[US1]` names the story a task belongs to.',
    ]),
    ...phases.map(phasePart),
    section('## Dependencies & Execution Order', [order(phases)]),
    section('## Parallel Example', [parallelExample(phases)]),
    section('## Implementation Strategy', [strategy(context, phases)]),
  ]);
}

function phasePart(phase: Phases[number]): string | null {
  return section(`## ${phase.title}`, [
    phase.intro,
    phase.tasks.map(taskLine).join('\n'),
    phase.checkpoint === null ? null : `**Checkpoint**: ${phase.checkpoint}`,
  ]);
}

function testsNote(phases: Phases): string {
  const hasTests = phases.some(({ tasks }) =>
    tasks.some(({ text }) => text.startsWith('Write failing tests')),
  );
  return hasTests
    ? '**Tests**: each story starts with its tests, in the place and naming the repository uses.'
    : '**Tests**: none are listed, because the repository has no test suite and the specification does not ask for one; each story ends with a check by hand.';
}

function openNote(context: PlanContext, plan: string): string | null {
  const { openQuestions } = context.spec;
  const isUnplanned = /^## Constitution Check[\s\S]*?- \[ \]/mu.test(plan);
  const notes = [
    openQuestions.length === 0
      ? ''
      : `${openQuestions.length === 1 ? 'One question' : `${openQuestions.length} questions`} of the specification ${openQuestions.length === 1 ? 'is' : 'are'} still open; tasks for the requirements concerned wait for the answer.`,
    isUnplanned ? 'The principles under “Constitution Check” in plan.md are not all ticked yet.' : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? null : `**Before you start**: ${notes.join(' ')}`;
}

function order(phases: Phases): string {
  const first = phases.find(({ tasks }) => tasks.some(({ story }) => story !== null));
  const foundation = phases.find(({ title }) => title.endsWith('Foundational'));
  const waits = foundation !== undefined && foundation.tasks.length > 0 ? ' and Phase 2' : '';
  return bullets([
    'Phase 1 comes first.',
    ...(waits === '' ? [] : ['Phase 2 follows it; every story waits for it.']),
    ...(first === undefined
      ? []
      : [
          `The stories follow Phase 1${waits}. They are listed by priority and, apart from files they share, do not depend on each other.`,
        ]),
    'Within a story: tests where there are any, then the requirements in order, then the connection to the product, then the check by hand.',
    `Phase ${phases.length} comes last.`,
  ]);
}

function parallelExample(phases: Phases): string {
  const phase = phases.find(({ tasks }) => tasks.filter(({ isParallel }) => isParallel).length > 1);
  if (phase !== undefined)
    return `Together, in ${phase.title.split(':')[0] ?? ''}: ${idsOf(phase.tasks.filter(({ isParallel }) => isParallel))}.`;
  const leads = phases.flatMap(({ tasks }) => tasks.filter(({ story }) => story !== null).slice(0, 1));
  if (leads.length < 2) return 'The tasks build on each other; one person does them in order.';
  return `With several people, each takes a story of their own: ${idsOf(leads)} can start at the same time.`;
}

function idsOf(tasks: readonly NumberedTask[]): string {
  return listed(tasks.map(({ id }) => id));
}

function strategy(context: PlanContext, phases: Phases): string {
  const isFounded = phases.some(({ title, tasks }) => title.endsWith('Foundational') && tasks.length > 0);
  const [first, ...others] = context.spec.stories;
  if (first === undefined) return 'Do the tasks in order.';
  const rest =
    others.length === 0
      ? ''
      : ` Then add ${listed(others.map((story) => `User Story ${story.number}`))} in that order; each leaves a product that can be shown and released.`;
  return `Build ${isFounded ? 'Phase 1, Phase 2' : 'Phase 1'} and User Story ${first.number} (${inline(first.title)}) first, stop, and check it along ${code('quickstart.md')}: that is the smallest useful result.${rest}`;
}
