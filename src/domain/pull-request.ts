import type { DocumentCounts } from './feature-documents.ts';
import { formatDuration, totalUsage } from './format.ts';
import { codeBlock, codeSpan, cutText, inlineText, neutralise, quoteBlock, tableCell } from './markdown.ts';
import { AGENT_PHASES, PHASES } from './phases.ts';
import { reproduceCommand, SPEC_TEXT_FILE } from './reproduce-command.ts';
import { pullRequestMarker, requestMarker } from './pull-request-marks.ts';
import type { PhaseRecord, Run, Usage } from './run.ts';

/** Most characters GitHub takes in the body of a pull request, less the mark that is put at its end. */
export const PULL_REQUEST_MAX_LENGTH = 65_536 - 128;

/** Bounds of everything of unknown length; the lists together leave room for the rest of the body. */
const QUOTE_MAX_LENGTH = 12_000;
const LIST_MAX_ITEMS = 30;
const ITEM_MAX_LENGTH = 300;
const NAME_MAX_LENGTH = 200;
const SHORT_DIGEST_LENGTH = 12;

/** Everything a pull request tells its reviewer. */
export interface PullRequestInput {
  readonly run: Run;
  readonly phases: readonly PhaseRecord[];
  readonly counts: DocumentCounts;
  readonly openQuestions: readonly string[];
  readonly agentVersion: string;
  readonly promptPack: { readonly name: string; readonly version: string; readonly digest: string };
  /** What all phases used together; `null` when nobody said. */
  readonly usage: Usage | null;
  readonly changedPaths: readonly string[];
  readonly leftOutPaths: readonly string[];
  /** What a path is appended to for a link to the file on the branch; `null` where files have no address. */
  readonly fileUrlPrefix: string | null;
  /** Digest of `requestParts`. */
  readonly requestDigest: string;
}

/** The body of a run's pull request, never longer than `PULL_REQUEST_MAX_LENGTH`; the quoted spec text gives way first. */
export function pullRequestBody(input: PullRequestInput): string {
  const room = PULL_REQUEST_MAX_LENGTH - writeBody(input, 0).length;
  return cutText(writeBody(input, Math.min(room, QUOTE_MAX_LENGTH)), PULL_REQUEST_MAX_LENGTH);
}

/** The same pull request as a file, for a repository no forge serves. */
export function pullRequestDocument(document: {
  readonly title: string;
  readonly labels: readonly string[];
  readonly baseBranch: string;
  readonly branch: string;
  readonly isDraft: boolean;
  readonly body: string;
}): string {
  const rows = [
    ['Branch', nameSpan(document.branch)],
    ['Base branch', nameSpan(document.baseBranch)],
    ['Labels', document.labels.map(nameSpan).join(' ') || 'none'],
    ['Draft', document.isDraft ? 'yes' : 'no'],
  ];
  const title = inlineText(document.title, NAME_MAX_LENGTH);
  return [`# ${title}`, table(['Pull request', ''], rows), document.body].join('\n\n');
}

