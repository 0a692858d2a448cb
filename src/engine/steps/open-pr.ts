import { totalUsage } from '../../domain/format.ts';
import { PULL_REQUEST_LABELS, pullRequestTitle } from '../../domain/naming.ts';
import { pullRequestBody, pullRequestDocument } from '../../domain/pull-request.ts';
import type { DraftPr } from '../../forge/port.ts';
import type { Step } from '../run-phase.ts';
import { forgeOf, outputOf, type RunSession } from '../run-session.ts';
import { demandCleanPr } from '../secret-scan.ts';
import { saveArtifact } from '../save-artifact.ts';

/** Write the pull request, keep its text, and have the forge find or create it. A dry run stops before the forge. */
export const openPr: Step<'open_pr'> = {
  phase: 'open_pr',
  async run(session, { log }) {
    const request = await describePr(session);
    demandCleanPr(session, request);
    const content = pullRequestDocument({ ...request, isDraft: true });
    await saveArtifact(session, { name: 'pull-request.md', type: 'document', phase: 'open_pr', content });
    if (session.run.dryRun) return { output: { url: null }, skipped: 'dry run' };
    const forge = forgeOf(session);
    const { url, isNew } = await forge.ensureDraftPr(request);
    log.out(`${isNew ? 'Created' : 'Found'} ${url} (forge ${forge.name})`);
    await session.deps.store.updateRun(session.fence, { pullRequestUrl: url });
    return { output: { url } };
  },
};

async function describePr(session: RunSession): Promise<DraftPr> {
  const { deps, run } = session;
  const records = await deps.store.listPhases(run.id);
  // The pull request is written before these two are done.
  const phases = records.filter(({ phase }) => phase !== 'open_pr' && phase !== 'cleanup');
  const {
    promptPack: name,
    promptPackVersion: version,
    promptPackDigest: digest,
    featureDirectory,
  } = outputOf(session, 'discover');
  const { changedPaths, leftOutPaths, counts } = outputOf(session, 'commit_push');
  const body = pullRequestBody({
    run: { ...run, featureDirectory },
    phases,
    counts,
    openQuestions: outputOf(session, 'speckit_specify').openQuestions,
    agentVersion: outputOf(session, 'prepare_job').agentVersion,
    promptPack: { name, version, digest },
    usage: totalUsage(phases),
    changedPaths,
    leftOutPaths,
    fileUrlPrefix: null,
  });
  return {
    runId: run.id,
    repository: run.repository,
    baseBranch: run.baseBranch,
    branch: run.branchName,
    title: deps.redactor.redact(pullRequestTitle(run)),
    labels: PULL_REQUEST_LABELS,
    body: deps.redactor.redact(body),
  };
}
