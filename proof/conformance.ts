import { availableParallelism } from 'node:os';

import { runConformance, type ConformanceResult } from '../tests/faults/support/conformance-cell.ts';
import { MISBEHAVIOURS } from '../tests/faults/support/misbehaviours.ts';
import { shippedAgents } from '../tests/support/shipped-agents.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const QUICK = new Set([
  'behaves',
  'hangs_silently',
  'hangs_after_the_end',
  'exits_0_with_nothing',
  'exits_1_after_good_output',
  'forks_a_daemon',
  'plants_a_link',
  'forges_our_files',
]);

/** Every misbehaviour on every adapter, through whole runs. */
export const conformanceProof: Proof = {
  name: 'conformance',
  claim:
    'However a coding CLI misbehaves, the run ends with a truthful status, its evidence, nothing published that should not be, and no process left.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const agents = shippedAgents();
  const behaviours = MISBEHAVIOURS.filter(({ name }) => !isQuick || QUICK.has(name));
  const cells = agents.flatMap((agent) => behaviours.map((behaviour) => ({ agent, behaviour })));
  const results = await inParallel(cells, { workers: availableParallelism(), say }, ({ agent, behaviour }) =>
    runConformance(agent, behaviour),
  );
  return {
    tables: [
      {
        title: 'Misbehaviours',
        header: ['BEHAVIOUR', 'AGENT', 'EXPECTED', 'SEEN', 'SECONDS', 'HELD'],
        rows: results.map((result) => [
          result.behaviour,
          result.agent,
          result.expected,
          result.seen,
          result.seconds.toFixed(1),
          isHeld(result) ? 'yes' : `NO ${result.violations.join('; ')}`.trim(),
        ]),
      },
    ],
    figures: [
      `${results.filter(isHeld).length} of ${results.length} cells as expected: ${behaviours.length} behaviours, ${agents.length} adapters`,
    ],
    shortfalls: results
      .filter((result) => !isHeld(result))
      .map(({ agent, behaviour, expected, seen, violations }) =>
        [`${agent} ${behaviour}: expected ${expected}, saw ${seen}`, ...violations].join('; '),
      ),
  };
}

function isHeld({ expected, seen, violations }: ConformanceResult): boolean {
  return expected === seen && violations.length === 0;
}
