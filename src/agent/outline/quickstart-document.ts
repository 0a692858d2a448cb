import { draftedBy } from './drafted-by.ts';
import { bullets, code, inline, joinParts, section, sentence, steps } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import type { DocumentStory } from './read-documents.ts';

/** Spec Kit's quickstart.md: how a person sees for themselves that each story works. */
export function quickstartDocument(context: PlanContext): string {
  const { spec, repository, request } = context;
  return joinParts([
    `# Quickstart: ${inline(spec.title)}`,
    `**Date**: ${request.requestedOn}`,
    draftedBy(
      'Commands are those found in the repository; the steps of each story follow its acceptance scenarios.',
    ),
    section('## Before you start', [bullets(prerequisites(context))]),
    ...spec.stories.map((story) => storyCheck(story)),
    section('## Figures to confirm', [
      bullets(
        spec.criteria
          .filter(({ text }) => /\d/u.test(text) && !/User Story \d/u.test(text))
          .map(({ id, text }) => `[ ] **${id}**: ${inline(text)}`),
      ),
    ]),
    section("## The repository's own checks", [ownChecks(repository)]),
  ]);
}

function prerequisites(context: PlanContext): readonly string[] {
  const { repository, request } = context;
  const { install } = repository.tests;
  const runtimes = repository.runtimes.slice(0, 3).map(({ text, from }) => `${code(text)} (${code(from)})`);
  const stores = repository.tools.filter(({ role }) => role === 'database').map(({ name }) => name);
  return [
    `Check out ${code(request.branchName)}.`,
    ...runtimes,
    ...(stores.length === 0 ? [] : [`The store the repository uses: ${stores.join(', ')}.`]),
    install === null
      ? 'No way to install dependencies was found in the repository.'
      : `Install the dependencies: ${code(install.command)} (${code(install.from)}).`,
  ];
}

function storyCheck(story: DocumentStory): string | null {
  const checks = story.scenarios.map((scenario) => `[ ] ${checkOf(scenario)}`);
  const list =
    checks.length > 0
      ? steps(checks)
      : 'The specification gives no scenario for this story; check it against its description.';
  return section(`## User Story ${story.number} - ${inline(story.title)}`, [list]);
}

/** `**Given** a user, **When** they …, **Then** … (FR-001)` as something to do and to look for. */
function checkOf(scenario: string): string {
  const plain = scenario.replaceAll('**', '');
  const match =
    /^Given\W*\s(.+?)[,;]?\s\W*When\W*\s(.+?)[,;]?\s\W*Then\W*\s(.+?)(\s\((?:FR-\d+(?:, )?)+\))?$/su.exec(
      plain,
    );
  if (match === null) return sentence(inline(plain));
  const [, context = '', event = '', outcome = '', source = ''] = match;
  return `Take ${inline(context)}. When ${inline(event)}, expect: ${sentence(inline(outcome))}${source}`;
}

function ownChecks(repository: PlanContext['repository']): string {
  const { command } = repository.tests;
  const lines = [
    command === null
      ? 'No test command was found in the repository.'
      : `Tests: ${code(command.command)} (${code(command.from)}). They pass before and after the change.`,
    ...repository.ciFiles.slice(0, 3).map((path) => `Continuous integration: ${code(path)}.`),
  ];
  return bullets(lines);
}
