import { describe, expect, test } from 'vitest';

import { canTransition, isTerminal, RUN_STATUSES, type RunStatus } from './run.ts';

/** Rows: from; columns: to, both in the order of RUN_STATUSES. */
const LEGAL: Readonly<Record<RunStatus, string>> = {
  queued: '-x---x',
  in_progress: 'xxxxxx',
  succeeded: '------',
  failed: 'x-----',
  no_changes: 'x-----',
  cancelled: 'x-----',
};

describe.each(RUN_STATUSES)('from %s', (from) => {
  test.each(RUN_STATUSES.map((to, column) => [to, LEGAL[from][column] === 'x'] as const))(
    'a move to %s is allowed: %s',
    (to, isLegal) => {
      expect(canTransition(from, to)).toBe(isLegal);
    },
  );
});

test('a run that succeeded never moves again, and only a retry moves a terminal one', () => {
  for (const from of RUN_STATUSES.filter(isTerminal)) {
    const moves = RUN_STATUSES.filter((to) => canTransition(from, to));
    expect(moves).toEqual(from === 'succeeded' ? [] : ['queued']);
  }
});

test('exactly the statuses nobody works on are terminal', () => {
  expect(RUN_STATUSES.filter((status) => !isTerminal(status))).toEqual(['queued', 'in_progress']);
});
