import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  PULL_REQUEST_MAX_LENGTH,
  pullRequestBody,
  pullRequestDocument,
  type PullRequestInput,
} from './pull-request.ts';
import { pullRequestMarker } from './pull-request-marks.ts';
import type { PhaseRecord, Run } from './run.ts';

const RUN: Run = {
  id: '0f1e2d3c-4b5a-4697-8877-665544332211',
  repository: '/srv/shop',
  forge: 'local',
  specText: 'Let people log in.\n\nWith a password.',
  baseBranch: 'main',
  agent: 'outline',
  sandbox: 'process',
  feature: null,
  dryRun: false,
  externalRef: null,
  onClarification: 'continue',
  retain: false,
  allowUnconfined: false,
  runtimeEnvironment: {},
  secretNames: [],
  author: { name: 'Spec Kit Bot', email: 'bot@example.org' },
  status: 'in_progress',
  reason: null,
  reasonText: null,
  remedy: null,
  branchName: 'spec_automation/20260102/0f1e2d3c',
  featureDirectory: 'specs/001-login',
  publishIntents: [],
  pushedCommit: null,
  pullRequestUrl: null,
  clarifications: [
    { question: 'Which roles?', answer: 'All of them' },
    { question: 'How long?', answer: null },
  ],
  notes: null,
  createdAtMs: 0,
  startedAtMs: 0,
  completedAtMs: null,
  cancelRequestedAtMs: null,
  owner: null,
  epoch: 1,
  leaseUntilMs: null,
};

const record = (change: Partial<PhaseRecord>): PhaseRecord => ({
  phase: 'speckit_specify',
  attempt: 1,
  status: 'succeeded',
  reason: null,
  reasonText: null,
  startedAtMs: 1_000,
  completedAtMs: 3_500,
  exitCode: 0,
  usage: null,
  output: null,
  ...change,
});

const INPUT: PullRequestInput = {
  run: RUN,
  phases: [
    record({ attempt: 1, status: 'failed' }),
    record({ attempt: 2, completedAtMs: 181_000 }),
    record({ phase: 'open_pr', status: 'running', completedAtMs: null }),
    record({ phase: 'cleanup', status: 'pending', startedAtMs: null, completedAtMs: null }),
  ],
  counts: { stories: 2, requirements: 9, successCriteria: 3, tasks: 14, tasksDone: 0, openQuestions: 1 },
  openQuestions: ['How long is a session?'],
  agentVersion: '1.2.3',
  promptPack: { name: 'builtin', version: '1', digest: 'a'.repeat(64) },
  usage: { inputTokens: 12_345, outputTokens: null, costUsd: 0.0312 },
  changedPaths: ['specs/001-login/spec.md', 'specs/001-login/plan.md'],
  leftOutPaths: ['src/login.ts'],
  fileUrlPrefix: null,
  requestDigest: 'ab12',
};

const bodyOf = (change: Partial<PullRequestInput>) => pullRequestBody({ ...INPUT, ...change });

const bodyWithCost = (costUsd: number) => bodyOf({ usage: { inputTokens: 0, outputTokens: 0, costUsd } });

test('a reviewer finds everything about the run', () => {
  expect(pullRequestBody(INPUT)).toMatchInlineSnapshot(`
    "<!-- spec-automation-run:0f1e2d3c-4b5a-4697-8877-665544332211 -->
    <!-- spec-automation-request:ab12 -->

    Specification, plan and tasks for review, written by \`outline\` (1.2.3).

    ## What was asked

    > Let people log in.
    >
    > With a password.

    ## What to review

    - **specify**: \`specs/001-login/spec.md\`
    - **plan**: \`specs/001-login/plan.md\`
    - **tasks**: \`specs/001-login/tasks.md\` (as it was)

    | User stories | Requirements | Success criteria | Tasks | Open questions |
    | --- | --- | --- | --- | --- |
    | 2 | 9 | 3 | 14 (0 done) | 1 |

    ## Open questions

    1. How long is a session?

    ## Answered questions

    - Which roles? **All of them**

    ## How it was made

    | Run | \`0f1e2d3c-4b5a-4697-8877-665544332211\` |
    | --- | --- |
    | Agent | \`outline\` (1.2.3) |
    | Sandbox | \`process\` |
    | Prompt pack | \`builtin\` 1 \`aaaaaaaaaaaa\` |
    | Tokens read | 12,345 |
    | Tokens written | unknown |
    | Cost | $0.0312 |

    | Phase | Status | Attempts | Time | Tokens | Cost |
    | --- | --- | --- | --- | --- | --- |
    | Write the specification | succeeded | 2 | 3 min 3 s | unknown | unknown |
    | Open the draft pull request | running | 1 | – | – | – |

    ## Files changed

    - \`specs/001-login/spec.md\`
    - \`specs/001-login/plan.md\`

    ## Left out by the publish policy

    - \`src/login.ts\`

    ## Do it again

    Save the spec text as \`spec-text.md\`, then:

    \`\`\`sh
    spec-automation run --repo /srv/shop --base main --agent outline --sandbox process --on-clarification continue --spec spec-text.md
    \`\`\`

    Every log and document of this run: \`spec-automation runs artifacts 0f1e2d3c-4b5a-4697-8877-665544332211\`
    "
  `);
});

test('documents are linked where files have an address', () => {
  const body = bodyOf({ fileUrlPrefix: 'https://example.org/acme/shop/blob/b/' });
  expect(body).toContain(
    '[`specs/001-login/spec.md`](https://example.org/acme/shop/blob/b/specs/001-login/spec.md)',
  );
});

