import { describe, expect, it } from 'vitest';

import type { ExecResult } from '../lib/exec.ts';
import { pushError, readError } from './remote-errors.ts';

const REPOSITORY = '/srv/library';
const UNREADABLE = `fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
`;

function said(stderr: string): ExecResult {
  return { exitCode: 128, stdout: Buffer.alloc(0), stderr, ending: 'exited', isTruncated: false };
}

/** What git really says, the reason it stands for, and the words of it that tell why. */
const READS: readonly (readonly [string, string, string, string])[] = [
  [
    'a repository of another user',
    `fatal: detected dubious ownership in repository at '/srv/library/.git'
To add an exception for this directory, call:

\tgit config --global --add safe.directory /srv/library/.git
${UNREADABLE}`,
    'repository_foreign',
    'belongs to another user',
  ],
  [
    'a folder git may not enter',
    `fatal: cannot open '/srv/library/.git/HEAD': Permission denied\n${UNREADABLE}`,
    'clone_denied',
    "was refused: cannot open '/srv/library/.git/HEAD': Permission denied.",
  ],
  [
    'a limit, in the middle of a fetch',
    "error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429\nfatal: expected 'packfile'",
    'clone_failed',
    ': RPC failed; HTTP 429 curl 22 The requested URL returned error: 429.',
  ],
  ['a fault nobody knows', `fatal: the moon is full.\n${UNREADABLE}`, 'clone_failed', ': the moon is full.'],
  ['nothing but the general words', UNREADABLE, 'clone_failed', ': Could not read from remote repository.'],
  ['nothing at all', '', 'clone_failed', ': no message.'],
];

const PUSHES: typeof READS = [
  [
    'a repository that is read-only',
    `!\tabc:refs/heads/n\t[remote rejected] (unpacker error)
remote: error: unable to create temporary object directory
fatal: the remote end hung up unexpectedly
error: failed to push some refs to 'file:///srv/library'`,
    'push_denied',
    'was refused: unable to create temporary object directory.',
  ],
  [
    'a repository that moved away',
    `fatal: '/srv/library' does not appear to be a git repository\n${UNREADABLE}`,
    'repository_gone',
    '/srv/library is not there any more',
  ],
  [
    'a repository that was given to another user',
    `fatal: detected dubious ownership in repository at '/srv/library/.git'\n${UNREADABLE}`,
    'repository_foreign',
    'belongs to another user',
  ],
  [
    'a hook that gives its reason',
    `!\tabc:refs/heads/n\t[remote rejected] (pre-receive hook declined)
remote: no pushing on Fridays.
error: failed to push some refs to 'file:///srv/library'`,
    'push_denied',
    'was refused: no pushing on Fridays.',
  ],
];

describe('what git says of a remote', () => {
  const cases = [
    ...READS.map((row) => ['reading', row, readError(REPOSITORY, said(row[1]))] as const),
    ...PUSHES.map(
      (row) => ['pushing', row, pushError({ repository: REPOSITORY, branch: 'n' }, said(row[1]))] as const,
    ),
  ];
  for (const [doing, [what, , code, words], error] of cases) {
    it(`is told by the line that tells, when ${doing} meets ${what}`, () => {
      expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
      expect(error.message).not.toContain('..');
    });
  }
});
