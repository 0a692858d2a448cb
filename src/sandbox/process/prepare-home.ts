import { realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../../domain/app-error.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import type { SandboxCommand } from '../port.ts';
import type { ExecutionDirectories } from './supervisor.ts';

/** The agent's directory for temporary files, inside its HOME. */
export function temporaryDirectory({ homeDirectory }: Pick<SandboxCommand, 'homeDirectory'>): string {
  return path.join(homeDirectory, 'tmp');
}

/** Make TMPDIR, lay the files of HOME, and resolve what the agent may later delete. @throws `sandbox_unavailable` */
export async function prepareHome(command: SandboxCommand): Promise<ExecutionDirectories> {
  try {
    await makeDirectory(temporaryDirectory(command), 0o700);
    for (const [name, content] of Object.entries(command.homeFiles)) {
      const file = path.join(command.homeDirectory, name);
      await makeDirectory(path.dirname(file), 0o700);
      await writeFile(file, content, { mode: 0o600 });
    }
    return await resolveDirectories(command);
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The directories of an execution as the system names them. */
export async function resolveDirectories({
  workingDirectory,
  homeDirectory,
}: Pick<SandboxCommand, 'workingDirectory' | 'homeDirectory'>): Promise<ExecutionDirectories> {
  return { work: await realpath(workingDirectory), home: await realpath(homeDirectory) };
}

/** The one error this sandbox has. */
export function unavailable(cause: unknown) {
  return appError('sandbox_unavailable', { sandbox: 'process', problem: describeThrown(cause) }, cause);
}
