import type { Forge, ForgeConnection } from '../forge/port.ts';
import { appError } from '../domain/app-error.ts';
import type { Deps } from './deps.ts';
import type { RunSession } from './run-session.ts';

/** The forge that hosts a repository, if the operator lets runs work on it. @throws `forge_unavailable`, `repository_not_allowed` */
export function forgeFor({ forges }: Pick<Deps, 'forges'>, repository: string): Forge {
  const forge = forges.find((candidate) => candidate.serves(repository));
  if (forge === undefined) throw appError('forge_unavailable', { repository });
  forge.demandAllowed(repository);
  return forge;
}

/** A login that only reads; dispose of it when the step is over. @throws as `Forge.connect` */
export function connectToRead({ deps, run, signal }: RunSession): Promise<ForgeConnection> {
  return forgeFor(deps, run.repository).connect({ repository: run.repository, purpose: 'read', signal });
}

/**
 * Use the one login the publishing phases share. When they fail it is given back, and the next try logs in anew: it may have run out.
 * @throws as `Forge.connect`
 */
export async function whilePublishing<Result>(
  session: RunSession,
  use: (connection: ForgeConnection, forge: Forge) => Promise<Result>,
): Promise<Result> {
  const { deps, run, signal } = session;
  const forge = forgeFor(deps, run.repository);
  session.publishing ??= forge.connect({ repository: run.repository, purpose: 'publish', signal });
  try {
    return await use(await session.publishing, forge);
  } catch (thrown) {
    await stopPublishing(session);
    throw thrown;
  }
}

/** Give the login back, if there is one. */
export async function stopPublishing(session: RunSession): Promise<void> {
  const connecting = session.publishing;
  delete session.publishing;
  const connection = await connecting?.catch(() => undefined);
  await connection?.[Symbol.asyncDispose]();
}
