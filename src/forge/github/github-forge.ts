import { appError } from '../../domain/app-error.ts';
import type { Connect, Forge, ForgeConnection } from '../port.ts';
import { getToken, share, type GitHubOptions, type Shared } from './github-access.ts';
import { demandLogin, loginVariables } from './github-login.ts';
import { isListed, slugOf } from './slug.ts';

const USERNAME = 'x-access-token';

/**
 * GitHub, or a GitHub Enterprise Server: REST through Octokit, and a login for git. Nothing is loaded or opened before the first
 * connection.
 */
export function githubForge(options: GitHubOptions): Forge {
  const shared = share(options);
  const { serverUrl, login, allowed } = options;
  return {
    name: 'github',
    variables: loginVariables(login),
    serves: (repository) => slugOf(serverUrl, repository) !== undefined,
    demandAllowed(repository) {
      const slug = slugOf(serverUrl, repository);
      if (allowed === undefined || (slug !== undefined && isListed(slug, allowed))) return;
      throw appError('repository_not_allowed', { repository, known: allowed.join(', ') });
    },
    checkSettings: () => demandLogin(login),
    async diagnose() {
      const { diagnose } = await import('./diagnose.ts');
      return diagnose(shared);
    },
    fileUrlPrefix(repository, branch) {
      const path = branch.split('/').map(encodeURIComponent).join('/');
      return `${repository}/blob/${path}/`;
    },
    connect: (asked) => connect(shared, asked),
  };
}

async function connect(shared: Shared, asked: Connect): Promise<ForgeConnection> {
  const { serverUrl, login } = shared.options;
  const slug = slugOf(serverUrl, asked.repository);
  if (slug === undefined) throw appError('forge_unavailable', { repository: asked.repository });
  const { repository } = asked;
  // What everybody may read can be cloned without a login.
  if (login.kind === 'none' && asked.purpose === 'read') return anonymous();
  demandLogin(login);
  const token = await getToken(shared, { ...asked, slug });
  const verbs = await import('./draft-pr.ts');
  const target = { client: token.client, slug, repository };
  return {
    login: { origin: new URL(serverUrl).origin, username: USERNAME, password: token.value },
    findPr: (query) => verbs.findPr(target, query),
    findPrForRequest: (query) => verbs.findPrForRequest(target, query),
    ensureDraftPr: (draft) => verbs.ensureDraftPr(target, draft),
    [Symbol.asyncDispose]: token.release,
  };
}

/** Reads nothing but git. */
function anonymous(): ForgeConnection {
  return {
    login: undefined,
    findPr: () => Promise.resolve(undefined),
    findPrForRequest: () => Promise.resolve(undefined),
    ensureDraftPr: () =>
      Promise.reject(appError('internal', { problem: 'no login to open a pull request with' })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
