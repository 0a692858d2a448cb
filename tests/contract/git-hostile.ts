import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError } from '../../src/domain/app-error.ts';
import { validateBranch, validateFeature } from '../../src/domain/validate.ts';
import { fetchPristine, layCopy, noSignal, type MakeGit } from '../support/git-kit.ts';
import { git as runGit, makeRepository, temporaryDirectory, tryGit } from '../support/git-repository.ts';
import { EXECUTION_VECTORS, VECTOR_BASE, type ExecutionVector } from '../support/git-vectors.ts';

/** What an agent or a caller may plant, and what must never come of it. */
export function hostileContract(makeGit: MakeGit): void {
  const git = makeGit();

  describe('a program planted in the working copy', () => {
    it.each(EXECUTION_VECTORS)('as $name is never run', async (vector) => {
      const { copy, wasRun } = await plant(vector);
      const { gitDirectory, repository, directory } = copy;
      const { commit } = await copy.importTree();
      await copy.listForeignChanges();
      await git.diff({ gitDirectory, from: copy.commit, to: commit });
      await git.pushBranch({
        gitDirectory,
        repository,
        commit,
        branch: 'result',
        expected: null,
        signal: noSignal(),
      });
      const again = path.join(directory, '../again');
      await git.layWorkingCopy({ gitDirectory, commit, directory: again, branch: 'b' });
      expect(await wasRun()).toBe(false);
      expect(await runGit(repository, 'show', 'result:specs/001/spec.md')).toBe('changed');
    });

    it.each(EXECUTION_VECTORS.filter((vector) => vector.trigger.length > 0))(
      'as $name is run by a host that uses git in the working copy',
      async (vector) => {
        const { copy, wasRun } = await plant(vector);
        const env = { GIT_TERMINAL_PROMPT: '0' };
        for (const args of vector.trigger)
          await tryGit(copy.directory, args, { env, ...(vector.input && { input: vector.input }) });
        expect(await wasRun()).toBe(true);
      },
    );
  });

  describe('a hostile name', () => {
    it('of a repository is refused, or is a path or URL of a known form', async () => {
      const { names } = await hostileNames();
      await fc.assert(
        fc.asyncProperty(names, async (name) => {
          const canonical = await git.canonicalRepository(name, '/nonexistent').catch(demandAppError);
          expect(canonical ?? '/').toMatch(/^(?:\/|https:\/\/[^-@]|http:\/\/(?:127\.|localhost|\[::1))/u);
        }),
        { numRuns: 3_000 },
      );
    });

    it('of a branch or a feature is refused, or git would take it for a plain name', async () => {
      const { names } = await hostileNames();
      fc.assert(
        fc.property(names, (name) => {
          for (const validate of [validateBranch, validateFeature])
            try {
              expect(validate(name)).toMatch(/^[^-\s~^:?*[\\\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u);
            } catch (error) {
              demandAppError(error);
            }
        }),
        { numRuns: 10_000 },
      );
    });

    it('runs nothing and moves nothing, even if it gets as far as git', async () => {
      const { names, wasRun, examples } = await hostileNames();
      const repository = await makeRepository({ files: { 'a.md': 'a' }, isBare: true });
      const { gitDirectory, commit } = await fetchPristine(git, repository);
      const main = await runGit(repository, 'rev-parse', 'main');
      const use = async (name: string) => {
        const scratch = path.join(gitDirectory, '../scratch');
        const signal = noSignal();
        await git.inspectRemote({ repository: name }).catch(demandAppError);
        await git
          .fetchBase({ gitDirectory: scratch, repository, branch: name, signal })
          .catch(demandAppError);
        await git
          .pushBranch({ gitDirectory, repository, commit, branch: name, expected: null, signal })
          .catch(demandAppError);
        await git.hasCommit(gitDirectory, name);
        await git.listTree({ gitDirectory, commit, prefix: name }).catch(demandAppError);
        await git.readBlobs({ gitDirectory, objectIds: [name] });
        await git.diff({ gitDirectory, from: name, to: commit }).catch(demandAppError);
        expect(await wasRun()).toBe(false);
        expect(await runGit(repository, 'rev-parse', 'refs/heads/main')).toBe(main);
      };
      for (const example of examples) await use(example);
      // No argument can hold a NUL.
      const arguable = names.filter((name) => !name.includes('\0'));
      await fc.assert(fc.asyncProperty(arguable, use), { numRuns: 40 });
    });
  });

  /** A changed working copy with the vector planted, and whether the planted program was run. */
  async function plant(vector: ExecutionVector) {
    const { program, wasRun } = await markingProgram();
    const copy = await layCopy(git, VECTOR_BASE);
    await copy.write({ 'specs/001/spec.md': 'changed\n' });
    await vector.plant(copy, program);
    return { copy, wasRun };
  }
}

async function markingProgram() {
  const directory = await temporaryDirectory();
  const [program, mark] = [path.join(directory, 'program'), path.join(directory, 'mark')];
  await writeFile(program, `#!/bin/sh\n: >'${mark}'\n`, { mode: 0o755 });
  const wasRun = () =>
    access(mark).then(
      () => true,
      () => false,
    );
  return { program, wasRun };
}

/** Names made of what shells, git and URL parsers give a meaning to, with a program in them that leaves a mark. */
async function hostileNames() {
  const { program, wasRun } = await markingProgram();
  const examples = [
    `--upload-pack=${program}`,
    `--receive-pack=${program}`,
    `--exec=${program}`,
    `-u${program}`,
    `-c core.fsmonitor=${program}`,
    `ext::${program}`,
    `ssh://-oProxyCommand=${program}/x`,
    `-oProxyCommand=${program}`,
    `file://${program}`,
    `$(${program})`,
    `\`${program}\``,
    `x; ${program}`,
    `x | ${program}`,
    `x\n${program}`,
    `main:refs/heads/main`,
    `../heads/main`,
    `+main`,
    `*`,
    'HEAD',
    '@{-1}',
    'x@{upstream}',
    '--output=x',
    '',
  ];
  const pieces = [
    '-',
    '--',
    '/',
    '..',
    '@',
    '@{',
    ':',
    '::',
    '~',
    '^',
    '*',
    '[',
    '\\',
    ' ',
    '\n',
    '\0',
    '=',
    '$',
    ';',
  ];
  const words = [
    'main',
    'HEAD',
    'refs/heads/',
    '.lock',
    '.git',
    'ext::',
    'file://',
    'https://',
    'http://',
    'ssh://',
  ];
  const bits = ['\u{2024}', '\u{FF0F}', '\u{202E}', '%2e', '%00', '%0a', '127.0.0.1', 'user:pw@', '?', '#'];
  const piece = fc.oneof(
    fc.constantFrom(...pieces, ...words, ...bits),
    fc.constantFrom(...examples),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const names = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  return { names, examples, wasRun };
}

/** Anything but an error of ours, with a remedy, is a bug. */
function demandAppError(thrown: unknown): undefined {
  if (!(thrown instanceof AppError)) throw thrown;
}
