import { constitutionCheck } from './constitution.ts';
import { draftedBy } from './drafted-by.ts';
import { bullets, code, inline, joinParts, section, sentence } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import { documentTree, sourceTree, structureDecision } from './project-structure.ts';
import { technicalContext } from './technical-context.ts';
import { counted, decapitalise, listed } from './words.ts';

/** Spec Kit's plan.md: what is built, on what, where, and which gates apply. */
export function planDocument(context: PlanContext, contracts: readonly string[]): string {
  const { request, spec, repository } = context;
  const name = inline(repository.title) || 'this repository';
  return joinParts([
    `# Implementation Plan: ${inline(spec.title)}`,
    `**Branch**: \`${request.branchName}\``,
    `**Date**: ${request.requestedOn}`,
    '**Spec**: [spec.md](spec.md)',
    `**Input**: Feature specification from \`${request.featureDirectory}/spec.md\``,
    draftedBy(
      'Facts about the repository come from its files; where the feature goes is a proposal for a person to confirm.',
    ),
    section('## Summary', [summary(context), openParagraph(context)]),
    section('## Technical Context', [
      technicalContext(context)
        .map((field) => `**${field.name}**: ${field.value}`)
        .join('\n\n'),
      repository.purpose === ''
        ? null
        : `What ${name} is, in its own words: ${sentence(inline(repository.purpose))}`,
    ]),
    section('## Constitution Check', [constitutionCheck(context.constitution)]),
    section('## Project Structure', [
      section('### Documentation (this feature)', [documentTree(context, contracts)]),
      section('### Source Code (repository root)', [sourceTree(repository)]),
      `**Structure Decision**: ${structureDecision(context)}`,
    ]),
    section('## Complexity Tracking', [complexity(context)]),
  ]);
}

function summary(context: PlanContext): string {
  const { spec } = context;
  const stories = spec.stories.map(
    (story) => `**${story.priority}** ${inline(story.title)} (${storyScope(story.requirementIds)})`,
  );
  const scope = `${counted(spec.stories.length, 'user story', 'user stories')}, ${counted(spec.requirements.length, 'functional requirement')} and ${counted(spec.criteria.length, 'success criterion', 'success criteria')}`;
  return `${sentence(`The feature “${inline(spec.title)}” has ${scope}`)}${stories.length === 0 ? '' : ` In order of priority:\n\n${bullets(stories)}`}`;
}

function storyScope(ids: readonly string[]): string {
  return ids.length === 0 ? 'no requirement of its own' : listed(ids);
}

/** Open questions are named here, so that nobody plans over them unaware. */
function openParagraph(context: PlanContext): string | null {
  const { openQuestions } = context.spec;
  if (openQuestions.length === 0) return null;
  return `Still open in the specification, and to be answered before the parts they touch are built:\n\n${bullets(openQuestions.map(inline))}`;
}

/** New technology is the one kind of complexity a rule can see. */
function complexity(context: PlanContext): string {
  const text = JSON.stringify([
    context.repository.tools,
    context.repository.dependencies,
    context.repository.languages,
  ]).toLowerCase();
  const added = context.technologies.filter(
    ({ name, kind }) => kind !== 'interface' && !text.includes(name.toLowerCase()),
  );
  if (added.length === 0)
    return 'The plan adds no technology the repository does not have, so there is nothing to justify by rule.';
  return bullets(
    added.map(
      ({ name, kind }) =>
        `${name} (${decapitalise(kind)}): named in the request, not found in the repository's manifests; see ${code('research.md')}.`,
    ),
  );
}
