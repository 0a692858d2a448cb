import { describe, expect, test } from 'vitest';

import { AGENT_PHASES } from '../domain/phases.ts';
import { documentProblem, openQuestions } from '../domain/feature-documents.ts';
import { builtinPrompts } from './builtin-prompts.ts';

const EMPTY_TREE = { paths: [], readText: () => Promise.resolve(undefined) };
const NO_FILES = { tree: EMPTY_TREE, scaffold: () => Promise.resolve(EMPTY_TREE) };

describe.each(AGENT_PHASES)('the built-in prompt of $command', ({ command, document }) => {
  const find = () => builtinPrompts().find({ specKitKey: 'any', command, ...NO_FILES });

  test('is there for every agent and every repository', async () => {
    expect(await find()).toMatchObject({ pack: 'builtin', version: '1', origin: `builtin/${command}` });
  });

  test('takes the text of the user once and names the document to write', async () => {
    const body = (await find())?.body ?? '';
    expect(body.match(/\$ARGUMENTS/gu)).toHaveLength(1);
    expect(body).toContain(document);
    expect(body).not.toMatch(/\{\{|\{SCRIPT\}|__[A-Z]/u);
  });

  test('shows a form that does not pass for the document it asks for', async () => {
    const body = (await find())?.body ?? '';
    const [, form = ''] = /~~~markdown\n([^]*?)~~~/u.exec(body) ?? [];
    expect(form).toMatch(/^# /u);
    expect(form).toContain('<');
    expect(openQuestions(form)).toEqual([]);
  });
});

test.each([
  [
    'specify',
    [
      '### User Story 1 - ',
      '**Acceptance Scenarios**',
      '### Edge Cases',
      '- **FR-001**: ',
      '- **SC-001**: ',
      '## Assumptions',
      'checklists/requirements.md',
      '[NEEDS CLARIFICATION: ',
    ],
  ],
  [
    'plan',
    [
      '## Summary',
      '## Technical Context',
      '## Constitution Check',
      '## Project Structure',
      '**Structure Decision**',
      '## Complexity Tracking',
      'research.md',
      'data-model.md',
      'quickstart.md',
      'contracts/',
    ],
  ],
  [
    'tasks',
    [
      '## Phase 1: Setup',
      '## Phase 2: Foundational',
      '## Phase 3: User Story 1 - ',
      '- [ ] T001 ',
      '[P]',
      '[US1]',
    ],
  ],
] as const)('the prompt of %s asks for the parts of its document', async (command, parts) => {
  const template = await builtinPrompts().find({ specKitKey: 'any', command, ...NO_FILES });
  for (const part of parts) expect(template?.body).toContain(part);
});

test('a form filled in by the book is accepted', async () => {
  const template = await builtinPrompts().find({ specKitKey: 'any', command: 'tasks', ...NO_FILES });
  const [, form = ''] = /~~~markdown\n([^]*?)~~~/u.exec(template?.body ?? '') ?? [];
  expect(documentProblem('tasks', form.replaceAll(/<[^>]*>/gu, 'something'))).toBeUndefined();
});
