import { code, inline } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import type { DocumentItem, DocumentStory } from './read-documents.ts';
import { storyFiles, type StoryFiles } from './task-files.ts';
import type { Task } from './task-list.ts';
import { listed, shorten } from './words.ts';

const MAX_TASK_TEXT = 220;

/** The tasks of one story in the order they depend on each other: tests, each requirement, the way in, a check by hand. */
export function storyTasks(
  story: DocumentStory,
  own: readonly DocumentItem[],
  context: PlanContext,
): readonly Task[] {
  const files = storyFiles(story, context);
  return [
    ...testTasks(story, own, { files, context }),
    ...own.map((item) => requirementTask(item, { story, files, context })),
    ...surfaceTasks(story, own, { files, context }),
    {
      text: `Check User Story ${story.number} by hand along ${code(`${context.request.featureDirectory}/quickstart.md`)}`,
      files: [],
      story: story.number,
      isIndependent: false,
    },
  ];
}

interface Place {
  readonly files: StoryFiles;
  readonly context: PlanContext;
}

/** Tests are written when the repository has a suite to put them in, or the specification asks for them. */
function testTasks(story: DocumentStory, own: readonly DocumentItem[], place: Place): readonly Task[] {
  const { tests } = place.context.repository;
  const isAskedFor = place.context.spec.requirements.some(({ text }) =>
    /\b(?:automated|unit|integration|end-to-end) tests?\b|\btests? (?:for|must|cover)/iu.test(text),
  );
  if (tests.tools.length === 0 && tests.files.length === 0 && !isAskedFor) return [];
  const count = story.scenarios.length;
  const what =
    count === 0
      ? 'its description'
      : count === 1
        ? 'its acceptance scenario'
        : `its ${count} acceptance scenarios`;
  const ids = own.length === 0 ? '' : ` (${listed(own.map(({ id }) => id))})`;
  const path = place.files.logicTest;
  const text = `Write failing tests for ${what}${ids} in ${code(path)}`;
  return [{ text, files: [path], story: story.number, isIndependent: true }];
}

function requirementTask(item: DocumentItem, place: Place & { readonly story: DocumentStory }): Task {
  const path = place.files.logic;
  const verb = place.context.repository.files.includes(path) ? 'Extend' : 'Build';
  const what = shorten(inline(item.text).replace(/\.$/u, ''), MAX_TASK_TEXT);
  const text =
    verb === 'Build'
      ? `Build ${item.id} in ${code(path)}: ${what}`
      : `Extend ${code(path)} for ${item.id}: ${what}`;
  return { text, files: [path], story: place.story.number, isIndependent: false };
}

/** The way in from outside, and where the product picks it up. */
function surfaceTasks(
  story: DocumentStory,
  own: readonly DocumentItem[],
  { files, context }: Place,
): readonly Task[] {
  const [entry] = context.repository.entryPoints;
  const ids = own.length === 0 ? `User Story ${story.number}` : listed(own.map(({ id }) => id));
  const base = { story: story.number, isIndependent: false };
  const surface =
    files.surface === null
      ? []
      : [
          {
            ...base,
            text: `Offer ${ids} to the outside in ${code(files.surface)}, as ${code(contractOf(context))} describes`,
            files: [files.surface],
          },
        ];
  if (entry === undefined) return surface;
  const what = files.surface ?? files.logic;
  return [
    ...surface,
    { ...base, text: `Connect ${code(what)} to the product in ${code(entry)}`, files: [entry] },
  ];
}

function contractOf(context: PlanContext): string {
  return context.interfaces.includes('http') ? 'contracts/http-api.md' : 'contracts/command-line.md';
}
