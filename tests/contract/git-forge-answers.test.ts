import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitCli } from '../../src/git/git-cli.ts';
import { serveRepository } from '../support/git-http-server.ts';
import { fetchPristine, noSignal } from '../support/git-kit.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { git as runGit } from '../support/git-repository.ts';

const git = gitCli(GIT_OPTIONS);

/** What a server's hook prints, as a forge would, the reason that stands for, and the words that are told. */
const HOOKS = [
  {
    what: 'a protected branch',
    lines: [
      'error: GH006: Protected branch update failed for refs/heads/b.',
      '',
      '- Changes must be made through a pull request.',
    ],
    code: 'push_protected',
    words: 'Changes must be made through a pull request',
  },
  {
    what: 'a ruleset',
    lines: [
      'error: GH013: Repository rule violations found for refs/heads/b.',
      '',
      '- Cannot create ref due to creations being restricted.',
    ],
    code: 'push_protected',
    words: 'Cannot create ref',
  },
  {
    what: 'a secret',
    lines: [
      'error: GH013: Repository rule violations found for refs/heads/b.',
      '- GITHUB PUSH PROTECTION',
      '    - Push cannot contain secrets',
    ],
    code: 'push_secret_blocked',
    words: 'Push cannot contain secrets',
  },
  {
    what: 'a file that is too large',
    lines: [
      'error: GH001: Large files detected.',
      "error: File a.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB",
    ],
    code: 'push_too_large',
    words: 'a.bin is 123.45 MB',
  },
  {
    what: 'a workflow',
    lines: [
      'refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml` without `workflows` permission',
    ],
    code: 'push_workflow_denied',
    words: '.github/workflows/a.yml',
  },
  {
    what: 'an archive',
    lines: ['ERROR: This repository was archived so it is read-only.'],
    code: 'repository_archived',
    words: 'is archived',
  },
] as const;

describe('a server that refuses a push over HTTP', () => {
  it.each(HOOKS)('for $what', async ({ lines, code, words }) => {
    const { url, repository } = await serveRepository();
    await mkdir(path.join(repository, 'hooks'), { recursive: true });
    const script = `#!/bin/sh\ncat >&2 <<'END'\n${lines.join('\n')}\nEND\nexit 1\n`;
    await writeFile(path.join(repository, 'hooks', 'pre-receive'), script, { mode: 0o755 });
    const request = { ...(await fetchPristine(git, url)), repository: url, branch: 'b', expected: null };
    await expect(git.pushBranch({ ...request, signal: noSignal() })).rejects.toMatchObject({
      code,
      isTransient: false,
      message: expect.stringContaining(words),
      remedy: expect.stringContaining('runs retry {run_id} --from commit_push'),
    });
    expect(await runGit(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it.each([
    [401, 'push_denied'],
    [413, 'push_too_large'],
    [429, 'push_failed'],
    [451, 'push_denied'],
    [502, 'push_failed'],
  ])('by the status %i, in the middle', async (status, code) => {
    const { url, repository } = await serveRepository({
      intercept: ({ method, url: asked }, response) =>
        method === 'POST' &&
        asked?.endsWith('/git-receive-pack') === true &&
        Boolean(response.writeHead(status).end()),
    });
    const request = { ...(await fetchPristine(git, url)), repository: url, branch: 'b', expected: null };
    await expect(git.pushBranch({ ...request, signal: noSignal() })).rejects.toMatchObject({ code });
    expect(await runGit(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });
});
