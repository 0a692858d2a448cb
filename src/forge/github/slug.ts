/** A repository as GitHub names it. */
export interface Slug {
  readonly owner: string;
  readonly name: string;
}

const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/u;
const NAME = /^[A-Za-z0-9._-]{1,100}$/u;

/** The owner and name a URL below `serverUrl` stands for; `undefined` for everything else. */
export function slugOf(serverUrl: string, repository: string): Slug | undefined {
  const prefix = `${serverUrl}/`.toLowerCase();
  if (!repository.toLowerCase().startsWith(prefix)) return undefined;
  const [owner = '', name = '', ...rest] = repository.slice(prefix.length).split('/');
  const isGood = rest.length === 0 && OWNER.test(owner) && NAME.test(name) && !/^\.{1,2}$/u.test(name);
  return isGood ? { owner, name } : undefined;
}

/** `owner/name`, as it is compared: GitHub does not tell capital letters from small ones. */
export function slugKey({ owner, name }: Slug): string {
  return `${owner}/${name}`.toLowerCase();
}

/** Whether an allow-list has the repository, by `owner/name` or by `owner/*`. */
export function isListed(slug: Slug, allowed: readonly string[]): boolean {
  const patterns = new Set(allowed.map((pattern) => pattern.toLowerCase()));
  return patterns.has(slugKey(slug)) || patterns.has(`${slug.owner.toLowerCase()}/*`);
}
