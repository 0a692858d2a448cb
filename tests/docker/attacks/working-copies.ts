import path from 'node:path';

import { ALLOWED_PREFIXES } from '../../../src/domain/publish-policy.ts';
import { gitCli } from '../../../src/git/git-cli.ts';
import type { ImportedTree } from '../../../src/git/port.ts';
import { GIT_OPTIONS } from '../../support/git-options.ts';
import { makeRepository, type FileTree } from '../../support/git-repository.ts';
import type { Rig } from './rig.ts';

/** Imports of one repository, as the engine makes them. */
export interface Imports {
  readonly importFrom: (directory: string) => Promise<ImportedTree>;
}

/** A repository in the rig, fetched as a run does. */
export async function openImports(rig: Rig, files: FileTree): Promise<Imports> {
  const git = gitCli(GIT_OPTIONS);
  const { signal } = new AbortController();
  const repository = await makeRepository({ files, directory: path.join(rig.root, 'repository') });
  const gitDirectory = path.join(rig.root, 'pristine');
  const { commit } = await git.fetchBase({ gitDirectory, repository, branch: 'main', signal });
  let imports = 0;
  return {
    importFrom(directory) {
      imports += 1;
      return git.importTree({
        gitDirectory,
        directory,
        parent: commit,
        ref: `refs/spec-automation/i${imports}`,
        message: 'attack',
        author: { name: 'Test', email: 'test@example.com' },
        dateMs: 0,
        allowedPrefixes: ALLOWED_PREFIXES,
      });
    },
  };
}
