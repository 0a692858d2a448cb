import { describe, expect, it } from 'vitest';

import { layCopy, type MakeGit } from '../support/git-kit.ts';
import { textsOf } from '../support/git-repository.ts';

const LAID = {
  '.specify/memory/constitution.md': 'template\n',
  '.specify/memory/.template.json': '{}\n',
  '.specify/scripts/bash/setup-plan.sh': '#!/bin/sh\n',
  'specs/readme.md': 'how to\n',
};

/** Files that were put into a working copy beside those of the base. */
export function laidFilesContract(makeGit: MakeGit): void {
  const git = makeGit();
  const laid = new Map(Object.entries(LAID).map(([name, text]) => [name, Buffer.from(text)]));

  describe('files that were laid into a working copy', () => {
    it('are no change of anybody as long as they are as they were', async () => {
      const copy = await layCopy(git, { 'a.md': 'a' });
      await copy.write(LAID);
      expect(await copy.listForeignChanges(laid)).toEqual([]);
      expect(await copy.importTree({ laid })).toEqual({ commit: copy.commit, changedPaths: [] });
      // Nobody who does not know of them would tell them from the agent's own.
      expect(await copy.listForeignChanges()).toEqual(['.specify/scripts/bash/setup-plan.sh']);
      expect((await copy.importTree()).changedPaths).toHaveLength(3);
    });

    it('count where the agent changed them, or where the base has its own', async () => {
      const copy = await layCopy(git, { 'a.md': 'a', 'specs/readme.md': 'base' });
      await copy.write({ ...LAID, '.specify/memory/constitution.md': 'filled in\n' });
      await copy.write({ '.specify/scripts/bash/setup-plan.sh': '#!/bin/evil\n', '.specify/new': '' });
      expect(await copy.listForeignChanges(laid)).toEqual([
        '.specify/new',
        '.specify/scripts/bash/setup-plan.sh',
      ]);
      const { commit } = await copy.importTree({ laid });
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({
        'a.md': 'a',
        'specs/readme.md': 'how to',
        '.specify/memory/constitution.md': 'filled in',
      });
    });
  });
}
