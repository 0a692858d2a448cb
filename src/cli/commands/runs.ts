import { appError } from '../../domain/app-error.ts';
import { formatBytes, formatDuration } from '../../domain/format.ts';
import { isPhaseName, PHASES } from '../../domain/phases.ts';
import { RUN_STATUSES, type RunStatus } from '../../domain/run.ts';
import type { RunDetail } from '../../contract/run-view.ts';
import { EXIT, type CommandAction } from '../cli-context.ts';
import { describeEvent } from '../describe-event.ts';
import { abandonedAdvice, followToEnd, summarise } from '../follow-to-end.ts';
import { readInput } from '../read-input.ts';
import { table } from '../table.ts';

interface Json {
  readonly json?: boolean;
}

interface OneRun extends Json {
  readonly runId: string;
}

/** `runs list`: newest first. */
export const list: CommandAction<
  Json & { readonly limit: string; readonly status?: string; readonly cursor?: string }
> = async (context, options) => {
  await using app = await context.open();
  const page = await app.list({
    limit: parseLimit(options.limit),
    ...(options.status === undefined ? {} : { status: parseStatus(options.status) }),
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
  });
  if (options.json === true) {
    context.printJson(page);
    return EXIT.ok;
  }
  const rows = page.runs.map((view) => [
    view.run_id.slice(0, 8),
    view.status + (view.reason === null ? '' : ` (${view.reason})`),
    view.created_at.slice(0, 16).replace('T', ' '),
    view.repository,
    view.branch_name ?? '',
  ]);
  context.print(
    rows.length === 0
      ? 'No runs yet.\n'
      : table(['RUN', 'STATUS', 'ACCEPTED (UTC)', 'REPOSITORY', 'BRANCH'], rows),
  );
  if (page.next_cursor !== null) context.note(`More with: --cursor ${page.next_cursor}\n`);
  return EXIT.ok;
};

/** `runs show`: one run with its phases. */
export const show: CommandAction<OneRun> = async (context, options) => {
  await using app = await context.open();
  const detail = await app.get(options.runId);
  if (options.json === true) context.printJson(detail);
  else context.print(`${summarise(detail, app.artifactDirectory(detail.run_id))}\n${phaseTable(detail)}`);
  return EXIT.ok;
};

/** `runs logs`: what happened and what the agent printed; `--follow` waits for more. */
export const logs: CommandAction<OneRun & { readonly follow?: boolean; readonly phase?: string }> = async (
  context,
  options,
) => {
  const phase = options.phase === undefined ? undefined : parsePhase(options.phase);
  const stop = new AbortController();
  const release = context.interceptInterrupt(() => stop.abort());
  const signal = AbortSignal.any([stop.signal, context.printClosed]);
  await using app = await context.open();
  const events = app.follow(options.runId, { signal, isHistoryOnly: options.follow !== true });
  for await (const event of events) {
    if (phase !== undefined && (!('phase' in event) || event.phase !== phase)) continue;
    if (options.json === true) context.printJson(event, 0);
    else for (const line of describeEvent(event)) context.print(`${event.at} ${line}\n`);
  }
  release();
  const { run_id: runId, is_abandoned: isAbandoned } = await app.get(options.runId);
  if (options.follow === true && isAbandoned && !signal.aborted) context.note(`${abandonedAdvice(runId)}\n`);
  return EXIT.ok;
};

/** `runs cancel`: ask a run to stop. */
export const cancel: CommandAction<OneRun> = async (context, options) => {
  await using app = await context.open();
  const view = await app.cancel(options.runId);
  if (options.json === true) context.printJson(view);
  else context.print(`Run ${view.run_id}: ${view.status === 'cancelled' ? 'cancelled' : 'asked to stop'}\n`);
  return EXIT.ok;
};

/** `runs retry`: go on with a run here, at its first unfinished phase. */
export const retry: CommandAction<
  OneRun & { readonly from?: string; readonly answers?: string; readonly notes?: string }
> = async (context, options) => {
  const from = options.from === undefined ? undefined : parsePhase(options.from);
  const answers =
    options.answers === undefined ? undefined : (await readInput(context, options.answers)).toString('utf8');
  await using app = await context.open();
  const { run_id: runId } = await app.get(options.runId);
  const afterSeq = await lastSeq(app.follow(runId, { isHistoryOnly: true }));
  await app.retry({ runId, from, answers, notes: options.notes });
  context.note(`Run ${runId}\n`);
  return await followToEnd(context, app, { runId, afterSeq, json: options.json ?? false });
};

/** `runs artifacts`: list a run's evidence, or write one piece to standard output. */
export const artifacts: CommandAction<OneRun & { readonly get?: string }> = async (context, options) => {
  await using app = await context.open();
  const { run_id: runId } = await app.get(options.runId);
  if (options.get !== undefined) {
    context.printBytes(await app.readArtifact(runId, options.get));
    return EXIT.ok;
  }
  const views = await app.artifacts(runId);
  if (options.json === true) {
    context.printJson({ run_id: runId, artifacts: views });
    return EXIT.ok;
  }
  const rows = views.map((view) => [
    view.name,
    view.type,
    formatBytes(view.size_bytes),
    view.sha256.slice(0, 12),
    view.expires_at?.slice(0, 10) ?? 'kept',
  ]);
  context.print(
    `${table(['NAME', 'TYPE', 'SIZE', 'SHA256', 'EXPIRES'], rows)}\nNamed copies: ${app.artifactDirectory(runId)}\n`,
  );
  return EXIT.ok;
};

function phaseTable({ phases }: RunDetail): string {
  const rows = phases.map((view) => [
    view.phase,
    String(view.attempt),
    view.status,
    view.duration_ms === null ? '' : formatDuration(view.duration_ms),
    tokensOf(view),
    view.reason_text ?? '',
  ]);
  return table(['PHASE', 'TRY', 'STATUS', 'TOOK', 'TOKENS', 'WHY'], rows);
}

/** Input and output, and the cost where it is known; `?` for a figure nobody told. */
function tokensOf({ usage }: RunDetail['phases'][number]): string {
  if (usage === null) return '';
  const cost = usage.cost_usd === null ? '' : ` $${usage.cost_usd.toFixed(4)}`;
  return `${usage.input_tokens ?? '?'} in, ${usage.output_tokens ?? '?'} out${cost}`;
}

async function lastSeq(events: AsyncIterable<{ readonly seq: number }>): Promise<number> {
  let last = 0;
  for await (const { seq } of events) last = seq;
  return last;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw appError('request_invalid', {
    field: 'limit',
    problem: `expected a whole number from 1 to 500, got '${text}'`,
  });
}

function parseStatus(text: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === text);
  if (status !== undefined) return status;
  throw appError('request_invalid', {
    field: 'status',
    problem: `'${text}' is none of ${RUN_STATUSES.join(', ')}`,
  });
}

function parsePhase(text: string) {
  if (isPhaseName(text)) return text;
  throw appError('request_invalid', {
    field: 'phase',
    problem: `'${text}' is none of ${PHASES.map(({ name }) => name).join(', ')}`,
  });
}
