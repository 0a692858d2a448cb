import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { temporaryDirectory } from '../support/git-repository.ts';
import { gitContract } from './git-contract.ts';

gitContract('the command line', (networkEnv = {}) => gitCli({ ...GIT_OPTIONS, networkEnv }));

describe('the installed git', () => {
  it.each([
    ['git version 2.38.9', '2.39.4'],
    ['git version 2.39.3 (Apple Git-145)', '2.39.4'],
    ['git version 2.43.0', '2.43.4'],
    ['git version 1.99.0', '2.39.4'],
    ['hello', '2.39.4'],
  ])('is refused when it says %j, and %s is asked for', async (says, needed) => {
    const directory = await temporaryDirectory();
    await writeFile(path.join(directory, 'git'), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
    const git = gitCli({ ...GIT_OPTIONS, path: directory });
    await expect(git.detectVersion()).rejects.toMatchObject({
      code: 'git_unavailable',
      remedy: expect.stringContaining(`git ${needed} or newer`),
    });
  });

  it.each([
    ['git version 2.39.4', '2.39.4'],
    ['git version 2.50.1 (Apple Git-155)', '2.50.1'],
    ['git version 3.0.0.rc1', '3.0.0'],
  ])('is taken when it says %j', async (says, version) => {
    const directory = await temporaryDirectory();
    await writeFile(path.join(directory, 'git'), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
    expect(await gitCli({ ...GIT_OPTIONS, path: directory }).detectVersion()).toBe(version);
  });

  it('is missing when it is not on the path', async () => {
    const git = gitCli({ ...GIT_OPTIONS, path: await temporaryDirectory() });
    await expect(git.detectVersion()).rejects.toMatchObject({
      code: 'git_unavailable',
      message: expect.stringContaining('ENOENT'),
    });
    await expect(git.inspectRemote({ repository: '/srv/app' })).rejects.toMatchObject({
      code: 'git_unavailable',
    });
  });
});
