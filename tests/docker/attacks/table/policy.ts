import path from 'node:path';

import { AppError } from '../../../../src/domain/app-error.ts';
import { git, tryGit } from '../../../support/git-repository.ts';
import type { Attack } from '../attack.ts';
import type { Rig } from '../rig.ts';
import { openImports } from '../working-copies.ts';

/** What an agent leaves in a working copy, and what has to become of it. */
interface PolicyCase {
  readonly name: string;
  /** Bash, in the folder of the copy. */
  readonly script: string;
  readonly expected: 'refused' | 'left out' | 'published';
  /** Why plain git would not take it either. */
  readonly noControl?: string;
}

const BASE = {
  'README.md': 'readme\n',
  'specs/001/spec.md': 'spec\n',
  'specs/001/Straße.md': 'street\n',
  'Docs/a.md': 'a\n',
};
const row = (
  name: string,
  script: string,
  rest: PolicyCase['expected'] | Pick<PolicyCase, 'expected' | 'noControl'>,
): PolicyCase => ({ name, script, ...(typeof rest === 'string' ? { expected: rest } : rest) });
const outside = (place: string) =>
  row(place, `mkdir -p "$(dirname '${place}')"; echo evil > '${place}'`, 'left out');
const named = (name: string, noControl?: string) =>
  row(
    JSON.stringify(name),
    `d=$'specs/001/${escaped(name)}'; mkdir -p "$d" && echo x > "$d/config"`,
    noControl === undefined ? 'refused' : { expected: 'refused', noControl },
  );
const GIT_REFUSES = 'git itself takes no folder of this name';

/** Forty ways around it, and three that are none. */
const CASES: readonly PolicyCase[] = [
  ...[
    '.github/workflows/ci.yml',
    '.GitHub/workflows/ci.yml',
    'CODEOWNERS',
    '.github/CODEOWNERS',
    'package.json',
    'Makefile',
    '.claude/settings.json',
    '.codex/config.toml',
    '.mcp.json',
    '.vscode/tasks.json',
    '.husky/pre-commit',
    '.gitmodules',
    '.gitattributes',
    'specs.md',
    'spec/x.md',
    '.specify/scripts/run.sh',
    'src/evil.js',
    'README.md',
  ].map(outside),
  ...['.git', '.GIT', '.Git'].map((name) => named(name, GIT_REFUSES)),
  ...['git~1', '.git ', '.g\u{200C}it'].map((name) => named(name, GIT_REFUSES)),
  ...['line\nbreak', 'back\\slash', ' space', 'right\u{202E}left', 'tab\t'].map((name) => named(name)),
  row('a new .gitattributes', 'echo "* filter=x" > specs/.gitattributes', 'refused'),
  row('a link to a file of the host', 'ln -s /etc/shadow specs/001/x.md', 'refused'),
  row('a link to a folder of the host', 'ln -s /etc specs/001/etc', 'refused'),
  row('a link in place of the folder', 'mv specs old; ln -s old specs', 'refused'),
  row('a new executable', 'echo x > specs/x.sh; chmod +x specs/x.sh', 'refused'),
  row('a file made executable', 'chmod 755 specs/001/spec.md; echo y >> specs/001/spec.md', 'refused'),
  row('names that differ in case', 'echo x > specs/001/SPEC.md', 'refused'),
  row(
    'names that differ in composition',
    "echo x > $'specs/\\u00e9.md'; echo y > $'specs/e\\u0301.md'",
    'refused',
  ),
  row('names that differ in the sharp s', 'echo x > specs/001/strasse.md', 'refused'),
  row('a name that is not UTF-8', "echo x > $'specs/\\xff.md'", 'refused'),
  row('101 files', 'for i in $(seq 101); do echo $i > specs/001/$i.md; done', 'refused'),
  row('more than 4 MiB', 'head -c 5M /dev/zero > specs/001/big.md', 'refused'),
  row(
    'a folder that looks like a repository',
    'mkdir -p specs/r/objects specs/r/refs; echo x | tee specs/r/HEAD specs/r/objects/x > specs/r/refs/x',
    'refused',
  ),
  row('a pipe', 'mkfifo specs/001/pipe', {
    expected: 'refused',
    noControl: 'git passes over pipes',
  }),
  row('a new document', 'echo x > specs/001/plan.md', 'published'),
  row('a memory file', 'mkdir -p .specify/memory; echo x > .specify/memory/constitution.md', 'published'),
  row('a document changed', 'echo more >> specs/001/spec.md', 'published'),
];

export const POLICY: readonly Attack[] = [
  {
    id: 'T-42',
    attempted: `get around the publish policy: ${CASES.filter(({ expected }) => expected !== 'published').length} ways`,
    control: { off: 'plain git add of the same working copies' },
    isQuick: true,
    async attempt(rig) {
      const script = CASES.map(
        ({ script: body }, index) => `
mkdir -p /work/repo/c${index} && cd /work/repo/c${index} && mkdir -p specs/001 Docs
echo readme > README.md; echo spec > specs/001/spec.md; echo street > specs/001/Straße.md; echo a > Docs/a.md
${body}`,
      ).join('\n');
      const { hasRun, command, result } = await rig.execute(script);
      if (!hasRun) throw new Error(`the cases were not made: ${result.stderr}`);
      return rig.isLoose
        ? withPlainGit(rig, command.workingDirectory)
        : withPolicy(rig, command.workingDirectory);
    },
  },
];

async function withPolicy(rig: Rig, directory: string) {
  const imports = await openImports(rig, BASE);
  const wrong: string[] = [];
  for (const [index, { name, expected }] of CASES.entries()) {
    const seen = await imports.importFrom(path.join(directory, `c${index}`)).then(
      ({ changedPaths }) => (changedPaths.length === 0 ? 'left out' : 'published'),
      (thrown: unknown) =>
        thrown instanceof AppError && thrown.code === 'policy_refused' ? 'refused' : String(thrown),
    );
    if (seen !== expected) wrong.push(`${name}: ${seen}`);
  }
  return {
    hasSucceeded: wrong.length > 0,
    evidence: wrong.join('; ') || `${CASES.length} of ${CASES.length} as expected`,
  };
}

/** Succeeds when git takes every case there is a control for. */
async function withPlainGit(rig: Rig, directory: string) {
  const missed: string[] = [];
  const controlled = CASES.filter(({ noControl }) => noControl === undefined);
  for (const [index, each] of CASES.entries()) {
    if (!controlled.includes(each)) continue;
    const [gitDirectory, copy] = [path.join(rig.root, `g${index}.git`), path.join(directory, `c${index}`)];
    await git(rig.root, 'init', '--quiet', '--bare', '--template=', gitDirectory);
    const at = ['--git-dir', gitDirectory, '--work-tree', copy];
    await tryGit(copy, [...at, 'add', '--all', '--force']);
    const { stdout } = await tryGit(copy, [...at, 'ls-files', '--stage']);
    const base = Object.keys(BASE).length;
    const lines = stdout.toString().split('\n').filter(Boolean);
    const isTaken =
      lines.length > base ||
      lines.some((line) => /^(?:120000|100755)/u.test(line)) ||
      each.name === 'README.md' ||
      each.expected === 'published';
    if (!isTaken) missed.push(each.name);
  }
  return {
    hasSucceeded: missed.length === 0,
    evidence: `git took ${controlled.length - missed.length} of ${controlled.length}${missed.length > 0 ? `, not ${missed.join()}` : ''}`,
  };
}

function escaped(name: string): string {
  return Array.from(name)
    .map((letter) =>
      /[\w.~]/u.test(letter) ? letter : `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    )
    .join('');
}
