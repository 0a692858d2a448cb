import { runAttack, shortfall, type Attack, type AttackResult } from '../tests/docker/attacks/attack.ts';
import { ATTACKS, ELSEWHERE, THREATS } from '../tests/docker/attacks/attacks.ts';
import { whyNoDocker } from '../tests/docker/attacks/rig.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

/** An attack, with its results or why there are none. */
interface Tried {
  readonly attack: Attack;
  readonly result: AttackResult | undefined;
  readonly problem: string | undefined;
}

/** Every attack of the test suite, with the defence and without it. */
export const attacksProof: Proof = {
  name: 'attacks',
  claim:
    'What an agent in a container tries against its host, its run, other runs and the repository is blocked, and the same attempt is seen to get through where the defence is off.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const problem = await whyNoDocker();
  if (problem !== undefined) throw new Error(problem);
  const chosen = ATTACKS.filter((attack) => !isQuick || attack.isQuick === true);
  const tried = await inParallel(chosen, { workers: 1, say }, tryAttack);
  const residual = tried.filter(
    ({ attack, result }) => attack.residual !== undefined && result?.sealed.hasSucceeded,
  );
  const blocked = tried.filter(({ result }) => result?.sealed.hasSucceeded === false).length;
  const controls = tried.filter(({ attack }) => 'off' in attack.control);
  const seen = controls.filter(({ result }) => result?.control?.hasSucceeded === true).length;
  const ids = new Set(tried.map(({ attack }) => attack.id));
  return {
    tables: [
      {
        title: 'Attacks',
        header: ['ID', 'ATTEMPTED', 'BLOCKED', 'EVIDENCE', 'WITHOUT THE DEFENCE'],
        rows: tried.map(rowOf),
      },
      {
        title: 'Tried elsewhere',
        header: ['ID', 'WHAT', 'WHERE'],
        rows: ELSEWHERE.map(({ id, what, file }) => [id, what, file]),
      },
    ],
    figures: [
      `${blocked} of ${tried.length} attacks blocked, of ${ids.size} of ${THREATS.length} threats`,
      `${seen} of ${controls.length} got through without the defence; ${tried.length - controls.length} have no such control`,
      ...residual.map(
        ({ attack }) => `known to get through: ${attack.id} ${attack.attempted} (${attack.residual})`,
      ),
    ],
    shortfalls: tried.flatMap(({ result, problem: trouble }) =>
      [trouble, result === undefined ? undefined : shortfall(result)].filter((words) => words !== undefined),
    ),
  };
}

async function tryAttack(attack: Attack): Promise<Tried> {
  try {
    return { attack, result: await runAttack(attack), problem: undefined };
  } catch (thrown) {
    return { attack, result: undefined, problem: `${attack.id} ${attack.attempted}: ${String(thrown)}` };
  }
}

function rowOf({ attack, result }: Tried): readonly string[] {
  const { id, attempted, control } = attack;
  if (result === undefined) return [id, attempted, 'NOT TRIED', '', ''];
  const { sealed, control: seen } = result;
  const without =
    'none' in control
      ? `not tried: ${control.none}`
      : `${control.off}: ${seen?.hasSucceeded === true ? 'gets through' : 'NOT SEEN'} (${seen?.evidence ?? ''})`;
  const known = attack.residual === undefined ? 'NO' : 'no, known';
  return [id, attempted, sealed.hasSucceeded ? known : 'yes', sealed.evidence, without];
}
