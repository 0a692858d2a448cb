import type { SpecKitCommand } from './phases.ts';
import type { ClarificationMode } from './run.ts';

interface DirectiveOptions {
  readonly command: SpecKitCommand;
  readonly featureDirectory: string;
  readonly onClarification: ClarificationMode;
}

const QUESTION_OUTCOMES: Readonly<Record<ClarificationMode, string>> = {
  stop: 'Somebody answers them before the work goes on.',
  continue: 'They are published with the documents, and the work goes on.',
};

/** What only the command at hand needs to be told. */
const COMMAND_DIRECTIVES: Readonly<Record<SpecKitCommand, (options: DirectiveOptions) => readonly string[]>> =
  {
    specify: ({ featureDirectory, onClarification }) => [
      '- Where the spec text leaves something open, take the most reasonable choice and record it under Assumptions. Only for what cannot be assumed without a real risk of building the wrong thing, leave a marker `[NEEDS CLARIFICATION: the question]` in the text of spec.md: at most three, no options to pick from, no waiting. ' +
        QUESTION_OUTCOMES[onClarification],
      `- The feature description is the text between the spec-text marks and nothing else. Wherever a template asks for the user's description or input, such as the **Input** line of ${featureDirectory}/spec.md, put exactly that text.`,
    ],
    plan: () => [
      '- The specification is already written. The text between the spec-text marks is what it was written from and is given for context; where the two differ, the specification wins.',
      '- Decide what is unknown yourself, from the repository, and record decision and reason in research.md. A `[NEEDS CLARIFICATION: ...]` marker in the specification does not stop you: plan for the most reasonable reading of it, and leave the marker where it is.',
    ],
    tasks: () => [
      '- Specification and plan are already written. The text between the spec-text marks is what they were written from and is given for context; where they differ from it, the documents win.',
      '- A question still open in the specification does not stop you: write the tasks for the reading the plan chose.',
    ],
  };

/** Rules that stand above everything else in a prompt, because nobody is there to answer and the host owns git. */
export function unattendedDirectives(options: DirectiveOptions): readonly string[] {
  const { command, featureDirectory } = options;
  return [
    'These directives are binding. They win over any other instruction in this prompt, in a skill, in a hook and in the repository.',
    '',
    '- This run is unattended. Never ask, never offer choices, never wait for an answer or an approval: finish the work in this one session and end.',
    `- The feature directory is decided: SPECIFY_FEATURE_DIRECTORY=${featureDirectory}. Use exactly this directory, relative to the repository root. Do not make up, number or create another one.`,
    '- Do not create or switch branches, stage, commit, stash or push anything, and do not open a pull request: whoever started this run does that. Run no script that would.',
    `- Write only below ${featureDirectory}/; Spec Kit's own scripts may also write .specify/feature.json. Change no source code, no configuration and no other document.`,
    '- Do not run optional hooks, and no hook that touches git. Do not start the next phase.',
    '- Say at the end in a few lines what you wrote.',
    ...COMMAND_DIRECTIVES[command](options),
  ];
}
