import { requestParts } from '../../domain/pull-request-marks.ts';
import type { Run } from '../../domain/run.ts';
import type { ForgeConnection } from '../../forge/port.ts';
import { digestParts } from '../../lib/digest-parts.ts';
import { connectToRead } from '../forge-access.ts';
import type { Step } from '../run-phase.ts';

/**
 * Fetch the tip of the base branch into a fresh pristine git directory, and look whether somebody reviews the answer to this very
 * request already.
 */
export const cloneBase: Step<'git_clone'> = {
  phase: 'git_clone',
  async run(session, { log }) {
    const { deps, run, workspace, signal } = session;
    const { repository, baseBranch: branch } = run;
    log.out(`Fetching ${branch} of ${repository}`);
    await using connection = await connectToRead(session);
    const { commit } = await deps.git.fetchBase({
      gitDirectory: workspace.git,
      repository,
      branch,
      login: connection.login,
      signal,
    });
    log.out(`Base commit ${commit}`);
    const proposedAt = await findProposal(connection, run);
    if (proposedAt !== null) log.out(`${proposedAt} is open and proposes what is asked for here`);
    return { output: { commit, proposedAt } };
  },
};

/** A dry run proposes nothing, so nothing stands in its way. */
async function findProposal(connection: ForgeConnection, run: Run): Promise<string | null> {
  if (run.dryRun) return null;
  const { id: runId, baseBranch, createdAtMs: openedBeforeMs } = run;
  const digest = requestDigest(run);
  const found = await connection.findPrForRequest({ runId, baseBranch, digest, openedBeforeMs });
  return found?.url ?? null;
}

/** Tells a request from others; see `requestParts`. */
export function requestDigest(run: Run): string {
  return digestParts(requestParts(run));
}
