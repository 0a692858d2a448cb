import { code, inline } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import type { DocumentItem, DocumentStory } from './read-documents.ts';
import { storyTasks } from './story-tasks.ts';
import type { Task, TaskPhase } from './task-list.ts';
import { entitySlug } from './task-files.ts';
import { listed } from './words.ts';

/** All phases of the work, in the order they depend on each other. */
export function taskPhases(context: PlanContext): readonly TaskPhase[] {
  const { spec } = context;
  const owned = new Set(spec.stories.flatMap(({ requirementIds }) => requirementIds));
  const shared = spec.requirements.filter(({ id }) => !owned.has(id));
  const taken = new Set<string>();
  const stories = spec.stories.map((story): TaskPhase => {
    // A requirement two stories name is built with the first of them.
    const own = spec.requirements.filter(({ id }) => story.requirementIds.includes(id) && !taken.has(id));
    for (const { id } of own) taken.add(id);
    return storyPhase(story, own, context);
  });
  const phases = [setup(context), foundations(context, shared), ...stories, polish(context)];
  return phases.map((phase, index) => ({ ...phase, title: `Phase ${index + 1}: ${phase.title}` }));
}

function setup(context: PlanContext): TaskPhase {
  const { repository, request, placement } = context;
  const { install, command } = repository.tests;
  const tasks: Task[] = [
    task(
      `Read ${code(`${request.featureDirectory}/spec.md`)} and ${code(`${request.featureDirectory}/plan.md`)}, and settle what they leave open in ${code(`${request.featureDirectory}/research.md`)}`,
      [],
    ),
  ];
  if (repository.languages.length === 0) {
    tasks.push(
      task(
        `${placement.language === null ? 'Choose the language and' : `Set up the ${placement.language} project: choose`} the test tool, and record both in ${code('README.md')}`,
        [],
      ),
    );
  } else if (command !== null) {
    const before = install === null ? '' : `${code(install.command)} and then `;
    tasks.push(
      task(
        `Run ${before}${code(command.command)} on the unchanged branch, and note failures that are there already in ${code(`${request.featureDirectory}/research.md`)}`,
        [],
      ),
    );
  } else {
    tasks.push(
      task(
        `Write down in ${code(`${request.featureDirectory}/quickstart.md`)} how the repository is run and checked today: no test command was found`,
        [],
      ),
    );
  }
  return {
    title: 'Setup',
    intro: 'What everybody needs before the first line is written.',
    tasks,
    checkpoint: null,
  };
}

function foundations(context: PlanContext, shared: readonly DocumentItem[]): TaskPhase {
  const { spec, placement } = context;
  const models = spec.entities.map((entity): Task => {
    const path = modelFile(entitySlug(entity.name), context);
    const fields = entity.attributes.length === 0 ? '' : ` with ${listed(entity.attributes)}`;
    return {
      text: `${verbFor(path, context)} the ${inline(entity.name)} model${fields}`,
      files: [path],
      story: null,
      isIndependent: true,
    };
  });
  const path = placement.sourceFile('logic', `${context.featureSlug}-rules`);
  const rules = shared.map((item): Task => ({
    text: `Hold ${item.id} for every story in ${code(path)}: ${item.text.replace(/\.$/u, '')}`,
    files: [path],
    story: null,
    isIndependent: false,
  }));
  const tasks = [...models, ...rules];
  return {
    title: 'Foundational',
    intro:
      tasks.length === 0
        ? 'Nothing has to be there before all stories: the specification names no shared data and no rule that holds for every story.'
        : 'What more than one story rests on. No story starts before this is done.',
    tasks,
    checkpoint:
      tasks.length === 0 ? null : 'the shared parts are in place and the existing tests still pass.',
  };
}

function storyPhase(story: DocumentStory, own: readonly DocumentItem[], context: PlanContext): TaskPhase {
  const covered = own.length === 0 ? 'no requirement of its own' : listed(own.map(({ id }) => id));
  return {
    title: `User Story ${story.number} - ${inline(story.title)} (Priority: ${story.priority})`,
    intro: `**Goal**: ${inline(story.title)}; covers ${covered}.\n\n**Independent Test**: the steps under “User Story ${story.number}” in ${code('quickstart.md')}.`,
    tasks: storyTasks(story, own, context),
    checkpoint: `User Story ${story.number} works on its own and can be shown.`,
  };
}

function polish(context: PlanContext): TaskPhase {
  const { request, repository, spec } = context;
  const readme = repository.rootFiles.find((file) => /^readme/iu.test(file));
  const { command } = repository.tests;
  const measured = spec.criteria
    .filter(({ text }) => /\bmeasure(?:d|ment)\b/u.test(text))
    .map(({ id }) => id);
  const tasks: Task[] = [
    {
      text: `Describe the feature for its users in ${code(readme ?? 'README.md')}`,
      files: [readme ?? 'README.md'],
      story: null,
      isIndependent: true,
    },
    task(
      `Walk through the edge cases of ${code(`${request.featureDirectory}/spec.md`)} and settle those it leaves open`,
      [],
    ),
    ...(measured.length === 0
      ? []
      : [
          task(
            `Measure ${listed(measured)} and write the results down in ${code(`${request.featureDirectory}/quickstart.md`)}`,
            [],
          ),
        ]),
    task(
      `Go through ${code(`${request.featureDirectory}/quickstart.md`)} from start to end${command === null ? '' : ` and run ${code(command.command)}`}`,
      [],
    ),
  ];
  return {
    title: 'Polish & Cross-Cutting',
    intro: 'Once the stories that are wanted are done.',
    tasks,
    checkpoint: null,
  };
}

function task(text: string, files: readonly string[]): Task {
  return { text, files, story: null, isIndependent: false };
}

/** The file an entity has already, wherever it is; else where the repository would put a new one. */
function modelFile(slug: string, { placement, repository }: PlanContext): string {
  const planned = placement.sourceFile('model', slug);
  const name = planned.slice(planned.lastIndexOf('/') + 1);
  const existing = repository.files.find(
    (path) => path.endsWith(`/${name}`) && path.startsWith(placement.sourceRoot),
  );
  return existing ?? planned;
}

function verbFor(path: string, context: PlanContext): string {
  return context.repository.files.includes(path) ? 'Extend' : 'Add';
}
