import { expect, test } from 'vitest';

import { AGENT_PHASES, isPhaseName, phaseIndex, PHASES, phasesFrom } from './phases.ts';

test('a run has ten phases, and the agent does the three of Spec Kit in the middle', () => {
  expect(PHASES.map((phase) => phase.name)).toEqual([
    'prepare_job',
    'start_job_container',
    'git_clone',
    'discover',
    'speckit_specify',
    'speckit_plan',
    'speckit_tasks',
    'commit_push',
    'open_pr',
    'cleanup',
  ]);
  expect(AGENT_PHASES.map(({ command, document }) => `${command} ${document}`)).toEqual([
    'specify spec.md',
    'plan plan.md',
    'tasks tasks.md',
  ]);
});

test('every phase knows its place, and what comes from it on', () => {
  PHASES.forEach((phase, index) => {
    expect(phaseIndex(phase.name)).toBe(index);
    expect(phasesFrom(phase.name)).toEqual(PHASES.slice(index).map(({ name }) => name));
  });
});

test('a name that is not in the table is not a phase', () => {
  expect(isPhaseName('git_clone')).toBe(true);
  expect(isPhaseName('git_push')).toBe(false);
});
