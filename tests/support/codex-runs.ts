import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { expect } from 'vitest';

import { RunDetail } from '../../src/contract/run-view.ts';
import { REASONS, type ReasonCode } from '../../src/domain/reasons.ts';
import { runCli } from './cli.ts';
import { TEST_KEY } from './codex.ts';
import { makeRepository, temporaryDirectory, type FileTree, type TestOwner } from './git-repository.ts';
import type { ModelScriptName } from './model-server.ts';

/** What the runs of these tests ask for. */
export const SPEC =
  'Renew loans online\n\nAs a borrower, I want to renew a loan, so that I can keep a book longer.\n';

/** A way a model lets an agent down, and how the run ends. */
export interface Failure {
  readonly script: ModelScriptName;
  readonly code: ReasonCode;
  /** Words of the message. */
  readonly says: RegExp;
  readonly attempts: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** How each way a model can let an agent down ends. */
export const FAILURES: readonly Failure[] = [
  { script: '401', code: 'model_unauthorized', says: /401/u, attempts: 1 },
  { script: 'always 429', code: 'model_rate_limited', says: /429/u, attempts: 3 },
  { script: 'insufficient quota', code: 'model_quota_exhausted', says: /Quota exceeded/u, attempts: 1 },
  { script: 'unknown model', code: 'model_failed', says: /does not exist/u, attempts: 1 },
  { script: '500', code: 'model_failed', says: /high demand/u, attempts: 1 },
  { script: 'garbage', code: 'model_failed', says: /stream closed/u, attempts: 1 },
  { script: 'fails in the answer', code: 'model_failed', says: /It broke/u, attempts: 1 },
  { script: 'reset', code: 'model_unreachable', says: /error sending request/u, attempts: 1 },
  {
    script: 'nothing',
    code: 'stalled',
    says: /said nothing for 5 seconds/u,
    attempts: 1,
    env: { SPEC_AUTOMATION_STALL_TIMEOUT_S: '5' },
  },
];

/** What differs from a plain run. */
export interface RunPlan {
  readonly files?: FileTree;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of one's own, to find what belongs to it. */
  readonly home?: string;
  /** The test it belongs to; concurrent ones say so. */
  readonly owner?: TestOwner;
}

/** One whole run of the command line with this model. */
export async function finishedRun(baseUrl: string, plan: RunPlan = {}) {
  const { files = { 'README.md': '# Library\n' }, env } = plan;
  const home = plan.home ?? (await temporaryDirectory(plan.owner));
  const directory = path.join(await temporaryDirectory(plan.owner), 'repository');
  const repository = await makeRepository({ directory, files });
  await writeFile(path.join(home, 'spec.md'), SPEC);
  const { stdout, stderr } = await runCli(
    ['run', '--repo', repository, '--spec', 'spec.md', '--agent', 'codex_cli', '--json'],
    { home, env: { CODEX_API_KEY: TEST_KEY, CODEX_BASE_URL: baseUrl, CODEX_MODEL: 'gpt-5.5', ...env } },
  );
  if (stdout === '') throw new Error(`the command printed no result: ${stderr}`);
  return { home, repository, run: RunDetail.parse(JSON.parse(stdout)) };
}

/** The run failed for this reason, with these words, its remedy and so many attempts. */
export function expectError(
  run: RunDetail,
  { code, says, attempts }: Pick<Failure, 'code' | 'says' | 'attempts'>,
): void {
  expect(run).toMatchObject({ status: 'failed', reason: code, reason_text: expect.stringMatching(says) });
  const [firstWords = ''] = REASONS[code].remedy.split('{');
  expect(run.remedy).toContain(firstWords);
  expect(run.phases.filter(({ phase }) => phase === 'speckit_specify')).toHaveLength(attempts);
}

/** Files that hold some words. */
export async function filesWith(directory: string, words: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(words)));
  return files.filter((_, index) => found[index]);
}
