import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { assert, property, string } from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { SPEC_TEXTS } from '../../../tests/support/spec-texts.ts';
import {
  countDocuments,
  documentProblem,
  isWrittenFor,
  openQuestions,
  parseTasks,
} from '../../domain/feature-documents.ts';
import type { SpecKitCommand } from '../../domain/phases.ts';
import { draftDocuments } from './draft-documents.ts';
import { describeRepository } from './repository.ts';
import type { OutlineRequest } from './request.ts';
import { readDocument, surveyTree } from './survey.ts';
import { writeDocuments } from './write-documents.ts';

const FEATURE = 'specs/001-sample';
const COMMANDS: readonly SpecKitCommand[] = ['specify', 'plan', 'tasks'];
const TYPESCRIPT = {
  'package.json':
    '{"name":"library","type":"module","scripts":{"test":"node --test"},"dependencies":{"fastify":"5.6.1","pg":"8.16.3"}}',
  'src/server.ts': 'export {};\n',
  'src/loans/loan.ts': 'export interface Loan {}\n',
  'test/loan.test.ts': 'export {};\n',
  'README.md': '# Library\n\nLends books.\n',
};
const PYTHON = {
  'pyproject.toml':
    '[project]\nname="shelf"\nrequires-python=">=3.11"\ndependencies=["click>=8"]\n[project.scripts]\nshelf="shelf.cli:main"\n[dependency-groups]\ndev=["pytest"]\n',
  'shelf/cli.py': 'import click\n',
  'tests/test_cli.py': 'def test(): pass\n',
};

function makeTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'outline-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

function requestFor(specText: string, more: Partial<OutlineRequest> = {}): OutlineRequest {
  return {
    command: 'specify',
    specText,
    requestedOn: '2026-01-05',
    featureDirectory: FEATURE,
    branchName: 'b',
    clarifications: [],
    notes: null,
    ...more,
  };
}

/** Do phases in order on a working copy, and return the names of the documents written. */
function draft(root: string, request: OutlineRequest, commands = COMMANDS): readonly string[] {
  return commands.flatMap((command) => {
    const sources = {
      repository: describeRepository(surveyTree(root)),
      readDocument: (name: string) => readDocument(root, name),
    };
    return writeDocuments(root, draftDocuments({ ...request, command }, sources));
  });
}

function read(root: string, name: string): string {
  return readFileSync(path.join(root, FEATURE, name), 'utf8');
}

/** Paths of all documents of the feature, in order. */
function listFeature(root: string): readonly string[] {
  const names = readdirSync(path.join(root, FEATURE), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => statSync(path.join(root, FEATURE, name)).isFile())
    .toSorted((a, b) => a.localeCompare(b));
}

function specOf(text: string): string {
  const root = makeTree(TYPESCRIPT);
  draft(root, requestFor(text), ['specify']);
  return read(root, 'spec.md');
}

describe('the documents of every kind of spec text', () => {
  for (const [kind, { text, questions }] of Object.entries(SPEC_TEXTS)) {
    it(`hold together for ${kind}`, () => {
      const root = makeTree(TYPESCRIPT);
      const startedMs = performance.now();
      draft(root, requestFor(text));
      if (kind === 'one megabyte')
        console.log(`1 MB spec text, three phases: ${Math.round(performance.now() - startedMs)} ms`);
      const [spec, plan, tasks] = [read(root, 'spec.md'), read(root, 'plan.md'), read(root, 'tasks.md')];
      expect([
        documentProblem('specify', spec),
        documentProblem('plan', plan),
        documentProblem('tasks', tasks),
      ]).toEqual([undefined, undefined, undefined]);
      expect(isWrittenFor(spec, text)).toBe(true);
      expect(openQuestions(spec)).toHaveLength(questions.length);

      const items = parseTasks(tasks);
      expect(items.map(({ id }) => id)).toEqual(
        items.map((_, index) => `T${String(index + 1).padStart(3, '0')}`),
      );
      const required = new Set([...spec.matchAll(/^- \*\*(FR-\d{3})\*\*/gmu)].map((match) => match[1] ?? ''));
      expect([...required].filter((id) => !tasks.includes(id))).toEqual([]);
      expect(countDocuments({ spec, plan, tasks })).toMatchObject({
        tasksDone: 0,
        openQuestions: questions.length,
      });
      expect(spec).toContain('outline agent');
    });
  }

  it('are acceptable whatever the text, and leave no question nobody asked', () => {
    const root = makeTree(PYTHON);
    const text = string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter(
      (value) => value.trim() !== '' && !value.includes('\0') && !/[?？]|TBD|TODO|CLARIF/iu.test(value),
    );
    assert(
      property(text, (specText) => {
        draft(root, requestFor(specText));
        const problems = [
          documentProblem('specify', read(root, 'spec.md')),
          documentProblem('plan', read(root, 'plan.md')),
          documentProblem('tasks', read(root, 'tasks.md')),
        ];
        return (
          problems.every((problem) => problem === undefined) &&
          openQuestions(read(root, 'spec.md')).length === 0
        );
      }),
      { numRuns: 150 },
    );
  });

  it('are the same bytes for the same text and repository, in whatever order the files were made', () => {
    const text = SPEC_TEXTS['user stories']?.text ?? '';
    const [one, two] = [
      makeTree(TYPESCRIPT),
      makeTree(Object.fromEntries(Object.entries(TYPESCRIPT).toReversed())),
    ];
    draft(one, requestFor(text));
    draft(two, requestFor(text));
    expect(listFeature(one)).toEqual(listFeature(two));
    for (const name of listFeature(one)) expect(read(two, name)).toBe(read(one, name));
  });

  it('are not written again when they are up to date', () => {
    const root = makeTree(TYPESCRIPT);
    const request = requestFor(SPEC_TEXTS['bullets']?.text ?? '');
    expect(draft(root, request, ['specify']).length).toBeGreaterThan(0);
    expect(draft(root, request, ['specify'])).toEqual([]);
  });
});

