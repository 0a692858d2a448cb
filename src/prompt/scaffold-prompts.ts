import { SCAFFOLD_PACK } from '../domain/scaffold.ts';
import type { PromptSource } from './port.ts';
import { repositoryPrompts } from './repository-prompts.ts';

/** The prompts of Spec Kit in the sandbox's own image: they lie there as they would in a repository it was installed in. */
export function scaffoldPrompts(): PromptSource {
  const source = repositoryPrompts();
  return {
    name: SCAFFOLD_PACK,
    async find(query) {
      const template = await source.find({ ...query, tree: await query.scaffold() });
      return template === undefined
        ? undefined
        : { ...template, pack: SCAFFOLD_PACK, origin: `${SCAFFOLD_PACK}/${template.origin}` };
    },
  };
}
