import { createEmulator } from 'emulate';

import type { GitHubAnswer } from './github-answer.ts';

/** A call below the API's root. */
export interface GitHubCall {
  readonly method: string;
  /** With the query, without `/api/v3`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** In whose name. */
  readonly owner: string;
}

/** The emulator behind the front: it keeps pull requests, labels and comments, and believes whoever asks. */
export interface GitHubEmulator {
  call(call: GitHubCall): Promise<GitHubAnswer>;
  close(): Promise<void>;
}

/** The emulator stops a token after 5000 calls, so each owner has many. */
const TOKENS_PER_OWNER = 40;
const API_ROOTS = ['app', 'installation', 'orgs', 'repos', 'users'];

/** Start the emulator for these owners; what it answers names the front's addresses. */
export async function startEmulator(options: {
  readonly owners: readonly string[];
  readonly url: string;
  readonly apiUrl: string;
}): Promise<GitHubEmulator> {
  const { owners, url, apiUrl } = options;
  const tokens = owners.flatMap((login) =>
    Array.from({ length: TOKENS_PER_OWNER }, (_, number) => [tokenOfOwner(login, number), { login }]),
  );
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: { tokens: Object.fromEntries(tokens), github: { users: owners.map((login) => ({ login })) } },
  });
  const { port } = new URL(emulator.url);
  let calls = 0;
  return {
    async call({ method, path, body, owner }) {
      calls += 1;
      const headers = {
        authorization: `Bearer ${tokenOfOwner(owner, calls % TOKENS_PER_OWNER)}`,
        'content-type': 'application/json',
      };
      const payload = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...payload });
      const rename = (text: string) => renameAddresses(text, { port, url, apiUrl });
      const kept = ['content-type', 'link'].flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, rename(value)]];
      });
      return {
        status: response.status,
        headers: Object.fromEntries(kept),
        body: rename(await response.text()),
      };
    },
    close: () => emulator.close(),
  };
}

function tokenOfOwner(login: string, number: number): string {
  return `inside-${login}-${number}`;
}

function renameAddresses(
  text: string,
  { port, url, apiUrl }: { readonly port: string; readonly url: string; readonly apiUrl: string },
): string {
  const plain = text.replaceAll(`127.0.0.1:${port}`, `localhost:${port}`);
  const api = API_ROOTS.reduce(
    (renamed, root) => renamed.replaceAll(`http://localhost:${port}/${root}/`, `${apiUrl}/${root}/`),
    plain,
  );
  return api
    .replaceAll(`http://localhost:${port}`, url)
    .replaceAll(`localhost:${port}`, url.replace('http://', ''));
}
