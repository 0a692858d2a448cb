import { spawn } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';

/** How large the repository is. */
export interface CloneRepositoryPlan {
  readonly directory: string;
  readonly files: number;
  readonly commits: number;
}

const FOLDERS = 40;
const LEAST_BYTES = 4_096;
const MORE_BYTES = 12_288;
const DATE = 1_767_225_600;

/**
 * A bare repository whose first commit has all files, and each later one another version of one of them. The bytes look like chance, so
 * that nothing compresses away, and are the same each time.
 */
export async function makeCloneRepository({ directory, files, commits }: CloneRepositoryPlan): Promise<void> {
  await git(['init', '--quiet', '--bare', '--initial-branch=main', '--', directory]);
  await importCommits(directory, function* stream() {
    for (let number = 0; number < commits; number += 1)
      yield commitCommand(
        number,
        number === 0 ? Array.from({ length: files }, (_, file) => file) : [number % files],
      );
  });
}

/** One more commit, which changes some files. */
export async function addCommit(directory: string, number: number, changed: number): Promise<void> {
  const files = Array.from({ length: changed }, (_, file) => file);
  await importCommits(directory, function* stream() {
    yield Buffer.concat([
      Buffer.from('reset refs/heads/main\nfrom refs/heads/main^0\n\n'),
      commitCommand(number, files),
    ]);
  });
}

function commitCommand(number: number, files: readonly number[]): Buffer {
  const head = `commit refs/heads/main\ncommitter A <a@b> ${DATE + number} +0000\ndata 1\nx\n`;
  return Buffer.concat([Buffer.from(head), ...files.map((file) => fileCommand(number, file))]);
}

function fileCommand(commit: number, file: number): Buffer {
  const key = createHash('sha256').update(`${commit} ${file}`).digest();
  const length = LEAST_BYTES + (createHash('sha256').update(`${file}`).digest().readUInt32BE() % MORE_BYTES);
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
  const name = `folder-${file % FOLDERS}/file-${file}`;
  return Buffer.concat([Buffer.from(`M 644 inline ${name}\ndata ${length}\n`), bytes, Buffer.from('\n')]);
}

async function importCommits(directory: string, commands: () => Iterable<Buffer>): Promise<void> {
  const child = spawn('git', [`--git-dir=${directory}`, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const closed = once(child, 'close');
  for (const command of commands()) if (!child.stdin.write(command)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [exitCode] = await closed;
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${exitCode}`);
}

async function git(args: readonly string[]): Promise<void> {
  const [exitCode] = await once(spawn('git', args, { stdio: 'inherit' }), 'close');
  if (exitCode !== 0) throw new Error(`git ${args[0]} ended with ${exitCode}`);
}