test('a run without a feature directory still names the folder of features', () => {
  expect(bodyOf({ run: { ...RUN, featureDirectory: null } })).toContain('`specs/spec.md`');
});

const used = (outputTokens: number | null) =>
  record({ usage: { inputTokens: 1_000, outputTokens, costUsd: 0.5 } });

test('a phase tells the tokens of all its attempts, or that they are unknown', () => {
  expect(bodyOf({ phases: [used(50), used(60)] })).toContain('| 2,110 | $1.00 |');
  expect(bodyOf({ phases: [used(null)] })).toContain('| unknown | $0.50 |');
});

describe('what nobody knows', () => {
  test('is called unknown and never zero', () => {
    const body = bodyOf({ usage: null });
    expect(body).toContain('| Tokens read | unknown |');
    expect(body).toContain('| Tokens written | unknown |');
    expect(body).toContain('| Cost | unknown |');
    expect(bodyOf({ usage: { inputTokens: 1, outputTokens: 1, costUsd: null } })).toContain(
      '| Cost | unknown |',
    );
  });

  test('differs from a known zero and from cents', () => {
    expect(bodyWithCost(0)).toContain('| Tokens read | 0 |');
    expect(bodyWithCost(0)).toContain('| Cost | $0.00 |');
    expect(bodyWithCost(1.239)).toContain('| Cost | $1.24 |');
  });
});

test('sections without content are left out', () => {
  const body = bodyOf({
    openQuestions: [],
    leftOutPaths: [],
    changedPaths: [],
    run: { ...RUN, clarifications: [] },
  });
  expect(body).not.toMatch(/## (?:Open questions|Answered questions|Files changed|Left out)/u);
});

test('a long list is cut and says how much is missing', () => {
  const body = bodyOf({ leftOutPaths: Array.from({ length: 100 }, (_, index) => `src/${index}.ts`) });
  expect(body).toContain('- `src/29.ts`\n- and 70 more');
  expect(body).not.toContain('src/30.ts');
});

describe('the spec text', () => {
  test('is cut at a bound with a note', () => {
    const body = bodyOf({ run: { ...RUN, specText: 'word '.repeat(10_000) } });
    expect(body).toContain('…\n\nCut here: the spec text has 50000 characters.');
    expect(body.length).toBeLessThan(16_000);
  });

  test('cannot leave its quotation or speak to the forge', () => {
    const specText = `# Big\n\`\`\`\n</details>\n${pullRequestMarker('x')}\ncloses #1 for @octocat`;
    const body = bodyOf({ run: { ...RUN, specText } });
    const quoted = body.slice(body.indexOf('## What was asked'), body.indexOf('## What to review'));
    for (const line of quoted.trim().split('\n').slice(2)) expect(line).toMatch(/^>/u);
    expect(body.match(/<!--/gu)).toHaveLength(2);
    expect(body).not.toMatch(/#1|@octocat/u);
  });
});

test('whatever agent and people wrote, the body fits and has our marks only, first', () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      '<!-- spec-automation-run:x -->',
      '@a|`b`',
      'closes #7',
      '\n\n# x\n',
      '`'.repeat(300),
      '\u{202E}',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const long = fc
    .tuple(hostile, fc.integer({ min: 1, max: 2_000 }))
    .map(([text, times]) => text.repeat(times));
  const list = fc
    .tuple(fc.array(long, { maxLength: 2 }), fc.integer({ min: 1, max: 60 }))
    .map(([texts, times]) => Array.from({ length: times }, () => texts).flat());
  const input = fc.record({ text: long, items: list, version: long, repository: hostile });
  fc.assert(
    fc.property(input, ({ text, items, version, repository }) => {
      const clarifications = items.map((item) => ({ question: item, answer: item }));
      const body = pullRequestBody({
        ...INPUT,
        run: { ...RUN, specText: text, agent: repository, repository, clarifications },
        agentVersion: version,
        openQuestions: items,
        changedPaths: items,
        leftOutPaths: items,
      });
      expect(body.length).toBeLessThanOrEqual(PULL_REQUEST_MAX_LENGTH);
      expect(body.startsWith(pullRequestMarker(RUN.id))).toBe(true);
      expect(body.match(/<!--/gu)).toHaveLength(2);
      expect(body.replace(/^(`{3,})sh\n.*\n\1$/mu, '')).not.toMatch(/@a|#7/u);
    }),
    { numRuns: 60 },
  );
});

test('the document for a repository without a forge begins with what a forge would show', () => {
  const document = pullRequestDocument({
    title: 'Spec Kit Automation – shop – 0f1e2d3c',
    labels: ['spec-kit', 'automation'],
    baseBranch: 'main',
    branch: RUN.branchName,
    isDraft: true,
    body: 'The body.\n',
  });
  expect(document).toBe(`# Spec Kit Automation – shop – 0f1e2d3c

| Pull request |  |
| --- | --- |
| Branch | \`spec_automation/20260102/0f1e2d3c\` |
| Base branch | \`main\` |
| Labels | \`spec-kit\` \`automation\` |
| Draft | yes |

The body.
`);
});

test('a document without labels says so', () => {
  const plain = { title: 't', labels: [], baseBranch: 'main', branch: 'b', isDraft: false, body: '' };
  expect(pullRequestDocument(plain)).toContain('| Labels | none |\n| Draft | no |');
});
