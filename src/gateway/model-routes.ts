import { modelUrlAt, type ModelProtocol } from '../domain/model-access.ts';

/** One kind of call a provider takes, as an agent makes it. */
interface ModelRoute {
  readonly path: RegExp;
  /** Each query that may stand behind the path, and what of it goes on. Nothing else does. */
  readonly queries: ReadonlyMap<string, string>;
  /** Whether the provider bills tokens for it. */
  readonly isBilled: boolean;
}

/** A call that may go on, and where to. */
export interface ModelCall {
  readonly url: string;
  readonly query: string;
  readonly isBilled: boolean;
}

/** Why a request was not passed on. */
export type RequestRefusal =
  | 'no_model'
  | 'form_not_allowed'
  | 'method_not_allowed'
  | 'path_not_allowed'
  | 'query_not_allowed'
  | 'header_not_allowed'
  | 'content_type_not_allowed'
  | 'pipelined';

/** What a request says of itself before its body, as it came. */
export interface RequestHead {
  readonly httpVersion: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const NO_QUERY = new Map([['', '']]);
/** Claude Code puts it there; the header `anthropic-beta` is what counts. */
const ANTHROPIC_QUERIES = new Map([...NO_QUERY, ['beta=true', '']]);
const GEMINI_QUERIES = new Map([...NO_QUERY, ['alt=sse', 'alt=sse']]);
const billed = (path: RegExp, queries: ReadonlyMap<string, string> = NO_QUERY) => ({
  path,
  queries,
  isBilled: true,
});

/** Everything an agent may ask, by request format; all of it by POST with JSON. What is not here is refused. */
export const MODEL_ROUTES: Readonly<Record<ModelProtocol, readonly ModelRoute[]>> = {
  // All that Codex 0.169 asks for with a base URL of ours; the list of models it does without.
  openai_responses: [billed(/^\/v1\/responses$/u)],
  openai_chat: [billed(/^\/v1\/chat\/completions$/u)],
  anthropic_messages: [
    billed(/^\/v1\/messages$/u, ANTHROPIC_QUERIES),
    { path: /^\/v1\/messages\/count_tokens$/u, queries: ANTHROPIC_QUERIES, isBilled: false },
  ],
  gemini: [
    billed(
      /^\/v1beta\/models\/[a-z0-9](?:[a-z0-9-]|\.(?!\.)){0,99}:(?:streamG|g)enerateContent$/u,
      GEMINI_QUERIES,
    ),
    {
      path: /^\/v1beta\/models\/[a-z0-9](?:[a-z0-9-]|\.(?!\.)){0,99}:countTokens$/u,
      queries: NO_QUERY,
      isBilled: false,
    },
  ],
};

/** Headers that would make a server or a program between read another request than we judged. */
const FORBIDDEN_HEADERS = [
  'upgrade',
  'content-encoding',
  'trailer',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
];

/** Judge a request by its head alone: nothing is decoded or tidied first, so that what was judged is what goes on. */
export function judgeModelRequest(
  head: RequestHead,
  model: { readonly protocol: ModelProtocol; readonly baseUrl: string } | undefined,
): ModelCall | RequestRefusal {
  if (model === undefined) return 'no_model';
  // Node takes a line without a version for HTTP/0.9 and serves it all the same.
  if (head.httpVersion !== '1.1') return 'form_not_allowed';
  if (!head.url.startsWith('/') || head.url.includes('#')) return 'form_not_allowed';
  const [path = '', ...queries] = head.url.split('?');
  const route = MODEL_ROUTES[model.protocol].find((each) => each.path.test(path));
  if (route === undefined) return 'path_not_allowed';
  if (head.method !== 'POST') return 'method_not_allowed';
  const query = route.queries.get(queries.join('?'));
  if (query === undefined || head.url.endsWith('?')) return 'query_not_allowed';
  if (FORBIDDEN_HEADERS.some((name) => head.headers[name] !== undefined)) return 'header_not_allowed';
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?$/iu.test(String(head.headers['content-type'])))
    return 'content_type_not_allowed';
  const below = path.slice(modelUrlAt('', model.protocol).length);
  return { url: `${model.baseUrl}${below}`, query, isBilled: route.isBilled };
}
