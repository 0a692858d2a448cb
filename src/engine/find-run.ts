import { appError } from '../domain/app-error.ts';
import type { Run } from '../domain/run.ts';
import type { Deps } from './deps.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
const PREFIX = /^[0-9a-f][0-9a-f-]{3,35}$/u;

/** A run by its id or by enough of its beginning (4 digits at least). @throws `run_not_found`, `request_invalid` (several match) */
export async function findRun({ store }: Deps, idOrPrefix: string): Promise<Run> {
  const wanted = idOrPrefix.toLowerCase();
  const run = UUID.test(wanted) ? await store.findRun(wanted) : undefined;
  if (run !== undefined) return run;
  const matches = PREFIX.test(wanted) ? await store.findRunsByPrefix(wanted) : [];
  const [first, second] = matches;
  if (first === undefined) throw appError('run_not_found', { run_id: idOrPrefix });
  if (second !== undefined) {
    const ids = matches.map(({ id }) => id).join(', ');
    throw appError('request_invalid', {
      field: 'run_id',
      problem: `'${idOrPrefix}' fits several runs: ${ids}`,
    });
  }
  return first;
}
