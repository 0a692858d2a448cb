import { answerJson, refuse, type GitHubAnswer } from './github-answer.ts';
import type { GitHubRequest } from './github-recorder.ts';

/** Everything that may go wrong with a request. Nothing is done unless the name says `after effect`. */
export type GitHubFaultName =
  | '502'
  | '504 after effect'
  | 'reset'
  | 'reset after effect'
  | 'reset in the answer'
  | 'hang'
  | 'hang after effect'
  | 'truncated JSON'
  | '401'
  | '403 secondary'
  | '403 primary'
  | '403 plain'
  | '429';

/** A fault by its name, or with what it announces. `truncated JSON` and `reset in the answer` come after the effect. */
export type GitHubFault =
  | GitHubFaultName
  /** Without `retryAfterSeconds` there is no such header. */
  | { readonly name: '403 secondary' | '429' | '502'; readonly retryAfterSeconds?: number }
  /** An hour when only the name is given. */
  | { readonly name: '403 primary'; readonly resetInSeconds: number }
  /** Another address, as for a repository that was renamed; 301 when no status is given. */
  | { readonly name: 'redirect'; readonly location: string; readonly status?: 301 | 302 | 307 }
  /** A push that a pre-receive hook refuses with this text; for git requests only. */
  | { readonly name: 'push rejected'; readonly text: string };

/** Which requests go wrong, how, and how often. */
export interface GitHubFaultPlan {
  /** `path` is tried on the path without `/api/v3` and the query; git's paths are like `/acme/shop.git/info/refs`. */
  readonly match: { readonly method?: string; readonly path: RegExp };
  readonly fault: GitHubFault;
  /** How many requests, 1 when absent; `Infinity` is fine. */
  readonly times?: number;
  /** How many matching requests go well before that. */
  readonly after?: number;
}

/** What becomes of a request. */
export type GitHubDelivery =
  | { readonly kind: 'answer' | 'cut'; readonly answer: GitHubAnswer }
  | { readonly kind: 'reset' | 'hang' };

/** Carries the request out; a text lets a push fail in a hook. */
type Effect = (rejection?: string) => Promise<GitHubAnswer>;

interface Options {
  readonly effect: Effect;
  readonly nowMs: () => number;
}

/** The faults that are still to come. */
export interface GitHubFaults {
  add(plan: GitHubFaultPlan): void;
  clear(): void;
  /** Take the first fault that is meant for the request. */
  take(request: GitHubRequest): GitHubFault | undefined;
}

const HOUR_S = 3600;
const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

/** No faults yet. */
export function gitHubFaults(): GitHubFaults {
  const plans: { plan: GitHubFaultPlan; wait: number; left: number }[] = [];
  return {
    add: (plan) => void plans.push({ plan, wait: plan.after ?? 0, left: plan.times ?? 1 }),
    clear: () => void plans.splice(0),
    take(request) {
      const pending = plans.find(({ plan, left }) => left > 0 && isMeant(plan, request));
      if (pending === undefined) return undefined;
      if (pending.wait > 0) {
        pending.wait -= 1;
        return undefined;
      }
      pending.left -= 1;
      return pending.plan.fault;
    },
  };
}

/** The fault's name. */
export function nameOfFault(fault: GitHubFault): string {
  return typeof fault === 'string' ? fault : fault.name;
}

/** Let the request go wrong. */
export async function deliverFault(fault: GitHubFault, options: Options): Promise<GitHubDelivery> {
  const { effect } = options;
  if (typeof fault === 'object' && fault.name === 'push rejected')
    return { kind: 'answer', answer: await effect(fault.text) };
  if (typeof fault === 'object' && fault.name === 'redirect')
    return { kind: 'answer', answer: moved(fault.location, fault.status) };
  switch (nameOfFault(fault)) {
    case 'reset':
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'hang' };
    case 'reset after effect':
      await effect();
      return { kind: 'reset' };
    case 'hang after effect':
      await effect();
      return { kind: 'hang' };
    case 'reset in the answer':
      return { kind: 'cut', answer: await effect() };
    case 'truncated JSON':
      return { kind: 'answer', answer: half(await effect()) };
    case '504 after effect':
      await effect();
      return { kind: 'answer', answer: page(504, 'Gateway Timeout') };
    default:
      return { kind: 'answer', answer: refusal(fault, options.nowMs) };
  }
}

function isMeant({ match }: GitHubFaultPlan, { method, path }: GitHubRequest): boolean {
  return (match.method === undefined || match.method === method) && path.search(match.path) !== -1;
}

function refusal(fault: GitHubFault, nowMs: () => number): GitHubAnswer {
  switch (nameOfFault(fault)) {
    case '401':
      return refuse(401, 'Bad credentials');
    case '403 plain':
      return refuse(403, 'Resource not accessible by personal access token');
    case '403 secondary':
      return refuse(403, SECONDARY, retryAfter(fault));
    case '403 primary':
      return refuse(403, 'API rate limit exceeded for user ID 1.', primaryHeaders(fault, nowMs));
    case '429':
      return refuse(429, SECONDARY, retryAfter(fault));
    default:
      return page(502, 'Bad Gateway', retryAfter(fault));
  }
}

function retryAfter(fault: GitHubFault): Record<string, string> {
  if (typeof fault === 'string' || !('retryAfterSeconds' in fault)) return {};
  return { 'retry-after': String(fault.retryAfterSeconds) };
}

function primaryHeaders(fault: GitHubFault, nowMs: () => number): Record<string, string> {
  const seconds = typeof fault === 'object' && 'resetInSeconds' in fault ? fault.resetInSeconds : HOUR_S;
  return {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-used': '5000',
    'x-ratelimit-reset': String(Math.ceil(nowMs() / 1000) + seconds),
    'x-ratelimit-resource': 'core',
  };
}

function moved(location: string, status = 301): GitHubAnswer {
  return answerJson(status, { message: 'Moved Permanently', url: location }, { location });
}

/** What a proxy in front of GitHub says: no JSON. */
function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): GitHubAnswer {
  const body = `<html><head><title>${status} ${title}</title></head><body>${title}</body></html>\n`;
  return { status, headers: { 'content-type': 'text/html', ...headers }, body };
}

function half(answer: GitHubAnswer): GitHubAnswer {
  const bytes = Buffer.from(answer.body);
  return { ...answer, body: bytes.subarray(0, Math.floor(bytes.byteLength / 2)) };
}
