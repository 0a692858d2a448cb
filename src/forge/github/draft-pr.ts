import { z } from 'zod';

import { AppError, appError } from '../../domain/app-error.ts';
import { isOwnBranch } from '../../domain/naming.ts';
import { pullRequestMarker, requestMarker, textMarkOf, textParts } from '../../domain/pull-request-marks.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import { digestParts } from '../../lib/digest-parts.ts';
import type { DraftPr, EnsuredPr, PrQuery, PullRequest, RequestQuery } from '../port.ts';
import type { GitHubClient } from './github-client.ts';
import { addLabels } from './labels.ts';
import { slugKey, type Slug } from './slug.ts';

/** One repository and a login for it. */
export interface Repository {
  readonly client: GitHubClient;
  readonly slug: Slug;
  /** Canonical, for messages. */
  readonly repository: string;
}

/** What we read of a pull request (GitHub REST, "Pulls"). */
const Pull = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  created_at: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  labels: z.array(z.object({ name: z.string() })),
});
type Pull = z.infer<typeof Pull>;

const PAGE = 100;
/** Open pull requests on one base branch that are looked through. */
const MAX_PAGES = 3;
const FIND = 'look for pull requests in';
const OPEN = 'open a pull request in';

/** See `ForgeConnection.findPr`. */
export async function findPr(target: Repository, query: PrQuery): Promise<PullRequest | undefined> {
  const pull = await findPull(target, query);
  return pull && describe(pull);
}

/** See `ForgeConnection.findPrForRequest`. */
export async function findPrForRequest(
  target: Repository,
  { runId, baseBranch, digest, openedBeforeMs }: RequestQuery,
): Promise<PullRequest | undefined> {
  // Anybody may open a pull request from a fork and write our marks into it.
  const isByUs = ({ head }: Pull) =>
    isOwnBranch(head.ref) && head.repo?.full_name.toLowerCase() === slugKey(target.slug);
  const isWanted = (pull: Pull) =>
    pull.body?.includes(requestMarker(digest)) === true &&
    !pull.body.includes(pullRequestMarker(runId)) &&
    Date.parse(pull.created_at) <= openedBeforeMs &&
    isByUs(pull);
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const pulls = await listPulls(target, { state: 'open', base: baseBranch, page });
    const found = pulls.find(isWanted);
    if (found !== undefined) return describe(found);
    if (pulls.length < PAGE) return undefined;
  }
  return undefined;
}

/** See `ForgeConnection.ensureDraftPr`. */
export async function ensureDraftPr(target: Repository, draft: DraftPr): Promise<EnsuredPr> {
  const found = await findPull(target, draft);
  if (found?.state === 'closed') return { ...describe(found), isNew: false, warnings: [] };
  const pull = found ?? (await create(target, draft));
  // One without our marker is somebody else's, on our branch.
  const isOurs = pull.body?.includes(pullRequestMarker(draft.runId)) === true;
  if (!isOurs) return { ...describe(pull), isNew: false, warnings: [] };
  await update(target, { pull, draft });
  const { client, slug } = target;
  const present = pull.labels.map(({ name }) => name);
  const warnings = await addLabels(client, { slug, number: pull.number, present, wanted: draft.labels });
  return { ...describe(pull), isNew: found === undefined, warnings };
}

function listPulls(
  { client, slug }: Repository,
  filter: {
    readonly state: 'open' | 'all';
    readonly base?: string;
    readonly head?: string;
    readonly page?: number;
  },
): Promise<readonly Pull[]> {
  const { owner, name: repo } = slug;
  return client.ask({
    action: FIND,
    answer: z.array(Pull),
    make: (request) => request('GET /repos/{owner}/{repo}/pulls', { owner, repo, per_page: PAGE, ...filter }),
  });
}

/** The pull request of a branch: an open one before a closed one, ours before others', the newest first. */
async function findPull(target: Repository, { runId, branch }: PrQuery): Promise<Pull | undefined> {
  const pulls = await listPulls(target, { state: 'all', head: `${target.slug.owner}:${branch}` });
  const rank = ({ state, body }: Pull) =>
    (state === 'open' ? 0 : 2) + (body?.includes(pullRequestMarker(runId)) === true ? 0 : 1);
  const [first] = pulls
    .filter(({ head }) => head.ref === branch)
    .toSorted((one, other) => rank(one) - rank(other) || other.number - one.number);
  return first;
}

/**
 * Never made twice by itself: where nobody knows whether it was made, it is looked for, and the engine begins again where it is not
 * there. GitHub itself allows one open pull request for a branch and its base.
 */
async function create(target: Repository, draft: DraftPr): Promise<Pull> {
  const { client, slug } = target;
  try {
    return await client.ask({
      action: OPEN,
      answer: Pull,
      make: (request) =>
        request('POST /repos/{owner}/{repo}/pulls', {
          owner: slug.owner,
          repo: slug.name,
          title: draft.title,
          body: draft.body,
          head: draft.branch,
          base: draft.baseBranch,
          draft: true,
          request: { retries: 0 },
        }),
    });
  } catch (thrown) {
    const isUnclear = thrown instanceof AppError && UNCLEAR.has(thrown.code);
    const found = isUnclear ? await findPull(target, draft).catch(() => undefined) : undefined;
    if (found !== undefined) return found;
    throw explain(thrown, target, draft);
  }
}

/** After these, the pull request may be there all the same. */
const UNCLEAR: ReadonlySet<ReasonCode> = new Set(['forge_refused', 'forge_unreachable']);

/** It takes GitHub a moment to see everywhere what it has. */
const LAGS = [
  { words: /"field":"head"/u, tell: (branch: string) => `it does not see branch ${branch} yet` },
  {
    words: /already exists/iu,
    tell: (branch: string) => `it does not list the pull request of ${branch} yet`,
  },
];

/** GitHub says which of the branches it does not like only by the name of a field. */
function explain(thrown: unknown, { repository }: Repository, { baseBranch, branch }: DraftPr): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'forge_refused') return thrown;
  if (/"field":"base"/u.test(thrown.message))
    return appError('base_branch_gone', { branch: baseBranch, repository });
  const lag = LAGS.find(({ words }) => words.test(thrown.message));
  if (lag === undefined) return thrown;
  const problem = lag.tell(branch);
  return appError('forge_unreachable', { forge: 'github', action: OPEN, repository, problem });
}

/** Only where it differs, and only what nobody else has touched. */
async function update(
  { client, slug }: Repository,
  { pull, draft }: { readonly pull: Pull; readonly draft: DraftPr },
): Promise<void> {
  const { title, body } = draft;
  const isSame = textMarkOf(pull.body ?? '') === textMarkOf(body);
  if (isSame || !isUntouched(pull)) return;
  await client.ask({
    action: 'update a pull request in',
    answer: Pull,
    make: (request) =>
      request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
        owner: slug.owner,
        repo: slug.name,
        pull_number: pull.number,
        title,
        body,
      }),
  });
}

/** True while nobody changed what we wrote. */
function isUntouched({ title, body }: Pull): boolean {
  const text = body ?? '';
  return textMarkOf(text) === digestParts(textParts(title, text));
}

function describe({ html_url: url, state }: Pull): PullRequest {
  return { url, isOpen: state === 'open' };
}
