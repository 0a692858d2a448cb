import type { GitOptions } from '../../src/git/git-command.ts';

/** What the git under test is told; nothing is kept from one clone for the next. */
export const GIT_OPTIONS: GitOptions = {
  path: process.env['PATH'] ?? '/usr/bin:/bin',
  networkEnv: {},
  forgeUrl: 'https://github.com',
  cacheDirectory: undefined,
};
