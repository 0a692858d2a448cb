import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { onTestFinished, TestRunner, type TestContext } from 'vitest';

/** One file of a repository: its text or bytes, or something other than a plain file. */
export type FileContent =
  | string
  | Uint8Array
  | { readonly executable: string }
  | { readonly link: string }
  | { readonly submodule: string };

/** Files by path, with `/` between the parts. Any name git can store will do, however odd. */
export type FileTree = Readonly<Record<string, FileContent>>;

/** What to build; everything may be left out. */
export interface RepositoryPlan {
  /** The files of a single commit. None when both this and `commits` are absent: the repository is empty then. */
  readonly files?: FileTree;
  /** Several commits, oldest first, each by all the files it holds. */
  readonly commits?: readonly FileTree[];
  /** `main` when absent. */
  readonly branch?: string;
  /** A bare repository has no working tree. */
  readonly isBare?: boolean;
  /** `sha1` when absent. */
  readonly objectFormat?: 'sha1' | 'sha256';
  /** Where to build it; a temporary directory when absent. */
  readonly directory?: string;
}

/** Seconds since 1970 at which every commit made here happened: 2026-01-01. */
export const COMMIT_DATE = 1_767_225_600;
const TIMEOUT_MS = 30_000;
const PERSON = { name: 'Test Author', email: 'test@example.com' };

/** All that git learns from the environment here: no configuration of the machine, one author, one date. */
export const GIT_TEST_ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: PERSON.name,
  GIT_AUTHOR_EMAIL: PERSON.email,
  GIT_AUTHOR_DATE: `${COMMIT_DATE} +0000`,
  GIT_COMMITTER_NAME: PERSON.name,
  GIT_COMMITTER_EMAIL: PERSON.email,
  GIT_COMMITTER_DATE: `${COMMIT_DATE} +0000`,
};

/** The test something is made for, and gone with. */
export type TestOwner = Pick<TestContext, 'onTestFinished'>;

/** A directory of its own for one test, by its real path; it is gone after the test. @throws without an owner in a concurrent test */
export async function temporaryDirectory(owner: TestOwner = runningTest()): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'git-test-')));
  // Unlike Node's, this `rm` also removes folders deeper than a path can be long.
  owner.onTestFinished(async () => void (await once(spawn('rm', ['-rf', '--', directory]), 'close')));
  return directory;
}

/** Of concurrent tests the runner knows only the one that began last: what it made would go when another one ends. */
function runningTest(): TestOwner {
  if (TestRunner.getCurrentTest()?.concurrent === true) {
    throw new Error('a concurrent test must say itself whose the directory is: hand over its context.');
  }
  return { onTestFinished };
}

/** Build a real repository and return its directory. The same plan gives the same commit ids. */
export async function makeRepository(plan: RepositoryPlan = {}): Promise<string> {
  const { branch = 'main', isBare = false, objectFormat = 'sha1' } = plan;
  const directory = plan.directory ?? path.join(await temporaryDirectory(), 'repository');
  const form = [
    `--initial-branch=${branch}`,
    `--object-format=${objectFormat}`,
    ...(isBare ? ['--bare'] : []),
  ];
  await git(path.dirname(directory), 'init', '--quiet', '--template=', ...form, '--', directory);
  const commits = plan.commits ?? (plan.files === undefined ? [] : [plan.files]);
  if (commits.length === 0) return directory;
  await importStream(directory, Buffer.concat(commits.map((files) => commitCommand(branch, files))));
  if (!isBare) await git(directory, 'reset', '--quiet', '--hard');
  return directory;
}

/** Run git in a directory and return what it printed, without the line break at the end. @throws when it fails */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryGit(directory, args);
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout.toString('utf8').replace(/\n$/u, '');
}

/** Run git and return how it went; a failure is a value. */
export async function tryGit(
  directory: string,
  args: readonly string[],
  more: { readonly input?: Uint8Array | string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly exitCode: number | null; readonly stdout: Buffer; readonly stderr: string }> {
  const env = { ...GIT_TEST_ENV, ...more.env };
  const child = spawn('git', args, { cwd: directory, env, timeout: TIMEOUT_MS });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  // Git may end before it has read everything; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(more.input ?? '');
  const [exitCode, stdout, stderr] = await Promise.all([closed, buffer(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** Feed `git fast-import`: the way to thousands of commits or to objects no porcelain would write. */
export async function importStream(directory: string, stream: Uint8Array | string): Promise<void> {
  const { exitCode, stderr } = await tryGit(directory, ['fast-import', '--quiet', '--force'], {
    input: stream,
  });
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${exitCode}: ${stderr}`);
}

/** Write one object as it is, however flawed, and return its id. */
export async function writeObject(
  directory: string,
  type: 'blob' | 'tree' | 'commit',
  content: Uint8Array | string,
): Promise<string> {
  const args = ['hash-object', '-w', '--literally', '--stdin', '-t', type];
  const { exitCode, stdout, stderr } = await tryGit(directory, args, { input: content });
  if (exitCode !== 0) throw new Error(`git hash-object ended with ${exitCode}: ${stderr}`);
  return stdout.toString('utf8').trim();
}

/** One line of a tree object; the name may be any bytes. */
export function treeEntry(mode: string, name: Uint8Array | string, objectId: string): Buffer {
  return Buffer.concat([
    Buffer.from(`${mode} `),
    Buffer.from(name),
    Buffer.from([0]),
    Buffer.from(objectId, 'hex'),
  ]);
}

function commitCommand(branch: string, files: FileTree): Buffer {
  const person = `${PERSON.name} <${PERSON.email}> ${COMMIT_DATE} +0000`;
  const head = `commit refs/heads/${branch}\ncommitter ${person}\ndata 7\ncommit\ndeleteall\n`;
  return Buffer.concat([Buffer.from(head), ...Object.entries(files).map(fileCommand)]);
}

function fileCommand([name, content]: readonly [string, FileContent]): Buffer {
  const quoted = `"${name.replaceAll(/[\\"\n]/gu, escapeCharacter)}"`;
  if (typeof content === 'object' && 'submodule' in content)
    return Buffer.from(`M 160000 ${content.submodule} ${quoted}\n`);
  const [mode, bytes] = modeAndBytes(content);
  return Buffer.concat([
    Buffer.from(`M ${mode} inline ${quoted}\ndata ${bytes.byteLength}\n`),
    bytes,
    Buffer.from('\n'),
  ]);
}

function escapeCharacter(character: string): string {
  return character === '\n' ? String.raw`\n` : `\\${character}`;
}

function modeAndBytes(
  content: Exclude<FileContent, { readonly submodule: string }>,
): readonly [string, Uint8Array] {
  if (typeof content === 'string') return ['100644', Buffer.from(content)];
  if (content instanceof Uint8Array) return ['100644', content];
  if ('link' in content) return ['120000', Buffer.from(content.link)];
  return ['100755', Buffer.from(content.executable)];
}

/** All files of a commit with their texts. */
export async function textsOf(gitDirectory: string, commit: string): Promise<Record<string, string>> {
  const listed = await git(gitDirectory, 'ls-tree', '-r', '-z', '--name-only', commit);
  const textOf = (name: string) => git(gitDirectory, 'show', `${commit}:${name}`);
  const texts = listed
    .split('\0')
    .slice(0, -1)
    .map(async (name) => [name, await textOf(name)] as const);
  return Object.fromEntries(await Promise.all(texts));
}
