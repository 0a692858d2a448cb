import { appError } from '../domain/app-error.ts';
import { isLaid, scaffoldProblem } from '../domain/scaffold.ts';
import { digestParts } from '../lib/digest-parts.ts';
import type { RepositoryTree } from '../prompt/port.ts';
import { agentOf, sandboxOf, type RunSession } from './run-session.ts';

/** What the sandbox's image holds of Spec Kit for the agent of a run. */
export interface Scaffold {
  /** All of it, as data. */
  readonly tree: RepositoryTree;
  /** What is laid into the working copy where the repository has nothing of that name. */
  readonly laid: ReadonlyMap<string, Uint8Array>;
  /** sha256 over names and contents, lower-case hex. */
  readonly digest: string;
}

const NONE: Scaffold = { tree: treeOf(new Map()), laid: new Map(), digest: digestParts([]) };

/**
 * The scaffold a run may use: what `discover` found is decided, so that a run that was begun without one goes on without. It is read
 * once for a session. @throws `sandbox_unavailable` for one that breaks the rules of names and sizes
 */
export function scaffoldOf(session: RunSession): Promise<Scaffold> {
  const { discover } = session.outputs;
  if (discover !== undefined && discover.scaffold === null) return Promise.resolve(NONE);
  session.scaffold ??= readScaffold(session).catch((thrown: unknown) => {
    // What failed may go well the next time.
    delete session.scaffold;
    throw thrown;
  });
  return session.scaffold;
}

async function readScaffold(session: RunSession): Promise<Scaffold> {
  const sandbox = sandboxOf(session);
  const files = await sandbox.readScaffold(agentOf(session).specKitKey);
  const problem = scaffoldProblem(files);
  if (problem !== undefined)
    throw appError('sandbox_unavailable', {
      sandbox: sandbox.name,
      problem: `the Spec Kit files of its image cannot be used: ${problem}`,
    });
  const ordered = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    tree: treeOf(new Map(ordered)),
    laid: new Map(ordered.filter(([path]) => isLaid(path))),
    digest: digestParts(ordered.flatMap(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')])),
  };
}

function treeOf(files: ReadonlyMap<string, Uint8Array>): RepositoryTree {
  return {
    paths: [...files.keys()],
    readText: (path) => {
      const bytes = files.get(path);
      return Promise.resolve(bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8'));
    },
  };
}
