import { z } from 'zod';

import { clientFor, type Shared } from './github-access.ts';
import { APP_KEY, demandLogin, describeToken, type AppLogin, type TokenLogin } from './github-login.ts';
import { appToken } from './installation-token.ts';

const ACTION = 'say who we are at';
const DEADLINE_MS = 20_000;

/** Ask GitHub whether it takes the login, and say what is too powerful about it. @throws as `Forge.connect` */
export async function diagnose(shared: Shared): Promise<string> {
  const { login, serverUrl } = shared.options;
  if (login.kind === 'none')
    return `${serverUrl}: no login, so nothing can be published there; set GITHUB_TOKEN, or GITHUB_APP_ID and ${APP_KEY}`;
  demandLogin(login);
  const who = login.kind === 'app' ? await describeApp(shared, login) : await describeOwner(shared, login);
  return `${serverUrl}: ${who}`;
}

/** Asks for something that costs nothing and that every token may ask for. */
async function describeOwner(shared: Shared, { token, setting }: TokenLogin): Promise<string> {
  const client = await clientFor(shared, { ...asked(shared), token, key: 'token', setting });
  const { scopes = '' } = await client.ask({
    action: ACTION,
    answer: z.object({ scopes: z.string().optional() }),
    make: async (request) => {
      const { headers } = await request('GET /rate_limit');
      return { data: { scopes: headers['x-oauth-scopes'] } };
    },
  });
  const { name, excess } = describeToken(token);
  const may = scopes === '' ? '' : ` (scopes ${scopes})`;
  return `${setting}, a ${name}${may}${excess === undefined ? '' : `; stronger than needed: ${excess}`}`;
}

async function describeApp(shared: Shared, { appId = '', privateKey = '' }: AppLogin): Promise<string> {
  const token = await appToken({ appId, privateKey, nowMs: shared.options.nowMs() });
  const client = await clientFor(shared, { ...asked(shared), token, key: 'app', setting: APP_KEY });
  const { name } = await client.ask({
    action: ACTION,
    answer: z.object({ name: z.string() }),
    make: (request) => request('GET /app'),
  });
  return `GitHub App ${name}, with a token of its own for each run`;
}

function asked({ options }: Shared) {
  return { repository: options.apiUrl, purpose: 'read', signal: AbortSignal.timeout(DEADLINE_MS) } as const;
}
