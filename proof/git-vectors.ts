import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

import { EXECUTION_VECTORS } from '../tests/support/git-vectors.ts';
import type { Proof, ProofResult } from './proof.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const TIMEOUT_MS = 300_000;
const LEAST_VECTORS = 18;

/** Vitest's results, as far as they are read here. */
const Results = z.object({
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ title: z.string(), status: z.string() })) }),
  ),
});
type Outcome = z.infer<typeof Results>['testResults'][number]['assertionResults'][number];

/** What an agent may plant in its working copy, and what may be asked for by name. The attacks are those of the test suite. */
export const gitVectorsProof: Proof = {
  name: 'git-vectors',
  claim:
    'No program planted in a working copy is run when we import, publish or lay it again, though plain git runs it; 10,000 hostile names run nothing.',
  run: prove,
};

async function prove(): Promise<ProofResult> {
  const outcomes = await runAttacks();
  // In the order of the table; long names are cut in titles.
  const ending = (end: string) =>
    outcomes.filter(({ title }) => title.endsWith(end)).map(({ status }) => status === 'passed');
  const [blockings, controlled] = [
    ending(' is never run'),
    ending(' that uses git in the working copy').values(),
  ];
  const rows = EXECUTION_VECTORS.map(({ name, trigger }, index) => ({
    name,
    isBlocked: blockings[index] ?? false,
    // Some only run on a terminal, which a test has not.
    control: trigger.length === 0 ? 'not tried' : (controlled.next().value ?? false),
  }));
  const blocked = rows.filter(({ isBlocked }) => isBlocked).length;
  const controls = rows.filter(({ control }) => control === true).length;
  const others = outcomes.filter(({ title }) => !title.startsWith('as '));
  return {
    tables: [
      {
        title: 'Programs planted in the working copy',
        header: ['AS', 'OUR HOST', 'PLAIN GIT THERE'],
        rows: rows.map(({ name, isBlocked, control }) => [
          name,
          isBlocked ? 'never run' : 'RUN',
          control === true ? 'runs it' : control === false ? 'NOT RUN' : control,
        ]),
      },
      {
        title:
          'Hostile names: 3,000 repositories, 10,000 branches and features, 63 of them handed to git itself',
        header: ['A HOSTILE NAME', 'HELD'],
        rows: others.map(({ title, status }) => [title, status === 'passed' ? 'yes' : 'NO']),
      },
    ],
    figures: [`${blocked} of ${rows.length} vectors blocked; plain git was seen to run ${controls} of them`],
    shortfalls: [
      ...outcomes.filter(({ status }) => status !== 'passed').map(({ title }) => `failed: ${title}`),
      ...(blocked < Math.max(LEAST_VECTORS, rows.length)
        ? [`only ${blocked} of ${rows.length} vectors blocked`]
        : []),
      ...(others.length < 3 ? ['the hostile names were not tried'] : []),
    ],
  };
}

async function runAttacks(): Promise<readonly Outcome[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'git-vectors-'));
  const file = path.join(directory, 'results.json');
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', 'attacks', 'git-hostile', '--reporter=json', `--outputFile=${file}`];
  try {
    // It ends with 1 when a test failed; the results tell which.
    await promisify(execFile)(process.execPath, [vitest, ...args], { cwd: ROOT, timeout: TIMEOUT_MS }).catch(
      () => undefined,
    );
    const results = Results.parse(JSON.parse(await readFile(file, 'utf8')));
    return results.testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    await rm(directory, { recursive: true });
  }
}
