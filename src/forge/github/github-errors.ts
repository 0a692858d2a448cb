import { AppError, appError, describeThrown, retryAt } from '../../domain/app-error.ts';

/** What was being asked, for a message. */
export interface Asking {
  readonly repository: string;
  /** As in "refused to {action} {repository}", such as `open a pull request in`. */
  readonly action: string;
  /** The setting whose login was used. */
  readonly setting: string;
}

const FORGE = 'github';
const MESSAGE_MAX_CHARS = 300;

/** What Octokit throws, as far as it matters: its status is 500 where there was no answer at all. */
interface Failed {
  readonly status: number;
  readonly message: string;
}

/** Which codes a status means; more particular words come first. Everything else counts as a passing fault. */
const ROWS: readonly {
  readonly statuses: readonly number[];
  readonly words?: RegExp;
  readonly make: (asking: Asking, problem: string) => AppError;
}[] = [
  {
    statuses: [401],
    make: (asking, problem) => appError('forge_unauthorized', { forge: FORGE, ...asking, problem }),
  },
  {
    statuses: [403, 422],
    words: /archived/iu,
    make: ({ repository }) => appError('repository_archived', { repository }),
  },
  {
    statuses: [422],
    words: /draft pull requests are not supported/iu,
    make: ({ repository }, problem) => appError('draft_refused', { repository, problem }),
  },
  {
    statuses: [404],
    make: (asking) =>
      appError('forge_denied', {
        forge: FORGE,
        ...asking,
        problem: 'it is not there, or this login may not see it',
      }),
  },
  {
    statuses: [403],
    make: (asking, problem) => appError('forge_denied', { forge: FORGE, ...asking, problem }),
  },
  {
    statuses: [400, 409, 410, 422, 451],
    make: (asking, problem) => appError('forge_refused', { forge: FORGE, ...asking, problem }),
  },
];

/** The one translation of whatever a request may end with. */
export function githubError(thrown: unknown, asking: Asking, closedUntilMs: number | undefined): AppError {
  if (thrown instanceof AppError) return thrown;
  const { status, message } = failedOf(thrown);
  if (closedUntilMs !== undefined && (status === 403 || status === 429))
    return rateLimited(asking, message, closedUntilMs);
  const row = ROWS.find(
    ({ statuses, words }) => statuses.includes(status) && (words === undefined || words.test(message)),
  );
  return (
    row?.make(asking, message) ??
    appError('forge_unreachable', { forge: FORGE, ...asking, problem: message }, thrown)
  );
}

/** Nothing may be asked before that time. */
function rateLimited(asking: Asking, problem: string, untilMs: number): AppError {
  const until = new Date(untilMs).toISOString();
  return retryAt(appError('rate_limited', { forge: FORGE, ...asking, problem, until }), untilMs);
}

function failedOf(thrown: unknown): Failed {
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 0;
  const words = describeThrown(thrown).replace(/ - https?:\/\/\S+$/u, '');
  const message = words.length > MESSAGE_MAX_CHARS ? `${words.slice(0, MESSAGE_MAX_CHARS)}...` : words;
  return { status, message: message.replace(/\.+$/u, '') || 'no answer' };
}
