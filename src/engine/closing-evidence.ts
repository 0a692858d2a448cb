import { countDocuments, type DocumentCounts } from '../domain/feature-documents.ts';
import { AGENT_PHASES } from '../domain/phases.ts';
import type { RunResult } from '../domain/run.ts';
import { ALLOWED_PREFIXES } from '../domain/publish-policy.ts';
import { readTree } from './read-tree.ts';
import { branchOf, type RunSession } from './run-session.ts';
import { runSummary } from './run-summary.ts';
import { saveArtifact } from './save-artifact.ts';

const NOTHING_CHANGED = 'Nothing changed.\n';

/** Keep `diff-summary.txt`, `changes.patch` and the changed documents themselves. Returns the changed paths. */
export async function saveDiff(
  session: RunSession,
  range: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const { deps, workspace } = session;
  const gitDirectory = workspace.git;
  const { stat, patch } = await deps.git.diff({ gitDirectory, ...range });
  await saveArtifact(session, {
    name: 'diff-summary.txt',
    type: 'diff_summary',
    phase: 'commit_push',
    content: stat || NOTHING_CHANGED,
  });
  await saveArtifact(session, { name: 'changes.patch', type: 'patch', phase: 'commit_push', content: patch });
  const changedPaths = await listChanges(session, range);
  const tree = await readTree(session, range.to);
  for (const [path, content] of await tree.readTexts(changedPaths)) {
    await saveArtifact(session, { name: path, type: 'document', phase: 'commit_push', content });
  }
  return changedPaths;
}

/** Counts of the feature's documents at the last checkpoint; all zero when there is none. */
export async function countFeature(session: RunSession): Promise<DocumentCounts> {
  const commit = lastCheckpoint(session);
  const directory = session.outputs.discover?.featureDirectory;
  if (commit === undefined || directory === undefined)
    return countDocuments({ spec: '', plan: '', tasks: '' });
  const tree = await readTree(session, commit);
  const texts = await tree.readTexts(AGENT_PHASES.map(({ document }) => `${directory}/${document}`));
  const textOf = (document: string) => texts.get(`${directory}/${document}`) ?? '';
  return countDocuments({ spec: textOf('spec.md'), plan: textOf('plan.md'), tasks: textOf('tasks.md') });
}

/** What every run keeps at its end, however it ended: the diff if it was not written yet, `commit_status.env`, `run-summary.json`. */
export async function saveClosingEvidence(session: RunSession, result: RunResult): Promise<void> {
  const from = session.outputs.git_clone?.commit;
  const to = lastCheckpoint(session);
  if (session.outputs.commit_push === undefined && from !== undefined && to !== undefined)
    await saveDiff(session, { from, to });
  if (to === undefined) {
    await saveArtifact(session, {
      name: 'diff-summary.txt',
      type: 'diff_summary',
      phase: 'cleanup',
      content: NOTHING_CHANGED,
    });
    await saveArtifact(session, { name: 'changes.patch', type: 'patch', phase: 'cleanup', content: '' });
  }
  await saveArtifact(session, {
    name: 'commit_status.env',
    type: 'commit_status',
    phase: 'cleanup',
    content: commitStatus(session, result),
  });
  const summary = await runSummary(
    session,
    result,
    session.outputs.commit_push?.counts ?? (await countFeature(session)),
  );
  await saveArtifact(session, {
    name: 'run-summary.json',
    type: 'metrics_snapshot',
    phase: 'cleanup',
    content: summary,
  });
}

function commitStatus(session: RunSession, result: RunResult): string {
  const isPushed = session.outputs.commit_push?.isPushed ?? false;
  const reason = result.reason ?? (isPushed ? '' : 'dry_run');
  return `changes_pushed=${isPushed ? 1 : 0}\nbranch=${isPushed ? branchOf(session) : ''}\nreason=${reason}\n`;
}

function lastCheckpoint({ outputs }: RunSession): string | undefined {
  return AGENT_PHASES.flatMap(({ name }) => outputs[name]?.commit ?? []).at(-1);
}

async function listChanges(
  session: RunSession,
  range: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const list = async (commit: string) => {
    const { entries } = await readTree(session, commit);
    const published = entries.filter(({ path }) =>
      ALLOWED_PREFIXES.some((prefix) => path.startsWith(`${prefix}/`)),
    );
    return new Map(published.map(({ path, objectId, mode }) => [path, `${mode} ${objectId}`]));
  };
  const [before, after] = [await list(range.from), await list(range.to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .toSorted();
}
