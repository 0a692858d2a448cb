import { gitOutput, gitOutputUpTo, type RunGit } from './git-command.ts';
import type { Git, ReadBlobs, TreeEntry } from './port.ts';

const LISTING_MAX_BYTES = 256 * 1024 * 1024;
const STAT_MAX_BYTES = 256 * 1024;
const PATCH_MAX_BYTES = 8 * 1024 * 1024;
/** Paths are names, never patterns. */
const LITERAL_PATHS = { GIT_LITERAL_PATHSPECS: '1' };
const BLOB_MAX_BYTES = 1024 * 1024;
const BLOBS_MAX_BYTES = 64 * 1024 * 1024;
const LINE_BREAK = 0x0a;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u;
const NO_DRIVERS = ['--no-color', '--no-ext-diff', '--no-textconv'] as const;

/** Whether a git directory has commits with all their files; see `Git.hasCommit`. */
export async function hasCommits(
  run: RunGit,
  gitDirectory: string,
  commits: readonly string[],
): Promise<boolean> {
  const result = await run({
    args: ['rev-list', '--objects', '--quiet', '--no-walk', '--end-of-options', ...commits, '--'],
    gitDirectory,
  });
  return result.exitCode === 0;
}

/** See `Git.listTree`. */
export async function listTree(
  run: RunGit,
  options: Parameters<Git['listTree']>[0],
): Promise<readonly TreeEntry[]> {
  const { gitDirectory, commit, prefix } = options;
  const args = [
    'ls-tree',
    '-r',
    '-z',
    '-l',
    '--full-tree',
    '--end-of-options',
    commit,
    ...(prefix === undefined ? [] : [prefix]),
  ];
  const output = await gitOutput(run, {
    args,
    gitDirectory,
    maxBytes: LISTING_MAX_BYTES,
    env: LITERAL_PATHS,
  });
  return output
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map(parseEntry);
}

/** See `Git.readBlobs`. Asks for sizes first: one huge blob would leave no room for the others. */
export async function readBlobs(run: RunGit, options: ReadBlobs): Promise<ReadonlyMap<string, Buffer>> {
  const asked = [...new Set(options.objectIds)].filter((objectId) => OBJECT_ID.test(objectId));
  const ask = (form: string, objectIds: readonly string[]) =>
    gitOutput(run, {
      args: ['cat-file', form],
      gitDirectory: options.gitDirectory,
      stdin: `${objectIds.join('\n')}\n`,
      maxBytes: BLOBS_MAX_BYTES,
    });
  const sizes = asked.length === 0 ? '' : (await ask('--batch-check', asked)).toString('latin1');
  const { maxBytes = BLOB_MAX_BYTES } = options;
  const small = sizes.split('\n').flatMap((line) => {
    const [objectId = '', type, size] = line.split(' ');
    return type === 'blob' && Number(size) <= maxBytes ? [objectId] : [];
  });
  return small.length === 0 ? new Map() : parseBatch(await ask('--batch', small));
}

/** Git's batch format: `<id> <type> <size>`, a line break, the bytes, a line break. */
function parseBatch(output: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const lineEnd = output.indexOf(LINE_BREAK, at);
    const [objectId = '', , size] = output.subarray(at, lineEnd).toString('latin1').split(' ');
    const start = lineEnd + 1;
    at = start + Number(size) + 1;
    blobs.set(objectId, output.subarray(start, at - 1));
  }
  return blobs;
}

/** See `Git.diff`. */
export async function diff(
  run: RunGit,
  options: Parameters<Git['diff']>[0],
): Promise<{ stat: string; patch: string }> {
  const { gitDirectory, from, to } = options;
  const show = async (form: readonly string[], maxBytes: number) => {
    const args = ['diff', ...form, ...NO_DRIVERS, '--end-of-options', from, to, '--'];
    const result = await gitOutputUpTo(run, { args, gitDirectory, maxBytes });
    const text = result.stdout.toString('utf8');
    return result.isTruncated ? `${text}\n[cut at ${maxBytes} bytes]\n` : text;
  };
  const [stat, patch] = await Promise.all([
    show(['--stat=120,90'], STAT_MAX_BYTES),
    show(['--patch', '--full-index', '--binary'], PATCH_MAX_BYTES),
  ]);
  return { stat, patch };
}

function parseEntry(line: string): TreeEntry {
  const [meta = '', path = ''] = splitOnce(line, '\t');
  const [mode = '', , objectId = '', size = ''] = meta.split(/ +/u);
  return { path, mode, objectId, sizeBytes: Number(size) || 0 };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
