import { sql } from 'kysely';
import { appError } from '../../domain/app-error.ts';
import type { Fence } from '../port.ts';
import type { StoreContext } from './context.ts';
import { heldRow, updateHeldRun } from './fence.ts';

const MAX_TRIES = 200;

/** See `Store.reserveFeatureNumber`. The unique index decides between runs that ask at the same time; the loser asks again. */
export async function reserveFeatureNumber(
  context: StoreContext,
  fence: Fence,
  floor: number,
): Promise<number> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const number = await tryReserve(context, fence, floor);
    if (number !== undefined) return number;
  }
  throw appError('feature_conflict', {
    feature: `number above ${floor}`,
    problem: `other runs on this repository took every number tried (${MAX_TRIES} times)`,
  });
}

/** `undefined` when another run took the number between the look and the write. */
async function tryReserve(context: StoreContext, fence: Fence, floor: number): Promise<number | undefined> {
  try {
    const row = await updateHeldRun(context, fence)
      .set({ feature_number: sql<number>`coalesce(feature_number, ${lowestFreeNumber(floor)})` })
      .returning('feature_number')
      .executeTakeFirst();
    return heldRow(row, fence).feature_number ?? undefined;
  } catch (thrown) {
    if (context.dialect.isUniqueViolation(thrown)) return undefined;
    throw thrown;
  }
}

/** Only `floor + 1` and the successors of taken numbers can be the lowest free one. */
function lowestFreeNumber(floor: number) {
  return sql<number>`(
    select min(candidate.number) from (
      select cast(${floor} as integer) + 1 as number
      union all
      select taken.feature_number + 1 from spec_automation_runs as taken
        where taken.repository = spec_automation_runs.repository and taken.feature_number > ${floor}
    ) as candidate
    where not exists (
      select 1 from spec_automation_runs as held
        where held.repository = spec_automation_runs.repository and held.feature_number = candidate.number
    )
  )`;
}
