import { randomBytes } from 'node:crypto';

/** What a token may do with a thing; `write` includes `read`. */
export type GitHubAccess = 'read' | 'write';

/** Rights by the name the REST API gives them: `contents`, `pull_requests`, `issues`, … */
export type GitHubPermissions = Readonly<Record<string, GitHubAccess>>;

/** What a token is and may do; a classic one that may do everything when all is absent. */
export interface GitHubTokenPlan {
  /** `classic` when absent. */
  readonly kind?: 'classic' | 'fine_grained' | 'installation';
  /** Who it belongs to; `spec-bot` when absent. */
  readonly login?: string;
  /** Full names of the only repositories it sees; all when absent. */
  readonly repositories?: readonly string[];
  /** All when absent. */
  readonly permissions?: GitHubPermissions;
  /** By the server's clock; never when absent. */
  readonly expiresAtMs?: number;
}

/** The tokens the server knows. */
export interface GitHubTokens {
  /** Make a token of the right prefix, or take the one given. */
  add(plan?: GitHubTokenPlan, token?: string): string;
  /** From now on the token has run out. */
  expire(token: string): void;
  /** From now on the token is unknown. */
  revoke(token: string): void;
  /** The token's plan while it is valid. */
  find(token: string): GitHubTokenPlan | undefined;
  /** Whom GitHub limits: all tokens of an installation count together, and so do all of a user. */
  principalOf(token: string | undefined): string | undefined;
}

const PREFIXES = { classic: 'ghp_', fine_grained: 'github_pat_', installation: 'ghs_' } as const;
const RANDOM_CHARS = 36;

/** Letters and digits, as GitHub has them: hex would be found in every list of commits by chance. */
function randomWord(): string {
  const random = randomBytes(RANDOM_CHARS * 2).toString('base64');
  return random.replaceAll(/[^A-Za-z0-9]/gu, '').slice(0, RANDOM_CHARS);
}

/** An empty book of tokens that runs by this clock. */
export function gitHubTokens(nowMs: () => number): GitHubTokens {
  const plans = new Map<string, GitHubTokenPlan>();
  const principals = new Map<string, string>();
  return {
    add(plan = {}, token = PREFIXES[plan.kind ?? 'classic'] + randomWord()) {
      plans.set(token, plan);
      const { kind = 'classic', login = token } = plan;
      principals.set(token, kind === 'installation' ? 'installation' : login);
      return token;
    },
    expire(token) {
      const plan = plans.get(token);
      if (plan === undefined) throw new Error('there is no such token');
      plans.set(token, { ...plan, expiresAtMs: nowMs() - 1 });
    },
    revoke: (token) => void plans.delete(token),
    principalOf: (token) => (token === undefined ? undefined : (principals.get(token) ?? 'app')),
    find(token) {
      const plan = plans.get(token);
      return plan !== undefined && nowMs() < (plan.expiresAtMs ?? Infinity) ? plan : undefined;
    },
  };
}

/** Whether the token reaches the repository at all. */
export function seesRepository({ repositories }: GitHubTokenPlan, repository: string): boolean {
  return repositories?.some((name) => name.toLowerCase() === repository.toLowerCase()) ?? true;
}

/** Whether the token has one of these rights. Everyone may read the metadata of what is seen. */
export function isGranted(
  { permissions }: GitHubTokenPlan,
  anyOf: readonly string[],
  access: GitHubAccess,
): boolean {
  if (permissions === undefined) return true;
  if (access === 'read' && anyOf.includes('metadata')) return true;
  return anyOf.some((name) => permissions[name] === 'write' || permissions[name] === access);
}

/** What GitHub says to a token without the right. */
export function lacksRight({ kind }: GitHubTokenPlan): string {
  const by = kind === 'installation' ? 'integration' : 'personal access token';
  return `Resource not accessible by ${by}`;
}
