import { AGENT_PHASES } from '../src/domain/phases.ts';
import { runCrowd } from '../tests/faults/support/crowd.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const RUNS = 200;
const QUICK_RUNS = 12;

/** Many runs in containers under workers that are killed at random. */
export const orphansProof: Proof = {
  name: 'orphans',
  claim:
    '200 runs in containers, their workers killed with SIGKILL at random, all succeed, and 30 seconds after the end there is no container, network, volume, socket or directory of theirs.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const wanted = isQuick ? QUICK_RUNS : RUNS;
  const seed = Date.now() % 1_000_000;
  say(`${wanted} runs, seed ${seed}`);
  const result = await runCrowd({ runs: wanted, seed, say });
  const { runs, kills, agentStarts, branches, leftAtEnd, leftLater, cleanAfterMs } = result;
  const succeeded = runs.filter(({ status }) => status === 'succeeded').length;
  const due = wanted * AGENT_PHASES.length;
  return {
    tables: [
      {
        title: 'Runs under workers that are killed',
        header: ['WHAT', 'SEEN', 'EXPECTED'],
        rows: [
          ['runs', String(runs.length), String(wanted)],
          ['workers killed', String(kills), 'some'],
          ['runs succeeded', String(succeeded), String(wanted)],
          ['branches', String(branches), String(wanted)],
          ['agent starts', String(agentStarts), String(due)],
          ['left when the last run ended', String(leftAtEnd.length), 'any'],
          ['left 30 s later', String(leftLater.length), '0'],
        ],
      },
    ],
    figures: [
      `${kills} workers killed under ${wanted} runs (seed ${seed}); ${succeeded} succeeded, ${agentStarts} agent starts for ${due} phases`,
      cleanAfterMs === undefined
        ? 'something stayed for 30 s'
        : `nothing was left ${cleanAfterMs} ms after the last run ended`,
    ],
    shortfalls: [
      ...leftLater.map((what) => `left: ${what}`),
      ...runs
        .filter(({ status }) => status !== 'succeeded')
        .map(({ id, status, reasonText }) => `run ${id} ended ${status}: ${reasonText}`),
      ...(runs.length === wanted ? [] : [`${runs.length} runs of ${wanted}`]),
      ...(branches === wanted ? [] : [`${branches} branches of ${wanted}`]),
      ...(agentStarts === due ? [] : [`${agentStarts} agent starts for ${due} phases`]),
      ...(kills === 0 ? ['no worker was killed'] : []),
    ],
  };
}
