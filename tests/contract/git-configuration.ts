import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { layCopy, type MakeGit } from '../support/git-kit.ts';
import { git as runGit, textsOf } from '../support/git-repository.ts';

const FILES = {
  'a.md': 'a',
  '.codex/config.toml': 'notify = ["evil"]\n',
  '.mcp.json': '{}',
  'specs/001/a.md': 'a',
  'specs/001/.claude/settings.json': '{}',
};

/** Agent configuration that was taken out of a working copy: nobody did that but us. */
export function configurationContract(makeGit: MakeGit): void {
  const git = makeGit();
  const laid = async () => {
    const copy = await layCopy(git, FILES);
    for (const name of ['.codex', '.mcp.json', 'specs/001/.claude'])
      await rm(path.join(copy.directory, name), { recursive: true });
    return copy;
  };

  describe('agent configuration that is gone from a working copy', () => {
    it('is no change to anybody, and does not come back with the rest', async () => {
      const copy = await laid();
      expect(await copy.listForeignChanges()).toEqual([]);
      expect(await runGit(copy.directory, 'status', '--porcelain')).toBe('');
      await runGit(copy.directory, 'checkout', '--', '.');
      await runGit(copy.directory, 'reset', '--quiet', '--hard');
      expect((await readdir(copy.directory)).toSorted()).toEqual(['.git', 'a.md', 'specs']);
    });

    it('stays in the result as it was', async () => {
      const copy = await laid();
      expect(await copy.importTree()).toEqual({ commit: copy.commit, changedPaths: [] });
      await copy.write({ 'specs/001/a.md': 'b' });
      const { commit, changedPaths } = await copy.importTree();
      expect(changedPaths).toEqual(['specs/001/a.md']);
      expect(await textsOf(copy.gitDirectory, commit)).toEqual({
        ...Object.fromEntries(Object.entries(FILES).map(([name, text]) => [name, text.trimEnd()])),
        'specs/001/a.md': 'b',
      });
    });

    it('is told when the agent writes its own, and refused below the allowed folders', async () => {
      const copy = await laid();
      await copy.write({ '.codex/config.toml': 'mine', '.gemini/settings.json': '{}' });
      expect(await copy.listForeignChanges()).toEqual(['.codex/config.toml', '.gemini/']);
      await copy.write({ 'specs/001/.claude/settings.json': '{"hooks":{}}' });
      await expect(copy.importTree()).rejects.toMatchObject({
        code: 'policy_refused',
        message: expect.stringContaining('agents would obey a file of this name'),
      });
    });
  });
}
