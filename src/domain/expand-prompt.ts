import type { SpecKitCommand } from './phases.ts';
import type { Clarification, ClarificationMode } from './run.ts';
import { unattendedDirectives } from './unattended-directives.ts';

/** Where a template wants the user's text, in the spelling of each kind of agent. */
const PLACEHOLDER = /\$ARGUMENTS\b|\{\{\s*(?:args|parameters)\s*\}\}/gu;

/** What a prompt for one phase is made of. */
export interface PromptExpansion {
  readonly template: { readonly body: string };
  readonly specText: string;
  readonly command: SpecKitCommand;
  /** `specs/<folder>`, relative to the working copy. */
  readonly featureDirectory: string;
  readonly clarifications: readonly Clarification[];
  /** Words of the operator for the agent. */
  readonly notes: string | null;
  readonly onClarification: ClarificationMode;
}

/**
 * The prompt an agent gets: the template with the user's text, wrapped in directives for unattended work, at every
 * placeholder, or below a template without one. One pass: what looks like a placeholder in the user's text stays as it is.
 */
export function expandPrompt(expansion: PromptExpansion): string {
  const argument = writeArgument(expansion);
  const { body } = expansion.template;
  const expanded = body.replaceAll(PLACEHOLDER, () => argument);
  const hasPlaceholder = body.search(PLACEHOLDER) !== -1;
  return hasPlaceholder ? expanded : `${body.trimEnd()}\n\n## User input\n\n${argument}\n`;
}

function writeArgument(expansion: PromptExpansion): string {
  const { specText, notes } = expansion;
  const answers = writeAnswers(expansion.clarifications);
  const texts = [specText, answers, notes ?? ''];
  const directives = unattendedDirectives(expansion);
  const parts = [
    directives.join('\n'),
    enclose('spec-text', specText, texts),
    ...(answers === ''
      ? []
      : ['Answers to earlier questions, as binding as the spec text:', enclose('answers', answers, texts)]),
    ...(notes === null || notes.trim() === ''
      ? []
      : ['Notes of the operator for this attempt:', enclose('notes', notes, texts)]),
  ];
  return parts.join('\n\n');
}

function writeAnswers(clarifications: readonly Clarification[]): string {
  return clarifications
    .flatMap(({ question, answer }) => (answer === null ? [] : [`Q: ${question}\nA: ${answer}`]))
    .join('\n\n');
}

/** Put text between marks that none of the texts can imitate. */
function enclose(name: string, text: string, texts: readonly string[]): string {
  let mark = name;
  while (texts.some((other) => other.includes(`<${mark}>`) || other.includes(`</${mark}>`))) mark += '-';
  return `<${mark}>\n${text.trim()}\n</${mark}>`;
}
