import { EnvHttpProxyAgent, fetch as undiciFetch, Response, type Dispatcher } from 'undici';

import { appError } from '../../domain/app-error.ts';
import { readTrustedCertificates } from './trusted-certificates.ts';
import type { RateLimitGate } from './rate-limit.ts';

/** How this process reaches the network, and for how long it waits. */
export interface FetchOptions {
  /** Proxies and certificates, by the names of their variables. */
  readonly networkEnv: Readonly<Record<string, string>>;
  /** For one request and its whole answer. */
  readonly requestMs: number;
}

type Fetch = (url: string, init: Parameters<typeof undiciFetch>[1]) => Promise<Response>;

/** A page of a hundred pull requests has at most 6.5 million characters of bodies, of up to four bytes each. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;
/** Redirects are not followed, and the answer to one is not what was asked for. */
const MOVED = { message: 'it has another address now, so use its present name' };
const CONNECT_MS = 10_000;

/** Connections through the operator's proxy, trusting the operator's certificates. */
export async function openNetwork({ networkEnv }: FetchOptions): Promise<Dispatcher> {
  const ca = await readTrustedCertificates(networkEnv);
  const proxy = networkEnv['HTTPS_PROXY'];
  const tls = ca === undefined ? {} : { ca: [...ca] };
  return new EnvHttpProxyAgent({
    ...(proxy === undefined ? {} : { httpsProxy: proxyUrl(proxy) }),
    httpProxy: '',
    ...(networkEnv['NO_PROXY'] === undefined ? {} : { noProxy: networkEnv['NO_PROXY'] }),
    connect: { ...tls, timeout: CONNECT_MS },
    requestTls: { ...tls, timeout: CONNECT_MS },
    proxyTls: { ...tls, timeout: CONNECT_MS },
  });
}

/** As git takes it: `host:port` is a proxy that is spoken to by `http`. @throws `setting_invalid` */
function proxyUrl(proxy: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//iu.test(proxy) ? proxy : `http://${proxy}`;
  if (URL.canParse(url) && /^https?:\/\//iu.test(url)) return url;
  throw appError('setting_invalid', {
    name: 'HTTPS_PROXY',
    problem: 'a URL that begins with http:// is expected',
  });
}

/**
 * A `fetch` for Octokit: one deadline for a request and its answer, an answer of bounded size, no redirects (they would take the login
 * along), and not a byte while the gate is closed.
 */
export function boundedFetch(
  { requestMs }: FetchOptions,
  {
    dispatcher,
    gate,
    signal,
  }: { readonly dispatcher: Dispatcher; readonly gate: RateLimitGate; readonly signal: AbortSignal },
): Fetch {
  return async (url, init) => {
    // Octokit then makes an error of it as if GitHub had said so.
    if (gate.closedUntilMs() !== undefined)
      return Response.json({ message: 'still within a limit' }, { status: 429 });
    const deadline = AbortSignal.timeout(requestMs);
    const limits = { signal: AbortSignal.any([signal, deadline]), redirect: 'manual', dispatcher } as const;
    const answer = await undiciFetch(url, { ...init, ...limits });
    const bytes = await readBounded(answer);
    const headers = Object.fromEntries(answer.headers);
    gate.note({ status: answer.status, headers, text: answer.status < 400 ? '' : bytes.toString('utf8') });
    if (answer.status >= 300 && answer.status < 400) return Response.json(MOVED, { status: 410 });
    const hasBody = answer.status !== 204 && answer.status !== 304;
    return new Response(hasBody ? bytes : null, { status: answer.status, headers: withoutFraming(headers) });
  };
}

async function readBounded(answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > ANSWER_MAX_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The bytes were unpacked already. */
function withoutFraming(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name),
    ),
  );
}
