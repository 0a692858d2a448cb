import { appError } from '../domain/app-error.ts';
import { AGENT_PHASES, type SpecKitCommand } from '../domain/phases.ts';
import type { PromptQuery, PromptTemplate } from '../prompt/port.ts';
import { agentOf, type RunSession } from './run-session.ts';
import type { CommitTree } from './read-tree.ts';
import { scaffoldOf } from './scaffold.ts';

/** The prompt of one command, from the first source that has it. @throws `internal` when none does. */
export async function findPrompt(
  session: RunSession,
  tree: CommitTree,
  command: SpecKitCommand,
): Promise<PromptTemplate> {
  const scaffold = async () => (await scaffoldOf(session)).tree;
  const query: PromptQuery = { specKitKey: agentOf(session).specKitKey, command, tree, scaffold };
  for (const source of session.deps.promptSources) {
    const template = await source.find(query);
    if (template !== undefined) return template;
  }
  throw appError('internal', { problem: `no prompt source has a prompt for ${command}` });
}

/** The prompts of all three commands, in phase order. */
export async function findPrompts(session: RunSession, tree: CommitTree): Promise<readonly PromptTemplate[]> {
  return Promise.all(AGENT_PHASES.map(({ command }) => findPrompt(session, tree, command)));
}
