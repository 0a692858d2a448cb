import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { LaidCopy } from './git-kit.ts';
import { git, makeRepository, type FileTree } from './git-repository.ts';

/** A way in which whoever may write to a working copy makes git run a program of theirs. */
export interface ExecutionVector {
  readonly name: string;
  /** `program` leaves a mark when it runs. */
  readonly plant: (copy: LaidCopy, program: string) => Promise<unknown>;
  /** Git commands an unsuspecting host would give in the working copy; the last of them runs the program. */
  readonly trigger: readonly (readonly string[])[];
  /** What the last command reads. */
  readonly input?: string;
}

/** What the repository holds before anything is planted. */
export const VECTOR_BASE: FileTree = {
  'README.md': 'readme\n',
  'specs/001/spec.md': 'spec\n',
  'vendor/x': { submodule: '5'.repeat(40) },
};

const STATUS = ['status'];
const COMMIT = ['commit', '--quiet', '--allow-empty', '-m', 'x'];

/** By where git takes the program's name from: hooks, settings, settings elsewhere, attributes, remotes, other repositories. */
export const EXECUTION_VECTORS: readonly ExecutionVector[] = [
  {
    name: 'a hook',
    plant: (copy, program) => hook(copy, '.git/hooks/pre-commit', program),
    trigger: [COMMIT],
  },
  {
    name: 'a hook of every change to a ref',
    plant: (copy, program) => hook(copy, '.git/hooks/reference-transaction', program),
    trigger: [['branch', 'x']],
  },
  {
    name: 'core.hooksPath',
    plant: async (copy, program) => {
      await hook(copy, 'tools/pre-commit', program);
      await set(copy, 'core.hooksPath', 'tools');
    },
    trigger: [COMMIT],
  },
  { name: 'core.fsmonitor', plant: setting('core.fsmonitor'), trigger: [STATUS] },
  { name: 'core.editor', plant: setting('core.editor'), trigger: [['commit', '--amend']] },
  { name: 'core.pager', plant: setting('core.pager'), trigger: [] },
  { name: 'diff.external', plant: setting('diff.external'), trigger: [['diff']] },
  {
    name: 'gpg.program',
    plant: async (copy, program) => {
      await set(copy, 'gpg.program', program);
      await set(copy, 'commit.gpgSign', 'true');
    },
    trigger: [COMMIT],
  },
  {
    name: 'an alias',
    plant: (copy, program) => set(copy, 'alias.publish', `!${program}`),
    trigger: [['publish']],
  },
  {
    name: 'credential.helper',
    plant: (copy, program) => set(copy, 'credential.helper', `!${program}`),
    trigger: [['credential', 'fill']],
    input: 'protocol=https\nhost=example.com\n\n',
  },
  {
    name: 'include.path',
    plant: async (copy, program) => {
      await copy.write({ 'tools/config': `[core]\n\tfsmonitor = ${program}\n` });
      await set(copy, 'include.path', '../tools/config');
    },
    trigger: [STATUS],
  },
  {
    name: 'config.worktree',
    plant: async (copy, program) => {
      await set(copy, 'extensions.worktreeConfig', 'true');
      await copy.write({ '.git/config.worktree': `[core]\n\tfsmonitor = ${program}\n` });
    },
    trigger: [STATUS],
  },
  {
    name: 'a .git file that leads to another repository',
    plant: async (copy, program) => {
      await rm(path.join(copy.directory, '.git'), { recursive: true });
      const other = await makeRepository({ files: { 'a.md': 'a' } });
      await git(other, 'config', 'core.fsmonitor', program);
      await copy.write({ '.git': `gitdir: ${path.join(other, '.git')}\n` });
    },
    trigger: [STATUS],
  },
  {
    name: 'a clean filter',
    plant: attribute('filter=x', 'filter.x.clean'),
    trigger: [['add', 'specs']],
  },
  {
    name: 'a smudge filter',
    plant: attribute('filter=x', 'filter.x.smudge'),
    trigger: [['checkout', '--', 'specs']],
  },
  {
    name: 'a process filter',
    plant: attribute('filter=x', 'filter.x.process'),
    trigger: [['add', 'specs']],
  },
  { name: 'a textconv driver', plant: attribute('diff=x', 'diff.x.textconv'), trigger: [['diff']] },
  { name: 'a diff driver', plant: attribute('diff=x', 'diff.x.command'), trigger: [['diff']] },
  {
    name: 'a merge driver',
    plant: async (copy, program) => {
      const file = 'specs/001/spec.md';
      await git(copy.directory, 'commit', '--quiet', '--all', '-m', 'ours');
      await git(copy.directory, 'checkout', '--quiet', '-b', 'theirs', 'HEAD~1');
      await copy.write({ [file]: 'theirs\n' });
      await git(copy.directory, 'commit', '--quiet', '--all', '-m', 'theirs');
      await git(copy.directory, 'checkout', '--quiet', '001-feature');
      await attribute('merge=x', 'merge.x.driver')(copy, program);
    },
    trigger: [['merge', 'theirs']],
  },
  {
    name: 'core.sshCommand',
    plant: async (copy, program) => {
      await set(copy, 'core.sshCommand', program);
      await set(copy, 'remote.origin.url', 'ssh://example.com/x');
    },
    trigger: [['fetch']],
  },
  {
    name: 'remote.origin.uploadpack',
    plant: remote('remote.origin.uploadpack'),
    trigger: [['fetch']],
  },
  {
    name: 'remote.origin.receivepack',
    plant: remote('remote.origin.receivepack'),
    trigger: [['push', 'origin', 'HEAD:refs/heads/x']],
  },
  {
    name: 'url.insteadOf',
    plant: async (copy, program) => {
      await set(copy, 'protocol.ext.allow', 'always');
      await set(copy, `url.ext::${program} .insteadOf`, 'file:///');
    },
    trigger: [['ls-remote', 'file:///somewhere']],
  },
  {
    name: 'a repository in the place of a submodule',
    plant: (copy, program) => nested(copy, 'vendor/x', program),
    trigger: [STATUS],
  },
  {
    name: 'a repository in a new folder',
    plant: (copy, program) => nested(copy, 'nested', program),
    trigger: [['-C', 'nested', 'status']],
  },
  {
    name: 'an embedded bare repository',
    plant: (copy, program) =>
      copy.write({
        'docs/HEAD': 'ref: refs/heads/main\n',
        'docs/objects/x': '',
        'docs/refs/x': '',
        'docs/config': `[core]\n\tbare = true\n[alias]\n\tpublish = "!${program}"\n`,
      }),
    trigger: [['-C', 'docs', 'publish']],
  },
];

function set(copy: LaidCopy, name: string, value: string): Promise<unknown> {
  return git(copy.directory, 'config', name, value);
}

function setting(name: string): ExecutionVector['plant'] {
  return (copy, program) => set(copy, name, program);
}

function attribute(value: string, name: string): ExecutionVector['plant'] {
  return async (copy, program) => {
    await rm(path.join(copy.directory, '.git/info/attributes'));
    await copy.write({ '.gitattributes': `* ${value}\n` });
    await set(copy, name, program);
  };
}

function remote(name: string): ExecutionVector['plant'] {
  return async (copy, program) => {
    await set(copy, 'remote.origin.url', copy.repository);
    await set(copy, name, program);
  };
}

async function hook(copy: LaidCopy, name: string, program: string): Promise<void> {
  const file = path.join(copy.directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\nexec ${program}\n`, { mode: 0o755 });
}

async function nested(copy: LaidCopy, name: string, program: string): Promise<void> {
  const directory = path.join(copy.directory, name);
  await mkdir(directory, { recursive: true });
  await makeRepository({ directory, files: { 'a.md': 'a' } });
  await git(directory, 'config', 'core.fsmonitor', program);
}
