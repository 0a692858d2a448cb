import { describe, expect, it } from 'vitest';

import type { ExecResult } from '../lib/exec.ts';
import { pushError, readError } from './remote-errors.ts';

const REPOSITORY = 'https://github.com/o/n';
const FAILED = `error: failed to push some refs to '${REPOSITORY}'`;
const HOST = `unable to access '${REPOSITORY}/': The requested URL returned error`;
const RULES = `remote: error: GH013: Repository rule violations found for refs/heads/b.        \nremote: `;
const SECRETS = `remote: - GITHUB PUSH PROTECTION        \nremote:   —————————————————        \nremote:     Resolve the following violations before pushing again        \nremote: `;

function rejected(why: string): string {
  return `!\tabc:refs/heads/b\t[remote rejected] (${why})\nDone`;
}

/** What is said, which reason it stands for, whether it may pass, and the words that are told. */
const PUSHES: readonly (readonly [string, string, string])[] = [
  [
    `${rejected('pre-receive hook declined')}\nremote: error: GH001: Large files detected. You may want to try Git Large File Storage.        \nremote: error: File specs/a.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB        \n${FAILED}`,
    'push_too_large',
    'File specs/a.bin is 123.45 MB',
  ],
  [`remote: error: GH001: Large files detected.\n${FAILED}`, 'push_too_large', 'Large files detected'],
  [`remote: fatal: pack exceeds maximum allowed size (2.00 GiB)\n${FAILED}`, 'push_too_large', '2.00 GiB'],
  [
    `error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\n${FAILED}`,
    'push_too_large',
    '413',
  ],
  [
    `${rejected('protected branch hook declined')}\nremote: error: GH006: Protected branch update failed for refs/heads/b.        \nremote: error: Changes must be made through a pull request.        \n${FAILED}`,
    'push_protected',
    'Changes must be made through a pull request.',
  ],
  [
    `${rejected('protected branch hook declined')}\nremote: error: GH006: Protected branch update failed for refs/heads/b.\nremote: \nremote: - Changes must be made through a pull request.\n${FAILED}`,
    'push_protected',
    ': Changes must be made through a pull request.',
  ],
  [
    `${rejected('push declined due to repository rule violations')}\n${RULES}\nremote: - Commits must have verified signatures.        \nremote: \n${FAILED}`,
    'push_protected',
    ': Commits must have verified signatures.',
  ],
  [`${rejected('push declined due to repository rule violations')}\n${FAILED}`, 'push_protected', ''],
  [
    `${rejected('pre-receive hook declined')}\nremote: error: GH003: Sorry, force-pushing to b is not allowed.\n${FAILED}`,
    'push_protected',
    'force-pushing to b',
  ],
  [`${rejected('non-fast-forward')}\n${FAILED}`, 'push_protected', ''],
  [
    `${rejected('push declined due to repository rule violations')}\n${RULES}\n${SECRETS}\nremote:     - Push cannot contain secrets        \nremote: \nremote:        (?) To push, remove secret from commit(s)        \n${FAILED}`,
    'push_secret_blocked',
    ': Push cannot contain secrets.',
  ],
  [`${RULES}\n${SECRETS}\n${FAILED}`, 'push_secret_blocked', 'GITHUB PUSH PROTECTION'],
  [
    `${RULES}\n${SECRETS}\nremote:     - File path is restricted        \n${FAILED}`,
    'push_protected',
    'File path is restricted',
  ],
  [
    `remote: error GH009: Secrets detected! This push failed.\n${FAILED}`,
    'push_secret_blocked',
    'Secrets detected',
  ],
  ...['a GitHub App', 'an OAuth App', 'a Personal Access Token'].map(
    (who) =>
      [
        `${rejected(`refusing to allow ${who} to create or update workflow \`.github/workflows/a.yml\` without \`workflow\` scope`)}\n${FAILED}`,
        'push_workflow_denied',
        '.github/workflows/a.yml',
      ] as const,
  ),
  [
    `remote: This repository was archived so it is read-only.\nfatal: ${HOST}: 403`,
    'repository_archived',
    'is archived',
  ],
  [
    `remote: Permission to o/n.git denied to x.\nfatal: ${HOST}: 403`,
    'push_denied',
    'Permission to o/n.git denied to x',
  ],
  [
    `remote: Write access to repository not granted.\nfatal: ${HOST}: 403`,
    'push_denied',
    'Write access to repository not granted',
  ],
  [`fatal: ${HOST}: 403`, 'push_denied', '403'],
  [`remote: Repository not found.\nfatal: repository '${REPOSITORY}/' not found`, 'push_denied', 'not found'],
  [
    `remote: Invalid username or token. Password authentication is not supported for Git operations.\nfatal: Authentication failed for '${REPOSITORY}/'`,
    'push_unauthorized',
    'Invalid username or token',
  ],
  [
    `error: RPC failed; HTTP 401 curl 22 The requested URL returned error: 401\n${FAILED}`,
    'push_unauthorized',
    '401',
  ],
  [
    `fatal: could not read Username for 'https://github.com': terminal prompts disabled`,
    'push_denied',
    'Username',
  ],
  [`fatal: ${HOST}: 429`, 'push_failed', '429'],
  [
    `remote: This request was rate-limited due to too many requests. Try again later.\nfatal: ${HOST}: 429`,
    'push_failed',
    '429',
  ],
  ...[500, 502, 503, 504].map((status) => [`fatal: ${HOST}: ${status}`, 'push_failed', `${status}`] as const),
  [
    `error: RPC failed; curl 56 OpenSSL SSL_read: Connection reset by peer, errno 104\nfatal: the remote end hung up unexpectedly`,
    'push_failed',
    'Connection reset by peer',
  ],
  [`remote: Internal Server Error\nEverything up-to-date\n${FAILED}`, 'push_failed', 'Internal Server Error'],
];

const READS: typeof PUSHES = [
  [`remote: Repository not found.\nfatal: repository '${REPOSITORY}/' not found`, 'repository_not_found', ''],
  [`fatal: ${HOST}: 403`, 'clone_denied', '403'],
  [
    `remote: Invalid username or token. Password authentication is not supported for Git operations.\nfatal: Authentication failed for '${REPOSITORY}/'`,
    'clone_denied',
    'Invalid username or token',
  ],
  [`remote: Repository access blocked.\nfatal: ${HOST}: 451`, 'clone_denied', 'access blocked'],
  [
    `fatal: could not read Username for 'https://github.com': terminal prompts disabled`,
    'clone_denied',
    'Username',
  ],
  [`fatal: ${HOST}: 302`, 'clone_denied', '302'],
  [`fatal: ${HOST}: 429`, 'clone_failed', '429'],
  [
    `error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429\nfatal: expected 'packfile'`,
    'clone_failed',
    '',
  ],
  [`fatal: ${HOST}: 502`, 'clone_failed', '502'],
  [`error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly\nfatal: early EOF`, 'clone_failed', ''],
  [
    `fatal: unable to access '${REPOSITORY}/': Could not resolve host: github.com`,
    'clone_failed',
    'Could not resolve',
  ],
];

const PASSING = new Set(['push_failed', 'push_unauthorized', 'clone_failed']);

describe('what a forge answers', () => {
  it.each(PUSHES)('to a push: %j is %s', (stderr, code, words) => {
    const error = pushError({ repository: REPOSITORY, branch: 'b' }, said(stderr));
    expect(error).toMatchObject({
      code,
      isTransient: PASSING.has(code),
      message: expect.stringContaining(words),
    });
    expect(error.message).not.toMatch(/\{\w+\}|\.\.|failed to push some refs/u);
    expect(error.remedy).toContain('runs retry {run_id} --from commit_push');
  });

  it.each(READS)('to a fetch: %j is %s', (stderr, code, words) => {
    const error = readError(REPOSITORY, said(stderr));
    expect(error).toMatchObject({
      code,
      isTransient: PASSING.has(code),
      message: expect.stringContaining(words),
    });
  });
});

function said(stderr: string): ExecResult {
  return { exitCode: 128, stdout: Buffer.alloc(0), stderr, ending: 'exited', isTruncated: false };
}
