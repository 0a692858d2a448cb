import { availableParallelism } from 'node:os';

import { AGENT_PHASES } from '../src/domain/phases.ts';
import { isReasonCode } from '../src/domain/reasons.ts';
import {
  CALLS,
  FAULTS,
  runFaultCase,
  type FaultCase,
  type FaultResult,
} from '../tests/faults/support/forge-fault-cell.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const QUICK_STEP = 11;

/** Every request to GitHub meets every fault. */
export const forgeFaultsProof: Proof = {
  name: 'forge-faults',
  claim:
    'Whatever request to GitHub meets whatever fault, once or for good, a run ends with exactly one pull request or for a reason of the table; nothing is asked while GitHub said to wait; and a retry finishes it.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const all = cases();
  const chosen = isQuick ? all.filter((_, index) => index % QUICK_STEP === 0) : all;
  say(`${chosen.length} cases`);
  const results = await inParallel(chosen, { workers: 2 * availableParallelism(), say }, runFaultCase);
  const shortfalls = results.flatMap((result, index) => {
    const { call, fault, isLasting } = chosen[index] ?? { call: '', fault: '', isLasting: false };
    return problemsOf(result).map(
      (problem) => `${call}, ${fault}${isLasting ? ' for good' : ''}: ${problem}`,
    );
  });
  const sum = (of: (result: FaultResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    tables: [
      {
        title: 'One request, one fault',
        header: [
          'REQUEST',
          'FAULT',
          'TIMES MET',
          'ENDED',
          'PULL REQUESTS',
          'BRANCHES',
          'TOO EARLY',
          'AFTER A RETRY',
        ],
        rows: results.map((result, index) => rowOf(chosen[index], result)),
      },
    ],
    figures: [
      `${results.length} runs; the fault was met ${sum(({ met }) => met)} times, by ${results.filter(({ met }) => met > 0).length} of them`,
      `${results.filter(({ status }) => status === 'succeeded').length} succeeded at once, ${results.filter((result) => result.finally.status === 'succeeded').length} in the end, with ${sum((result) => result.finally.pulls)} pull requests`,
      `${sum(({ requests }) => requests)} requests, ${sum(({ offences }) => offences)} of them while GitHub had said to wait`,
    ],
    shortfalls,
  };
}

function cases(): readonly FaultCase[] {
  const calls = Object.keys(CALLS).filter((call): call is keyof typeof CALLS => call in CALLS);
  const faults = Object.keys(FAULTS).filter((fault): fault is keyof typeof FAULTS => fault in FAULTS);
  return calls.flatMap((call) =>
    faults.flatMap((fault) => [false, true].map((isLasting) => ({ call, fault, isLasting }))),
  );
}

/** What has to hold; each check says what does not. */
const CHECKS: readonly ((result: FaultResult) => string | false)[] = [
  ({ met }) => met === 0 && 'the fault was not met',
  (result) => !isGood(result) && !isExplained(result) && `ended ${result.status} (${result.reason})`,
  ({ pulls, branches }) => (pulls > 1 || branches > 1) && `${pulls} pull requests, ${branches} branches`,
  ({ offences }) => offences > 0 && `${offences} requests while GitHub had said to wait`,
  ({ finally: last }) => !isGood(last) && `in the end ${last.status} with ${last.pulls} pull requests`,
  ({ agentStarts }) => agentStarts > AGENT_PHASES.length && `agents were started ${agentStarts} times`,
];

function problemsOf(result: FaultResult): readonly string[] {
  return CHECKS.flatMap((check) => check(result) || []);
}

function isGood({
  status,
  pulls,
  branches,
}: Pick<FaultResult, 'pulls' | 'branches'> & { readonly status: string }) {
  return status === 'succeeded' && pulls === 1 && branches === 1;
}

function isExplained({ status, reason }: FaultResult): boolean {
  return status !== 'succeeded' && reason !== null && isReasonCode(reason) && reason !== 'internal';
}

function rowOf(fault: FaultCase | undefined, result: FaultResult): readonly string[] {
  const { status, reason, pulls, branches, offences, met } = result;
  return [
    fault?.call ?? '',
    `${fault?.fault ?? ''}${fault?.isLasting === true ? ', for good' : ''}`,
    String(met),
    reason ?? status,
    String(pulls),
    String(branches),
    String(offences),
    result.finally.status,
  ];
}
