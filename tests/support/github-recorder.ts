import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came, and how it went. */
export interface GitHubRequest {
  /** Which request it is, from 1. */
  readonly number: number;
  readonly kind: 'api' | 'git';
  readonly method: string;
  /** Without `/api/v3`, and without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body of an API request; `undefined` when there was none, or it was no JSON. */
  readonly body: unknown;
  /** The token it came with, of either kind of authorization. */
  readonly token: string | undefined;
  /** Whom GitHub limits: the user or the installation behind the token, or the token itself. */
  readonly principal: string | undefined;
  /** By the server's clock (`nowMs`), at its beginning. */
  readonly atMs: number;
  /** Monotonic. */
  readonly begunMs: number;
  /** Monotonic; `undefined` while it is not over. */
  readonly endedMs: number | undefined;
  /** `undefined` when nothing was answered. */
  readonly status: number | undefined;
  /** The fault it met. */
  readonly fault: string | undefined;
}

/** A time, by the server's clock, in which a token was told not to ask. */
export interface GitHubWindow {
  /** As in `GitHubRequest`. */
  readonly principal: string | undefined;
  readonly kind: GitHubRequest['kind'];
  readonly untilMs: number;
  /** When it was announced, monotonic. */
  readonly announcedMs: number;
  /** The request that was told. */
  readonly announcedTo: number;
}

/** A request that came although its token was told to wait. */
export interface GitHubOffence {
  readonly request: GitHubRequest;
  readonly window: GitHubWindow;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A request that is still being answered. */
export type OpenGitHubRequest = Mutable<GitHubRequest>;

/** Everything that was asked, in order. */
export interface GitHubRecorder {
  readonly requests: readonly GitHubRequest[];
  readonly windows: readonly GitHubWindow[];
  begin(request: Pick<GitHubRequest, 'kind' | 'method' | 'path' | 'query' | 'headers'>): OpenGitHubRequest;
  /** Note what the answer's headers announce. */
  answered(request: OpenGitHubRequest, status: number, headers: Readonly<Record<string, string>>): void;
  offences(): readonly GitHubOffence[];
}

/** An empty record that dates windows by this clock. */
export function gitHubRecorder(
  nowMs: () => number,
  principalOf: (token: string | undefined) => string | undefined,
): GitHubRecorder {
  const requests: OpenGitHubRequest[] = [];
  const windows: GitHubWindow[] = [];
  return {
    requests,
    windows,
    begin(request) {
      const recorded: OpenGitHubRequest = {
        ...request,
        number: requests.length + 1,
        body: undefined,
        token: tokenOf(request.headers),
        principal: principalOf(tokenOf(request.headers)),
        atMs: nowMs(),
        begunMs: performance.now(),
        endedMs: undefined,
        status: undefined,
        fault: undefined,
      };
      requests.push(recorded);
      return recorded;
    },
    answered(request, status, headers) {
      request.status = status;
      const untilMs = announcedEnd(headers, nowMs());
      const { principal, kind, number } = request;
      const announcedMs = performance.now();
      if (untilMs !== undefined) windows.push({ principal, kind, untilMs, announcedMs, announcedTo: number });
    },
    offences: () => requests.flatMap((request) => offencesOf(request, windows)),
  };
}

/** The token of `Bearer <token>`, `token <token>` or `Basic <x-access-token:token>`. */
export function tokenOf({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/u.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value === '' ? undefined : value;
  return /^[^:]*:(.*)$/su.exec(Buffer.from(value, 'base64').toString('utf8'))?.[1];
}

function announcedEnd(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) return nowMs + Number(retryAfter) * 1000;
  if (headers['x-ratelimit-remaining'] !== '0') return undefined;
  return Number(headers['x-ratelimit-reset']) * 1000;
}

function offencesOf(request: GitHubRequest, windows: readonly GitHubWindow[]): GitHubOffence[] {
  return (
    windows
      .filter(({ principal, kind }) => principal === request.principal && kind === request.kind)
      // Not one that was on its way when the window was announced.
      .filter(({ announcedMs, untilMs }) => request.begunMs > announcedMs && request.atMs < untilMs)
      .map((window) => ({ request, window }))
  );
}
