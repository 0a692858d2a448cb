import { describe, expect, it } from 'vitest';

import { exitCodeOfEnd } from './exit-code.ts';

describe('the exit code of a run that ended', () => {
  it.each([
    ['succeeded', null, 0],
    ['no_changes', 'no_diff', 0],
    ['no_changes', 'clarification_needed', 0],
    ['cancelled', 'cancelled', 130],
    ['failed', 'agent_failed', 1],
    ['failed', 'feature_not_found', 2],
    ['failed', 'base_branch_missing', 2],
    ['failed', 'disk_reserve', 3],
    ['failed', 'a_reason_of_a_newer_version', 1],
    ['in_progress', null, 1],
  ] as const)('as %s (%s) is %d', (status, reason, exitCode) => {
    expect(exitCodeOfEnd({ status, reason })).toBe(exitCode);
  });
});
