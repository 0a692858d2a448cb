import { appError } from '../domain/app-error.ts';
import type { Deps } from './deps.ts';

/** The sandbox of a run that names none: the first this machine offers, in the order they were composed. @throws `sandbox_unknown` */
export async function chooseSandbox({ sandboxes }: Pick<Deps, 'sandboxes'>): Promise<string> {
  for (const sandbox of sandboxes.values()) if (await sandbox.isPresent()) return sandbox.name;
  throw appError('sandbox_unknown', { sandbox: '', known: [...sandboxes.keys()].join(', ') });
}
