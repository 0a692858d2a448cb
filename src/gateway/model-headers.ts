import type { ModelProtocol } from '../domain/model-access.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What of an agent's headers goes on. Not `accept-encoding`, so that the answer can be read; not `content-encoding`, which is refused:
 * the limit is one of bytes that mean something; and no credential of any name.
 */
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'anthropic-beta',
  'anthropic-version',
  'openai-beta',
  'user-agent',
]);

const RESPONSE_HEADERS: readonly RegExp[] = [
  /^content-type$/u,
  /^retry-after(?:-ms)?$/u,
  /^(?:x-)?request-id$/u,
  /^x-should-retry$/u,
  /^(?:x|anthropic)-ratelimit-[a-z0-9-]+$/u,
  /^openai-(?:model|processing-ms|version)$/u,
];

const HEADER_MAX_CHARS = 1_024;

/** How each format is told who asks. */
const CREDENTIALS: Readonly<Record<ModelProtocol, (key: string) => Readonly<Record<string, string>>>> = {
  openai_responses: (key) => ({ authorization: `Bearer ${key}` }),
  openai_chat: (key) => ({ authorization: `Bearer ${key}` }),
  anthropic_messages: (key) => ({ 'x-api-key': key }),
  gemini: (key) => ({ 'x-goog-api-key': key }),
};

/** The headers of a call to the provider: few of the agent's, and the key. `given` has those of its body and `host` too. */
export function requestHeaders(
  given: Headers,
  model: { readonly protocol: ModelProtocol; readonly key: string | undefined },
): Record<string, string> {
  return {
    ...only(given, (name) => REQUEST_HEADERS.has(name)),
    ...only(given, (name) => ['content-length', 'host'].includes(name)),
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    ...(model.key === undefined ? {} : CREDENTIALS[model.protocol](model.key)),
  };
}

/** What of a provider's headers an agent sees; one that holds the key is dropped as a whole. */
export function responseHeaders(given: Headers, key: string | undefined): Record<string, string> {
  const isClean = (value: string) => key === undefined || !value.includes(key);
  return only(
    given,
    (name, value) => RESPONSE_HEADERS.some((pattern) => pattern.test(name)) && isClean(value),
  );
}

function only(given: Headers, isWanted: (name: string, value: string) => boolean): Record<string, string> {
  const single = Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'string' && value.length <= HEADER_MAX_CHARS ? [[name, value] as const] : [],
  );
  return Object.fromEntries(single.filter(([name, value]) => isWanted(name, value)));
}
