import { totalUsage } from '../../domain/format.ts';
import { PULL_REQUEST_LABELS, pullRequestTitle } from '../../domain/naming.ts';
import { pullRequestBody, pullRequestDocument } from '../../domain/pull-request.ts';
import { textParts, withTextMark } from '../../domain/pull-request-marks.ts';
import type { DraftPr } from '../../forge/port.ts';
import { digestParts } from '../../lib/digest-parts.ts';
import { forgeOf, whilePublishing } from '../forge-access.ts';
import type { Step } from '../run-phase.ts';
import { branchOf, outputOf, type RunSession } from '../run-session.ts';
import { requestDigest } from './clone-base.ts';
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
    const { url, isOpen, isNew, warnings } = await whilePublishing(session, (connection) =>
      connection.ensureDraftPr(request),
    );
    log.out(`${isNew ? 'Created' : 'Found'} ${url}`);
    if (!isOpen) log.err('Somebody closed it, so it stays as it is');
    for (const warning of warnings) log.err(warning);
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
  const branch = branchOf(session);
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
    fileUrlPrefix: forgeOf(session).fileUrlPrefix(run.repository, branch),
    requestDigest: requestDigest(run),
  });
  const title = deps.redactor.redact(pullRequestTitle(run));
  const text = deps.redactor.redact(body);
  return {
    runId: run.id,
    baseBranch: run.baseBranch,
    branch,
    title,
    labels: PULL_REQUEST_LABELS,
    body: withTextMark(text, digestParts(textParts(title, text))),
  };
}
