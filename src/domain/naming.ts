import type { Run } from './run.ts';

/** Subject of the one commit a run makes. */
export const COMMIT_MESSAGE = 'chore(spec-kit): apply specify/plan/tasks';

/** Labels every pull request of this tool carries. */
export const PULL_REQUEST_LABELS = ['spec-kit', 'automation'] as const;

/** Who signs the commit unless the request names somebody. */
export const DEFAULT_IDENTITY = {
  name: 'Spec Kit Bot',
  email: 'spec-kit-bot@users.noreply.github.com',
} as const;

const BRANCH_PREFIX = 'spec_automation/';
const BRANCHES_SHOWN = 8;
const MAX_BRANCHES = 9;
const SLUG_MAX_WORDS = 4;
const SLUG_MAX_LENGTH = 48;
/** Spec Kit's marker is no word of the feature; one without an end takes the rest of its line. */
const OPEN_QUESTION = /\[NEEDS CLARIFICATION(?:[^\]]{0,500}\]|.*)/gu;
const STOP_WORDS = new Set(
  (
    'a an and are as at be been being but by can could do does for from had has have i if in into is it its let lets ' +
    'may might must my need needs of on or our shall should so some such than that the their them then there these ' +
    'they this those to us want wants was we were when which while who will with would you your build add create make ' +
    'implement feature'
  ).split(' '),
);

/** First 8 hex digits of a run id. */
export function shortRunId(runId: string): string {
  return runId.replaceAll('-', '').slice(0, 8);
}

/** `spec_automation/{YYYYMMDD}/{run id, first 8 hex}`, by the UTC day the run was accepted. */
export function branchName(runId: string, createdAtMs: number): string {
  const day = new Date(createdAtMs).toISOString().slice(0, 10).replaceAll('-', '');
  return `${BRANCH_PREFIX}${day}/${shortRunId(runId)}`;
}

/** True for a branch that only this tool makes. */
export function isOwnBranch(branch: string): boolean {
  return branch.startsWith(BRANCH_PREFIX);
}

/** The planned branch and those to fall back to, `-r2` to `-r9`, from the given one on. */
export function branchesFrom(branch: string): readonly string[] {
  const [, planned = branch, number = '1'] = /^(.*)-r([2-9])$/u.exec(branch) ?? [];
  const later = Array.from(
    { length: MAX_BRANCHES - Number(number) },
    (_, index) => Number(number) + 1 + index,
  );
  return [branch, ...later.map((next) => `${planned}-r${next}`)];
}

/** Some branches for a message: the default one first, those of earlier runs last. */
export function showBranches(names: Iterable<string>, defaultBranch: string | null): string {
  const rank = (name: string) => (name === defaultBranch ? 0 : name.startsWith(BRANCH_PREFIX) ? 2 : 1);
  const ordered = [...names].toSorted().toSorted((a, b) => rank(a) - rank(b));
  const rest = ordered.length - BRANCHES_SHOWN;
  return (ordered.slice(0, BRANCHES_SHOWN).join(', ') || 'none') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Last part of a repository path or URL, without `.git`. */
export function repositoryName(repository: string): string {
  const parts = repository.split(/[/\\]/u).filter((part) => part !== '' && part !== '.git');
  return (parts.at(-1) ?? repository).replace(/\.git$/u, '') || 'repository';
}

/** `Spec Kit Automation – {repo} – {run id, first 8 hex}`. */
export function pullRequestTitle(run: Pick<Run, 'id' | 'repository'>): string {
  return `Spec Kit Automation – ${repositoryName(run.repository)} – ${shortRunId(run.id)}`;
}

/**
 * Two to four telling words of a spec text, as Spec Kit's own scripts would pick them: lower case, stop words gone.
 * Falls back to `feature` when the text has no Latin letter or digit.
 */
export function featureSlug(specText: string): string {
  const line = firstTellingLine(specText.replaceAll(OPEN_QUESTION, ' '));
  const words = line
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word.length > 1);
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  const slug = (telling.length > 0 ? telling : words)
    .slice(0, SLUG_MAX_WORDS)
    .join('-')
    .slice(0, SLUG_MAX_LENGTH);
  return slug.replace(/-+$/u, '') || 'feature';
}

/** `{number, 3 digits or more}-{slug}`, Spec Kit's sequential form. */
export function featureFolder(featureNumber: number, slug: string): string {
  return `${String(featureNumber).padStart(3, '0')}-${slug}`;
}

/** The number of a sequential feature folder; `null` for other forms (timestamped or unnumbered folders). */
export function featureNumberOf(folder: string): number | null {
  const match = /^(\d{3,6})-/u.exec(folder);
  return match?.[1] === undefined ? null : Number(match[1]);
}

function firstTellingLine(specText: string): string {
  const lines = specText.split(/\r?\n/u).map((line) => line.replace(/^[#>*\-\s]+/u, '').trim());
  return lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? '';
}
