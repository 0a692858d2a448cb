import { beforeAll, describe, expect, it } from 'vitest';

import { checkInvariants } from './support/check-invariants.ts';
import type { History } from './support/history.ts';
import { runCell } from './support/kill-cell.ts';

/** What each invariant must catch, as a change to the history of a run in which nothing went wrong. */
const BROKEN: readonly [string, (history: History) => Partial<History>][] = [
  ['I1', ({ refsAfter }) => ({ refsAfter: { ...refsAfter, 'refs/heads/second': '0' } })],
  ['I1', ({ artifacts }) => ({ artifacts: artifacts.filter(({ name }) => name !== 'pull-request.md') })],
  ['I1', () => ({ branchCommits: 2 })],
  ['I1', ({ branchFiles }) => ({ branchFiles: branchFiles.slice(1) })],
  ['I2', ({ run }) => ({ run: { ...run, status: 'in_progress' } })],
  ['I2', ({ run }) => ({ run: { ...run, status: 'failed' } })],
  ['I3', () => ({ workspace: ['artifacts', 'home'] })],
  ['I3', () => ({ processes: ['1: agent'] })],
  ['I4', () => ({ leaks: ['state.db'] })],
  ['I5', ({ events }) => ({ events: events.filter((_, index) => index !== 3) })],
  ['I5', ({ events }) => ({ events: [...events, ...events.slice(-1)] })],
  ['I5', ({ run }) => ({ run: { ...run, epoch: run.epoch + 1 } })],
  ['I6', ({ artifacts }) => ({ artifacts: artifacts.filter(({ name }) => name !== 'discover.stderr.log') })],
  ['I6', ({ artifacts }) => ({ artifacts: artifacts.map((each) => ({ ...each, actualSha256: undefined })) })],
  ['I7', ({ refsAfter }) => ({ refsAfter: { ...refsAfter, 'refs/heads/main': '0' } })],
  ['I8', ({ agentStarts }) => ({ agentStarts: [...agentStarts, 'speckit_plan'] })],
  ['I8', ({ agentStarts }) => ({ agentStarts: agentStarts.slice(1) })],
];

describe('the checker of invariants', () => {
  let history: History;

  beforeAll(async () => {
    const undisturbed = await runCell('never');
    if (undisturbed.history === undefined) throw new Error('nothing was recorded');
    ({ history } = undisturbed);
  });

  it('finds nothing in a run in which nothing went wrong', () => {
    expect(checkInvariants(history)).toEqual([]);
  });

  it.each(BROKEN)('catches what breaks %s (%#)', (name, breakIt) => {
    const violations = checkInvariants({ ...history, ...breakIt(history) });
    expect(violations.filter((violation) => violation.startsWith(name))).not.toEqual([]);
  });
});
