import type { TreeEntry } from '../git/port.ts';
import type { RepositoryTree } from '../prompt/port.ts';
import type { RunSession } from './run-session.ts';

/** A commit as data, with its entries at hand and many texts read at once. */
export interface CommitTree extends RepositoryTree {
  /** Every file with its mode and content id. */
  readonly entries: readonly TreeEntry[];
  /** Texts of several paths in one call; paths that are no readable text are absent. */
  readTexts(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

const REGULAR_FILE = /^100/u;
const TEXT_MAX_BYTES = 1024 * 1024;

/** A commit never changes, so its list is read once for a session; texts are read when asked for. */
export function readTree(session: RunSession, commit: string): Promise<CommitTree> {
  const known = session.trees.get(commit);
  if (known !== undefined) return known;
  const tree = listTree(session, commit);
  session.trees.set(commit, tree);
  // What failed may go well the next time.
  tree.catch(() => session.trees.delete(commit));
  return tree;
}

async function listTree(session: RunSession, commit: string): Promise<CommitTree> {
  const gitDirectory = session.workspace.git;
  const entries = await session.deps.git.listTree({ gitDirectory, commit });
  const readable = new Map(entries.filter(isReadable).map((entry) => [entry.path, entry]));

  const readTexts = async (paths: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const wanted = paths.flatMap((path) => readable.get(path) ?? []);
    const blobs = await session.deps.git.readBlobs({
      gitDirectory,
      objectIds: wanted.map((entry) => entry.objectId),
    });
    const texts = wanted.map(({ path, objectId }) => [path, blobs.get(objectId)?.toString('utf8')] as const);
    return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
  };

  return {
    entries,
    paths: entries.map((entry) => entry.path),
    readTexts,
    readText: async (path) => (await readTexts([path])).get(path),
  };
}

function isReadable(entry: TreeEntry): boolean {
  return REGULAR_FILE.test(entry.mode) && entry.sizeBytes <= TEXT_MAX_BYTES;
}
