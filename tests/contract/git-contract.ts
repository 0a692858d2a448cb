import { describe, expect, it } from 'vitest';

import type { MakeGit } from '../support/git-kit.ts';
import { configurationContract } from './git-configuration.ts';
import { contentsContract } from './git-contents.ts';
import { importsContract } from './git-imports.ts';
import { laidFilesContract } from './git-laid-files.ts';
import { namesContract } from './git-names.ts';
import { pushesContract } from './git-pushes.ts';
import { refusalsContract } from './git-refusals.ts';
import { remotesContract } from './git-remotes.ts';
import { workingCopiesContract } from './git-working-copies.ts';

/** What every git promises, however it is reached. */
export function gitContract(name: string, makeGit: MakeGit): void {
  describe(`git contract on ${name}`, () => {
    it('tells its version', async () => {
      expect(await makeGit().detectVersion()).toMatch(/^\d+\.\d+\.\d+$/u);
    });

    namesContract(makeGit);
    remotesContract(makeGit);
    contentsContract(makeGit);
    workingCopiesContract(makeGit);
    importsContract(makeGit);
    configurationContract(makeGit);
    laidFilesContract(makeGit);
    refusalsContract(makeGit);
    pushesContract(makeGit);
  });
}
