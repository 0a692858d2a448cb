import { answerJson, refuse, type GitHubAnswer } from './github-answer.ts';
import type { GitHubEmulator } from './github-emulate.ts';
import { branchesOf, removeBranch } from './github-git.ts';
import type { GitHubRepository } from './github-repositories.ts';
import {
  ruleOnLabels,
  ruleOnNewLabel,
  ruleOnNewPull,
  ruleOnPullChange,
  type GitHubRuling,
  type GitHubWrite,
} from './github-rules.ts';
import type { GitHubAccess } from './github-tokens.ts';

/** A call for something of a repository. */
export interface GitHubRepositoryCall {
  readonly repository: GitHubRepository;
  readonly emulator: GitHubEmulator;
  readonly method: string;
  /** What follows `/repos/owner/name`, as it came. */
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly apiUrl: string;
}

/** One thing of a repository that the bench answers. */
export interface GitHubRoute {
  readonly methods: readonly string[];
  readonly rest: RegExp;
  /** One of these rights is needed. */
  readonly anyOf: readonly string[];
  /** Asked before the emulator is. */
  readonly rule?: (write: GitHubWrite) => Promise<GitHubRuling>;
  /** Answers instead of the emulator. */
  readonly answer?: (call: GitHubRepositoryCall, part: string) => Promise<GitHubAnswer>;
}

const PULLS = ['pull_requests'];
const ISSUES = ['issues', 'pull_requests'];
const CONTENTS = ['contents'];

/** All that is answered below `/repos/owner/name`. What git knows is answered from git. */
export const GITHUB_ROUTES: readonly GitHubRoute[] = [
  { methods: ['GET'], rest: /^$/u, anyOf: ['metadata'] },
  { methods: ['GET'], rest: /^\/pulls(?:\/\d+)?$/u, anyOf: PULLS },
  { methods: ['POST'], rest: /^\/pulls$/u, anyOf: PULLS, rule: ruleOnNewPull },
  { methods: ['PATCH'], rest: /^\/pulls\/\d+$/u, anyOf: PULLS, rule: ruleOnPullChange },
  { methods: ['POST', 'DELETE'], rest: /^\/pulls\/\d+\/requested_reviewers$/u, anyOf: PULLS },
  { methods: ['POST'], rest: /^\/labels$/u, anyOf: ISSUES, rule: ruleOnNewLabel },
  { methods: ['GET', 'PATCH', 'DELETE'], rest: /^\/labels(?:\/[^/]+)?$/u, anyOf: ISSUES },
  { methods: ['POST', 'PUT'], rest: /^\/issues\/\d+\/labels$/u, anyOf: ISSUES, rule: ruleOnLabels },
  { methods: ['GET', 'DELETE'], rest: /^\/issues\/\d+\/labels(?:\/[^/]+)?$/u, anyOf: ISSUES },
  { methods: ['GET', 'PATCH'], rest: /^\/issues\/\d+$/u, anyOf: ISSUES },
  { methods: ['GET', 'POST'], rest: /^\/issues\/\d+\/(?:comments|assignees)$/u, anyOf: ISSUES },
  { methods: ['GET'], rest: /^\/branches$/u, anyOf: CONTENTS, answer: listBranches },
  { methods: ['GET'], rest: /^\/branches\/(.+)$/u, anyOf: CONTENTS, answer: showBranch },
  { methods: ['GET'], rest: /^\/git\/ref\/heads\/(.+)$/u, anyOf: CONTENTS, answer: showRef },
  { methods: ['GET'], rest: /^\/git\/matching-refs\/heads\/(.+)$/u, anyOf: CONTENTS, answer: matchRefs },
  { methods: ['DELETE'], rest: /^\/git\/refs\/heads\/(.+)$/u, anyOf: CONTENTS, answer: deleteRef },
];

/** What a method needs. */
export function accessFor(method: string): GitHubAccess {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

async function listBranches({ repository, apiUrl }: GitHubRepositoryCall): Promise<GitHubAnswer> {
  const tips = Object.entries(await branchesOf(repository));
  return answerJson(
    200,
    tips.map(([name, sha]) => branchView(`${apiUrl}/repos/${repository.fullName}`, name, sha)),
  );
}

async function showBranch({ repository, apiUrl }: GitHubRepositoryCall, part: string): Promise<GitHubAnswer> {
  const sha = (await branchesOf(repository))[part];
  if (sha === undefined) return refuse(404, 'Branch not found');
  return answerJson(200, branchView(`${apiUrl}/repos/${repository.fullName}`, part, sha));
}

async function showRef({ repository, apiUrl }: GitHubRepositoryCall, part: string): Promise<GitHubAnswer> {
  const sha = (await branchesOf(repository))[part];
  if (sha === undefined) return refuse(404, 'Not Found');
  return answerJson(200, refView(`${apiUrl}/repos/${repository.fullName}`, part, sha));
}

async function matchRefs({ repository, apiUrl }: GitHubRepositoryCall, part: string): Promise<GitHubAnswer> {
  const tips = Object.entries(await branchesOf(repository));
  const matching = tips.filter(([name]) => name.startsWith(part));
  return answerJson(
    200,
    matching.map(([name, sha]) => refView(`${apiUrl}/repos/${repository.fullName}`, name, sha)),
  );
}

async function deleteRef({ repository }: GitHubRepositoryCall, part: string): Promise<GitHubAnswer> {
  if ((await branchesOf(repository))[part] === undefined) return refuse(422, 'Reference does not exist');
  await removeBranch(repository, part);
  return { status: 204, headers: {}, body: '' };
}

function branchView(url: string, name: string, sha: string): Record<string, unknown> {
  return { name, commit: { sha, url: `${url}/commits/${sha}` }, protected: false };
}

function refView(url: string, name: string, sha: string): Record<string, unknown> {
  const object = { type: 'commit', sha, url: `${url}/git/commits/${sha}` };
  return { ref: `refs/heads/${name}`, node_id: sha, url: `${url}/git/refs/heads/${name}`, object };
}
