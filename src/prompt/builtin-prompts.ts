import type { SpecKitCommand } from '../domain/phases.ts';
import { PLAN_PROMPT } from './builtin/plan-prompt.ts';
import { SPECIFY_PROMPT } from './builtin/specify-prompt.ts';
import { TASKS_PROMPT } from './builtin/tasks-prompt.ts';
import type { PromptSource } from './port.ts';

const PACK = 'builtin';
const VERSION = '1';

const PROMPTS: Readonly<Record<SpecKitCommand, string>> = {
  specify: SPECIFY_PROMPT,
  plan: PLAN_PROMPT,
  tasks: TASKS_PROMPT,
};

/** Our own prompts, for a repository without Spec Kit: always there, and the same for every agent. */
export function builtinPrompts(): PromptSource {
  return {
    name: PACK,
    find: ({ command }) =>
      Promise.resolve({ pack: PACK, version: VERSION, origin: `${PACK}/${command}`, body: PROMPTS[command] }),
  };
}
