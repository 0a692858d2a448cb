import { describe, expect, it } from 'vitest';

import { isLaid, scaffoldProblem } from './scaffold.ts';

const filesOf = (...names: readonly string[]) => new Map(names.map((name) => [name, new Uint8Array(10)]));
const many = (count: number) => filesOf(...Array.from({ length: count }, (_, index) => `.specify/${index}`));

describe('a scaffold', () => {
  it('is taken when its names and size are those of a scaffold', () => {
    expect(scaffoldProblem(filesOf())).toBeUndefined();
    expect(
      scaffoldProblem(filesOf('.specify/a', '.specify/b/c', '.agents/skills/x/SKILL.md')),
    ).toBeUndefined();
    expect(scaffoldProblem(many(500))).toBeUndefined();
  });

  it.each([
    ['with too many files', many(501), 'it has 501 files, and at most 500 may be'],
    ['too large', new Map([['a', new Uint8Array(8_388_609)]]), 'it has 8388609 bytes'],
    ['with a way out', filesOf('a/../../b'), "of a file, a part of its name is '.' or '..'"],
    ['with an absolute path', filesOf('/etc/passwd'), 'of a file, a part of its name is empty'],
    ['with a hook of git', filesOf('.git/hooks/x'), 'of a file, a part of its name means .git'],
    ['with two names of one file', filesOf('.specify/A', '.specify/a'), 'some systems cannot tell'],
    ['with a file where a folder is', filesOf('.specify/a', '.specify/A/b'), 'some systems cannot tell'],
  ])('%s is refused', (_how, files, problem) => expect(scaffoldProblem(files)).toContain(problem));

  it.each([
    '.specify/scripts/bash/setup-plan.sh',
    '.specify/scripts/bash/common.sh',
    '.specify/templates/spec-template.md',
    '.specify/memory/constitution.md',
    '.specify/init-options.json',
    '.speckit/commands/speckit.plan.md',
  ])('lays %s', (path) => expect(isLaid(path)).toBe(true));

  it.each([
    '.specify/scripts/bash/create-new-feature.sh',
    '.specify/scripts/powershell/create-new-feature.ps1',
    '.specify/scripts/python/create_new_feature.py',
    '.specify/scripts/bash/create-new-feature-branch.sh',
    '.specify/extensions.yml',
    '.specify/extensions/git/scripts/bash/create-new-feature-branch.sh',
    '.specify/extensions/.registry',
    '.specify/workflows/speckit/workflow.yml',
    '.specify/feature.json',
    '.agents/skills/speckit-plan/SKILL.md',
    '.claude/skills/speckit-plan/SKILL.md',
  ])('does not lay %s', (path) => expect(isLaid(path)).toBe(false));
});
