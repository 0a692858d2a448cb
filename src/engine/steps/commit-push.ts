import { ALLOWED_PREFIXES } from '../../domain/publish-policy.ts';
import { countFeature, saveDiff } from '../closing-evidence.ts';
import type { Step } from '../run-phase.ts';
import { demandNoSecrets } from '../secret-scan.ts';
import { outputOf, type RunSession } from '../run-session.ts';
import { scaffoldOf } from '../scaffold.ts';

/** Push the last checkpoint as the run's branch, unless nothing changed or this is a dry run. */
export const commitPush: Step<'commit_push'> = {
  phase: 'commit_push',
  async run(session, { log }) {
    const { deps, run, workspace, signal } = session;
    const base = outputOf(session, 'git_clone').commit;
    const { commit } = outputOf(session, 'speckit_tasks');
    const changedPaths = await saveDiff(session, { from: base, to: commit });
    const leftOutPaths = await listLeftOut(session);
    const output = {
      commit,
      changedPaths: [...changedPaths],
      leftOutPaths: [...leftOutPaths],
      isPushed: false,
      counts: await countFeature(session),
    };
    for (const path of leftOutPaths) log.err(`Left out by the publish policy: ${path}`);
    if (commit === base) return { output, skipped: 'nothing changed' };
    await demandNoSecrets(session, { commit, changedPaths });

    log.out(`Commit ${commit} with ${changedPaths.length} files`);
    if (run.dryRun) {
      log.out('Dry run: nothing is pushed');
      return { output };
    }
    const branch = run.branchName;
    await deps.git.pushBranch({
      gitDirectory: workspace.git,
      repository: run.repository,
      commit,
      branch,
      expected: null,
      signal,
    });
    await deps.store.updateRun(session.fence, { pushedCommit: commit });
    log.out(`Pushed ${branch}`);
    return { output: { ...output, isPushed: true } };
  },
};

/** What the agent changed elsewhere; only known while the working copy of this process is there. */
async function listLeftOut(session: RunSession): Promise<readonly string[]> {
  const { deps, workspace, laidFrom } = session;
  if (laidFrom === undefined) return [];
  const { git: gitDirectory, repo: directory } = workspace;
  const { laid } = await scaffoldOf(session);
  const paths = await deps.git.listForeignChanges({
    gitDirectory,
    directory,
    laid,
    allowedPrefixes: ALLOWED_PREFIXES,
  });
  // They are kept with the run and shown, and the agent chose them.
  return paths.map((path) => deps.redactor.redact(path));
}