function writeBody(input: PullRequestInput, quoteMaxLength: number): string {
  const { run } = input;
  const parts = [
    `${pullRequestMarker(run.id)}\n${requestMarker(input.requestDigest)}`,
    `Specification, plan and tasks for review, written by ${agentName(input)}.`,
    section('What was asked', quoteSpecText(run.specText, quoteMaxLength)),
    section('What to review', `${documentList(input)}\n\n${countLine(input.counts)}`),
    section(
      'Open questions',
      list(input.openQuestions, (item) => `1. ${itemText(item)}`),
    ),
    section('Answered questions', answerList(run)),
    section('How it was made', `${originTable(input)}\n\n${phaseTable(input.phases)}`),
    section('Files changed', list(input.changedPaths, pathItem)),
    section('Left out by the publish policy', list(input.leftOutPaths, pathItem)),
    section('Do it again', howToRepeat(run)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, content: string): string {
  return content === '' ? '' : `## ${title}\n\n${content}`;
}

function agentName({ run, agentVersion }: PullRequestInput): string {
  return `${nameSpan(run.agent)} (${inlineText(agentVersion, NAME_MAX_LENGTH)})`;
}

function quoteSpecText(specText: string, maxLength: number): string {
  const whole = quoteBlock(neutralise(specText.trim()));
  if (whole.length <= maxLength) return whole;
  const note = `Cut here: the spec text has ${specText.length} characters.`;
  return maxLength < 4 ? note : `${cutText(whole, maxLength - 2)}\n\n${note}`;
}

function documentList({ run, changedPaths, fileUrlPrefix }: PullRequestInput): string {
  return AGENT_PHASES.map(({ document, command }) => {
    const path = `${run.featureDirectory ?? 'specs'}/${document}`;
    const name = fileUrlPrefix === null ? nameSpan(path) : `[${nameSpan(path)}](${fileUrlPrefix}${path})`;
    return `- **${command}**: ${name}${changedPaths.includes(path) ? '' : ' (as it was)'}`;
  }).join('\n');
}

function countLine(counts: DocumentCounts): string {
  const cells = [
    counts.stories,
    counts.requirements,
    counts.successCriteria,
    `${counts.tasks} (${counts.tasksDone} done)`,
    counts.openQuestions,
  ].map(String);
  return table(['User stories', 'Requirements', 'Success criteria', 'Tasks', 'Open questions'], [cells]);
}

function answerList(run: Run): string {
  const answered = run.clarifications.flatMap(({ question, answer }) =>
    answer === null ? [] : [`- ${itemText(question)} **${itemText(answer)}**`],
  );
  return list(answered, (item) => item);
}

function originTable(input: PullRequestInput): string {
  const { run, promptPack, usage } = input;
  const digest = promptPack.digest.slice(0, SHORT_DIGEST_LENGTH);
  return table(
    ['Run', nameSpan(run.id)],
    [
      ['Agent', agentName(input).replaceAll('|', '\u{2502}')],
      ['Sandbox', nameSpan(run.sandbox)],
      [
        'Prompt pack',
        `${nameSpan(promptPack.name)} ${tableCell(promptPack.version, NAME_MAX_LENGTH)} ${nameSpan(digest)}`,
      ],
      ['Tokens read', countOrUnknown(usage?.inputTokens ?? null)],
      ['Tokens written', countOrUnknown(usage?.outputTokens ?? null)],
      ['Cost', costOrUnknown(usage?.costUsd ?? null)],
    ],
  );
}

function countOrUnknown(count: number | null): string {
  return count?.toLocaleString('en-US') ?? 'unknown';
}

function costOrUnknown(costUsd: number | null): string {
  if (costUsd === null) return 'unknown';
  return `$${costUsd.toFixed(costUsd > 0 && costUsd < 0.1 ? 4 : 2)}`;
}

function phaseTable(records: readonly PhaseRecord[]): string {
  const rows = PHASES.flatMap(({ name, title }) => {
    const attempts = records.filter((record) => record.phase === name && record.status !== 'pending');
    const last = attempts.at(-1);
    if (last === undefined) return [];
    return [[title, last.status, String(attempts.length), timeTaken(attempts), ...spent(attempts)]];
  });
  return table(['Phase', 'Status', 'Attempts', 'Time', 'Tokens', 'Cost'], rows);
}

/** Tokens and cost of all attempts; nothing where no agent was asked, which is not the same as unknown. */
function spent(attempts: readonly PhaseRecord[]): readonly string[] {
  if (!AGENT_PHASES.some(({ name }) => name === attempts[0]?.phase)) return ['–', '–'];
  const usage = totalUsage(attempts);
  const { inputTokens = null, outputTokens = null, costUsd = null } = usage ?? {};
  const tokens = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return [countOrUnknown(tokens), costOrUnknown(costUsd)];
}

function timeTaken(attempts: readonly PhaseRecord[]): string {
  const times = attempts.flatMap(({ startedAtMs, completedAtMs }) =>
    startedAtMs === null || completedAtMs === null ? [] : [completedAtMs - startedAtMs],
  );
  return times.length === 0 ? '–' : formatDuration(times.reduce((sum, time) => sum + time, 0));
}

function howToRepeat(run: Run): string {
  const { command, needsFile } = reproduceCommand(run);
  return [
    ...(needsFile ? [`Save the spec text as ${nameSpan(SPEC_TEXT_FILE)}, then:`] : []),
    codeBlock(command, 'sh'),
    `Every log and document of this run: ${nameSpan(`spec-automation runs artifacts ${run.id}`)}`,
  ].join('\n\n');
}

function list(items: readonly string[], write: (item: string) => string): string {
  const more = items.length - LIST_MAX_ITEMS;
  const lines = items.slice(0, LIST_MAX_ITEMS).map(write);
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function pathItem(path: string): string {
  return `- ${codeSpan(path, ITEM_MAX_LENGTH)}`;
}

function itemText(text: string): string {
  return inlineText(text, ITEM_MAX_LENGTH);
}

function nameSpan(name: string): string {
  return codeSpan(name, NAME_MAX_LENGTH);
}
