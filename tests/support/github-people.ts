import type { GitHubAnswer } from './github-answer.ts';
import { mendAnswer } from './github-api.ts';
import type { GitHubEmulator } from './github-emulate.ts';
import { mergeBranches, removeBranch } from './github-git.ts';
import type { GitHubRepositories, GitHubRepository } from './github-repositories.ts';

/** A pull request as it stands. */
export interface GitHubPull {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly draft: boolean;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  /** Branches. */
  readonly head: string;
  readonly base: string;
  readonly headSha: string;
  /** Names. */
  readonly labels: readonly string[];
  readonly html_url: string;
}

/** What somebody changes of a pull request. */
export interface GitHubPullEdit {
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  readonly state?: 'open' | 'closed';
  /** Instead of those it has. */
  readonly labels?: readonly string[];
}

/** What people do with the server, past all faults, rights and the record. */
export interface GitHubPeople {
  /** All, the oldest first. */
  pullRequests(repository: string): Promise<readonly GitHubPull[]>;
  closePullRequest(repository: string, number: number): Promise<void>;
  /** By a merge commit in git; a draft is made ready before. The branch stays. */
  mergePullRequest(repository: string, number: number): Promise<void>;
  editPullRequest(repository: string, number: number, edit: GitHubPullEdit): Promise<void>;
  /** Its open pull requests are closed, as GitHub does. */
  deleteBranch(repository: string, branch: string): Promise<void>;
  archive(repository: string): Promise<void>;
}

interface RawPull extends Omit<GitHubPull, 'head' | 'base' | 'headSha' | 'labels' | 'merged'> {
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string };
  readonly labels: readonly { readonly name: string }[];
}

/** `what` is a method and what follows the repository's path. */
type Ask = (repository: GitHubRepository, what: string, body?: unknown) => Promise<GitHubAnswer>;

const PAGE = 100;

/** Hands on the repositories. */
export function gitHubPeople(parts: {
  readonly emulator: GitHubEmulator;
  readonly repositories: GitHubRepositories;
}): GitHubPeople {
  const { repositories } = parts;
  const ask = asker(parts.emulator);
  const pulls = async (name: string) => listPulls(ask, repositories.get(name));
  const edit = async (name: string, number: number, { labels, ...fields }: GitHubPullEdit) => {
    const repository = repositories.get(name);
    if (Object.keys(fields).length > 0) await ask(repository, `PATCH /pulls/${number}`, fields);
    if (labels !== undefined) await ask(repository, `PUT /issues/${number}/labels`, { labels });
  };
  return {
    pullRequests: pulls,
    editPullRequest: edit,
    closePullRequest: (name, number) => edit(name, number, { state: 'closed' }),
    async mergePullRequest(name, number) {
      const pull = (await pulls(name)).find((one) => one.number === number);
      if (pull === undefined) throw new Error(`${name} has no pull request ${number}`);
      await mergeBranches(repositories.get(name), pull);
      if (pull.draft) await edit(name, number, { draft: false });
      await ask(repositories.get(name), `PUT /pulls/${number}/merge`, {});
    },
    async deleteBranch(name, branch) {
      await removeBranch(repositories.get(name), branch);
      for (const { number, head, state } of await pulls(name))
        if (head === branch && state === 'open') await edit(name, number, { state: 'closed' });
    },
    async archive(name) {
      const repository = repositories.get(name);
      repository.isArchived = true;
      await ask(repository, 'PATCH ', { archived: true });
    },
  };
}

function asker(emulator: GitHubEmulator): Ask {
  return async (repository, what, body) => {
    const [method = '', rest = ''] = what.split(' ');
    const path = `/repos/${repository.fullName}${rest}`;
    const answer = await emulator.call({ method, path, owner: repository.owner, body });
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
    return answer;
  };
}

async function listPulls(ask: Ask, repository: GitHubRepository): Promise<readonly GitHubPull[]> {
  const all: GitHubPull[] = [];
  for (let page = 1; ; page += 1) {
    const rest = `/pulls?state=all&direction=asc&per_page=${PAGE}&page=${page}`;
    const answer = await mendAnswer(repository, await ask(repository, `GET ${rest}`));
    const raw: readonly RawPull[] = JSON.parse(answer.body.toString());
    all.push(...raw.map(asPull));
    if (raw.length < PAGE) return all.toSorted((one, other) => one.number - other.number);
  }
}

function asPull(raw: RawPull): GitHubPull {
  const { number, title, body, draft, state, html_url, head, base, labels, merged_at: mergedAt } = raw;
  return {
    number,
    title,
    body,
    draft,
    state,
    html_url,
    merged: mergedAt !== null,
    head: head.ref,
    base: base.ref,
    headSha: head.sha,
    labels: labels.map(({ name }) => name),
  };
}
