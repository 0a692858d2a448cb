import { appError } from '../../domain/app-error.ts';
import { ALLOWED_PREFIXES } from '../../domain/publish-policy.ts';
import type { PublishIntent } from '../../domain/run.ts';
import type { ForgeConnection } from '../../forge/port.ts';
import { chooseBranch, isProposedAlready } from '../choose-branch.ts';
import { countFeature, saveDiff } from '../closing-evidence.ts';
import { whilePublishing } from '../forge-access.ts';
import type { PhaseLog } from '../phase-log.ts';
import type { Step } from '../run-phase.ts';
import { demandNoSecrets } from '../secret-scan.ts';
import { outputOf, type RunSession } from '../run-session.ts';
import { scaffoldOf } from '../scaffold.ts';

/** More than any run is retried. */
const INTENTS_KEPT = 50;

/** Push the last checkpoint as the run's branch, unless nothing changed or this is a dry run. */
export const commitPush: Step<'commit_push'> = {
  phase: 'commit_push',
  async run(session, { log }) {
    const { run } = session;
    const base = outputOf(session, 'git_clone').commit;
    const { commit } = outputOf(session, 'speckit_tasks');
    const changedPaths = await saveDiff(session, { from: base, to: commit });
    const leftOutPaths = await listLeftOut(session);
    const output = {
      commit,
      changedPaths: [...changedPaths],
      leftOutPaths: [...leftOutPaths],
      isPushed: false,
      branch: run.branchName,
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
    const branch = await whilePublishing(session, (connection) =>
      publish(session, connection, { commit, log }),
    );
    return { output: { ...output, isPushed: true, branch } };
  },
};

/**
 * Put the commit on the run's branch. What is about to be pushed is written down before: whoever takes the run up after a crash then
 * knows its own work from somebody else's. @throws `base_branch_gone`, `branch_has_foreign_commits`, `pull_request_closed`
 */
async function publish(
  session: RunSession,
  connection: ForgeConnection,
  { commit, log }: { readonly commit: string; readonly log: PhaseLog },
): Promise<string> {
  const { deps, run, workspace, signal, fence } = session;
  const { repository } = run;
  const { login } = connection;
  const remote = await deps.git.inspectRemote({ repository, login, signal });
  if (!remote.branches.has(run.baseBranch))
    throw appError('base_branch_gone', { branch: run.baseBranch, repository });
  if (await isProposedAlready(session, connection, { commit, tip: remote.branches.get(run.branchName) })) {
    log.out(`${run.branchName} was pushed before, and its pull request is there`);
    return run.branchName;
  }
  const { branch, expected } = chooseBranch(session, remote, commit);
  await recordIntent(session, { branch, commit });
  if (expected === commit) log.out(`${branch} is there already`);
  else {
    await deps.git.pushBranch({
      gitDirectory: workspace.git,
      repository,
      commit,
      branch,
      expected,
      login,
      signal,
    });
    log.out(`Pushed ${branch}`);
  }
  await deps.store.updateRun(fence, { pushedCommit: commit });
  return branch;
}

async function recordIntent({ deps, run, fence }: RunSession, intent: PublishIntent): Promise<void> {
  const isKnown = run.publishIntents.some(
    ({ branch, commit }) => branch === intent.branch && commit === intent.commit,
  );
  const publishIntents = isKnown ? run.publishIntents : [...run.publishIntents, intent].slice(-INTENTS_KEPT);
  if (isKnown && run.branchName === intent.branch) return;
  await deps.store.updateRun(fence, { branchName: intent.branch, publishIntents });
}

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
