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

/** The forge the run was accepted for: another one that hosts the same name would publish elsewhere. @throws as `forgeFor` */
export function forgeOf({ deps, run }: Pick<RunSession, 'deps' | 'run'>): Forge {
  const { repository, forge: name } = run;
  const forge = forgeFor(deps, repository);
  if (name !== null && forge.name !== name) throw appError('forge_unavailable', { repository });
  return forge;
}

/** A login that only reads; dispose of it when the step is over. @throws as `Forge.connect` */
export function connectToRead(session: RunSession): Promise<ForgeConnection> {
  const { run, signal } = session;
  return forgeOf(session).connect({ repository: run.repository, purpose: 'read', signal });
}

/**
 * Use the one login the publishing phases share. When they fail it is given back, and the next try logs in anew: it may have run out.
 * @throws as `Forge.connect`
 */
export async function whilePublishing<Result>(
  session: RunSession,
  use: (connection: ForgeConnection, forge: Forge) => Promise<Result>,
): Promise<Result> {
  const { run, signal } = session;
  const forge = forgeOf(session);
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
