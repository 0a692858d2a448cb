import { describe, expect, it } from 'vitest';

import { runAttack, shortfall, type Attack } from './attack.ts';
import { whyNoDocker } from './rig.ts';

/** One test for each attack: blocked, and seen to get through where the defence is off. */
export async function attackSuite(attacks: readonly Attack[]): Promise<void> {
  const problem = await whyNoDocker();
  describe.skipIf(problem !== undefined)(`an agent that means harm${problem ?? ''}`, () => {
    it.each(attacks)('$id: to $attempted', async (attack) => {
      expect(shortfall(await runAttack(attack))).toBeUndefined();
    });
  });
}
