import type { RunDetail } from '../contract/run-view.ts';
import { formatBytes, formatDuration } from '../domain/format.ts';
import type { SpecAutomation } from '../spec-automation.ts';
import type { CliContext, ExitCode } from './cli-context.ts';
import { exitCodeOfEnd } from './exit-code.ts';
import { showProgress } from './show-progress.ts';

/** Watch a run of this process to its end, let Ctrl-C cancel it, and print how it ended. */
export async function followToEnd(
  context: CliContext,
  app: SpecAutomation,
  run: { readonly runId: string; readonly json: boolean; readonly afterSeq?: number },
): Promise<ExitCode> {
  const { runId } = run;
  const release = context.interceptInterrupt(() => {
    context.note('Cancelling; press Ctrl-C again to stop at once.\n');
    // A run that ended in this very moment has nothing left to cancel.
    void app.cancel(runId).catch(() => undefined);
  });
  try {
    await showProgress(context, app.follow(runId, { afterSeq: run.afterSeq ?? 0 }));
  } finally {
    release();
  }
  const detail = await app.get(runId);
  if (run.json) context.printJson(detail);
  else context.print(summarise(detail, app.artifactDirectory(detail.run_id)));
  return exitCodeOfEnd(detail);
}

/** What to say of a run whose worker died. */
export function abandonedAdvice(runId: string): string {
  return (
    `Its worker is gone. Go on with: spec-automation runs retry ${runId} ` +
    '(spec-automation runs recover takes up every such run), or end it with runs cancel.'
  );
}

/** How a run ended, for people. */
export function summarise(detail: RunDetail, evidence: string): string {
  const documents = detail.artifacts.filter(
    ({ name, type }) => type === 'document' && name.startsWith('specs/'),
  );
  const rows: readonly (readonly [string, string | null])[] = [
    ['run', detail.run_id],
    ['status', detail.status + (detail.reason === null ? '' : ` (${detail.reason})`)],
    ['took', durationOf(detail)],
    ['repository', detail.repository],
    ['branch', detail.branch_name],
    ['pull request', detail.pull_request_url],
    [
      'documents',
      documents
        .map(({ name, size_bytes: size }) => `${name} (${formatBytes(size)})`)
        .join(`\n${' '.repeat(14)}`) || null,
    ],
    ['evidence', evidence],
    ['why', detail.reason_text],
    ['what now', detail.is_abandoned ? abandonedAdvice(detail.run_id) : detail.remedy],
  ];
  const questions = detail.clarifications
    .filter(({ answer }) => answer === null)
    .map(({ question }) => `  - ${question}\n`);
  const table = rows
    .flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(13)} ${value}\n`]))
    .join('');
  return questions.length === 0 ? table : `${table}open questions\n${questions.join('')}`;
}

function durationOf({ started_at: started, completed_at: completed }: RunDetail): string | null {
  return started === null || completed === null
    ? null
    : formatDuration(Date.parse(completed) - Date.parse(started));
}