describe('answers', () => {
  it('take the place of the questions and are listed', () => {
    const { text, questions } = SPEC_TEXTS['open questions'] ?? { text: '', questions: [] };
    const root = makeTree(TYPESCRIPT);
    draft(root, requestFor(text), ['specify']);
    const asked = openQuestions(read(root, 'spec.md'));
    expect(asked).toHaveLength(questions.length);
    const [first = '', second = ''] = asked;
    draft(
      root,
      requestFor(text, {
        clarifications: [
          { question: first, answer: 'Twice at most' },
          { question: second, answer: null },
        ],
      }),
      ['specify'],
    );
    expect(openQuestions(read(root, 'spec.md'))).toEqual([second]);
    draft(
      root,
      requestFor(text, {
        clarifications: [
          { question: first, answer: 'Twice at most' },
          { question: second, answer: 'Nobody' },
        ],
      }),
      ['specify'],
    );
    const spec = read(root, 'spec.md');
    expect(openQuestions(spec)).toEqual([]);
    expect(spec).toMatch(/## Clarifications\n\n### Session 2026-01-05\n[\s\S]*Twice at most[\s\S]*Nobody/u);
  });
});

describe('the specification', () => {
  it('names a story that wishes for a thing after the thing, and tells it about its role', () => {
    const spec = specOf(
      'As a borrower, I want a reminder two days before a loan is due, so that I can bring the book back.\nAs a librarian, I want a list of all loans sorted by days overdue, so that I can call.',
    );
    expect(spec).toContain('### User Story 1 - Reminder two days before a loan is due (Priority: P1)');
    expect(spec).toContain('- List of all loans sorted by days overdue (Priority:');
    expect(spec).toContain('- **FR-001**: A borrower MUST get a reminder two days before a loan is due.');
    expect(spec).toMatch(
      /\*\*Given\*\* a borrower, \*\*When\*\* .+, \*\*Then\*\* a borrower gets a reminder/u,
    );
    expect(spec).toMatch(/\*\*Given\*\* a librarian, \*\*When\*\* they ask for it/u);
  });

  it('reads past a side clause about the subject', () => {
    expect(
      specOf(
        'Send reminders to users.\nA reminder that cannot be delivered must be tried again up to 3 times.',
      ),
    ).toContain('A reminder that cannot be delivered MUST be tried again up to 3 times.');
  });

  it('makes no requirement of a sentence whose object nobody can tell', () => {
    expect(
      specOf(
        'Borrowers forget books. We want the library to remind them, so that fewer get lost.\nUsers must be able to renew a loan.',
      ),
    ).not.toMatch(/FR-\d+\*\*: .*remind them/u);
  });

  it('takes over what is out of scope and every figure of the text', () => {
    const spec = specOf(
      'Users can upload a photo of up to 5 MB. It must appear within 3 seconds.\n\nOut of scope: editing photos.',
    );
    expect(spec).toMatch(/## Out of Scope\n\n- Editing photos/u);
    expect(spec).toMatch(/\*\*SC-\d{3}\*\*: .*3 seconds/u);
    expect(spec).toContain('5 MB');
  });
});

describe('the plan', () => {
  it('says what is true of a TypeScript service', () => {
    const root = makeTree(TYPESCRIPT);
    draft(root, requestFor('Users must be able to renew a loan. A loan must not be renewed twice.'));
    expect(read(root, 'tasks.md')).toContain('Extend the Loan model in `src/loans/loan.ts`');
    const plan = read(root, 'plan.md');
    expect(plan).toMatch(/\*\*Language\/Version\*\*: TypeScript/u);
    expect(plan).toContain('fastify');
    expect(plan).toMatch(/\*\*Storage\*\*: .*PostgreSQL/u);
  });

  it('says what is true of a Python program', () => {
    const root = makeTree(PYTHON);
    draft(root, requestFor('Users must be able to list all books.'));
    expect(read(root, 'plan.md')).toMatch(/Python[\s\S]*click[\s\S]*pytest/u);
    expect(read(root, 'tasks.md')).toMatch(/tests\/test_\w+\.py/u);
  });

  it('guesses nothing about an empty repository', () => {
    const root = makeTree({});
    draft(root, requestFor('Add dark mode'));
    expect(read(root, 'plan.md')).toMatch(/not found in the repository/u);
    expect(read(root, 'plan.md')).not.toContain('NEEDS CLARIFICATION');
  });
});

describe('the survey', () => {
  it('never follows a link, and takes odd names, binary and huge files in its stride', () => {
    const outside = makeTree({
      'secret.ts': 'export const secret = 1;\n',
      'package.json': '{"dependencies":{"left-pad":"1"}}',
    });
    const root = makeTree({
      ...TYPESCRIPT,
      'src/na me\n"x".ts': 'x',
      'src/binary.ts': '\0\0\0',
      'src/huge.ts': 'x\n'.repeat(800_000),
    });
    symlinkSync(outside, path.join(root, 'linked'));
    symlinkSync(path.join(outside, 'secret.ts'), path.join(root, 'src', 'linked.ts'));
    const tree = surveyTree(root);
    expect(tree.files.map((file) => file.path).filter((name) => name.includes('linked'))).toEqual([]);
    draft(root, requestFor('Users must be able to renew a loan.'));
    expect(read(root, 'plan.md')).not.toContain('left-pad');
  });
});
