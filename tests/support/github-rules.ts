import { refuse, refuseFields, type GitHubAnswer } from './github-answer.ts';
import type { GitHubEmulator } from './github-emulate.ts';
import { branchesOf, commitsBetween } from './github-git.ts';
import type { GitHubRepository } from './github-repositories.ts';

/** A write that is about to reach the emulator. */
export interface GitHubWrite {
  readonly repository: GitHubRepository;
  readonly emulator: GitHubEmulator;
  /** What the client sent. */
  readonly body: unknown;
}

/** What the emulator may be asked instead, or GitHub's refusal. */
export type GitHubRuling = { readonly body: unknown } | { readonly refusal: GitHubAnswer };

type Fields = Readonly<Record<string, unknown>>;

const MAX_TITLE = 256;
const MAX_BODY = 65_536;
const MAX_LABEL = 50;

/** GitHub's rules for a new pull request that the emulator lacks. */
export async function ruleOnNewPull(write: GitHubWrite): Promise<GitHubRuling> {
  const { repository } = write;
  const fields = asFields(write.body);
  const missing = ['title', 'head', 'base'].find(
    (field) => typeof fields[field] !== 'string' || fields[field] === '',
  );
  if (missing !== undefined)
    return refused(refuseFields({ resource: 'PullRequest', code: 'missing_field', field: missing }));
  if (fields['draft'] === true && !repository.hasDrafts)
    return refused(refuse(422, 'Draft pull requests are not supported in this repository.'));
  const tooLong = complainAboutLength(fields);
  if (tooLong !== undefined) return refused(tooLong);
  const base = String(fields['base']);
  const head = branchOf(repository, String(fields['head']));
  const tips = await branchesOf(repository);
  if (tips[base] === undefined) return refused(invalid('base'));
  if (head === undefined || tips[head] === undefined) return refused(invalid('head'));
  if ((await commitsBetween(repository, { base: tips[base], head: tips[head] })) === 0)
    return refused(custom(`No commits between ${base} and ${head}`));
  if (await hasOpenPull(write, { base, head }))
    return refused(custom(`A pull request already exists for ${repository.owner}:${head}.`));
  return { body: fields };
}

/** GitHub's rules for a change of a pull request. REST cannot change whether it is a draft. */
export async function ruleOnPullChange({ repository, body }: GitHubWrite): Promise<GitHubRuling> {
  const { draft: _ignored, ...fields } = asFields(body);
  const tooLong = complainAboutLength(fields);
  if (tooLong !== undefined) return refused(tooLong);
  const { base } = fields;
  const tips = await branchesOf(repository);
  if (typeof base === 'string' && tips[base] === undefined) return refused(invalid('base'));
  return { body: fields };
}

/** GitHub's rules for labels on an issue or a pull request: names that exist in another case are the same label. */
export async function ruleOnLabels({ repository, emulator, body }: GitHubWrite): Promise<GitHubRuling> {
  const names: unknown = Array.isArray(body) ? body : asFields(body)['labels'];
  if (!Array.isArray(names)) return refused(refuse(422, 'Invalid request.'));
  for (const name of names)
    if (!isLabelName(name))
      return refused(refuseFields({ value: name, resource: 'Label', field: 'name', code: 'invalid' }));
  const known = await labelsOf(repository, emulator);
  return { body: { labels: names.map((name) => known.get(String(name).toLowerCase()) ?? name) } };
}

/** GitHub's rules for a new label of a repository. */
export async function ruleOnNewLabel({ repository, emulator, body }: GitHubWrite): Promise<GitHubRuling> {
  const { name } = asFields(body);
  if (!isLabelName(name))
    return refused(refuseFields({ value: name, resource: 'Label', field: 'name', code: 'invalid' }));
  const known = await labelsOf(repository, emulator);
  if (known.has(name.toLowerCase()))
    return refused(refuseFields({ resource: 'Label', code: 'already_exists', field: 'name' }));
  return { body };
}

function refused(refusal: GitHubAnswer): GitHubRuling {
  return { refusal };
}

function invalid(field: string): GitHubAnswer {
  return refuseFields({ resource: 'PullRequest', field, code: 'invalid' });
}

function custom(message: string): GitHubAnswer {
  return refuseFields({ resource: 'PullRequest', code: 'custom', message });
}

function complainAboutLength({ title, body }: Fields): GitHubAnswer | undefined {
  const limits = [
    ['title', title, MAX_TITLE],
    ['body', body, MAX_BODY],
  ] as const;
  for (const [field, text, limit] of limits) {
    const message = `${field} is too long (maximum is ${limit} characters)`;
    if (typeof text === 'string' && Array.from(text).length > limit)
      return refuseFields({ resource: 'Issue', code: 'custom', field, message });
  }
  return undefined;
}

/** The branch of `branch` or `owner:branch`; the bench has no forks. */
function branchOf({ owner }: GitHubRepository, head: string): string | undefined {
  const [first = '', ...rest] = head.split(':');
  if (rest.length === 0) return first;
  return first.toLowerCase() === owner.toLowerCase() ? rest.join(':') : undefined;
}

async function hasOpenPull(
  { repository, emulator }: GitHubWrite,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<boolean> {
  const { owner, fullName } = repository;
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base }).toString();
  const answer = await emulator.call({ method: 'GET', path: `/repos/${fullName}/pulls?${query}`, owner });
  const pulls: readonly unknown[] = JSON.parse(answer.body.toString());
  return pulls.length > 0;
}

async function labelsOf(
  { owner, fullName }: GitHubRepository,
  emulator: GitHubEmulator,
): Promise<ReadonlyMap<string, string>> {
  const path = `/repos/${fullName}/labels?per_page=100`;
  const answer = await emulator.call({ method: 'GET', path, owner });
  const labels: readonly { readonly name: string }[] = JSON.parse(answer.body.toString());
  return new Map(labels.map(({ name }) => [name.toLowerCase(), name]));
}

function isLabelName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && Array.from(name).length <= MAX_LABEL;
}

function asFields(body: unknown): Fields {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
