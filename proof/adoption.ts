import { AGENT_PHASES } from '../src/domain/phases.ts';
import { runCell, type CellResult } from '../tests/faults/support/kill-cell.ts';
import { AGENT_LINES } from '../tests/faults/support/kill-agent.ts';
import { inParallel } from './in-parallel.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

/** Shares of what an agent says after which its worker is killed. */
const SHARES = [0.1, 0.5, 0.9];
const ROUNDS = 5;
const WORKERS = 2;
const NEVER = 'never';

interface Kill {
  readonly phase: string;
  readonly share: number;
  readonly round: number;
  readonly moment: string;
}

/** A worker killed while its agent works in a container. */
export const adoptionProof: Proof = {
  name: 'adoption',
  claim:
    'A worker killed with SIGKILL at 10, 50 and 90 % of each agent phase in a container costs nothing: the next one adopts the live container, no agent is started twice, and its log is the same to the byte.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const kills = Array.from({ length: isQuick ? 1 : ROUNDS }, (_, round) => killsOf(round)).flat();
  say(`${kills.length} kills`);
  // The same run, which nobody disturbs.
  const reference = await runCell(NEVER, { sandbox: 'docker' });
  const logs = logsOf(reference);
  const cells = await inParallel(kills, { workers: WORKERS, say }, async (kill) => ({
    kill,
    cell: await runCell(kill.moment, { sandbox: 'docker' }),
  }));
  const control = await runCell(momentOf('speckit_plan', 0.5), { sandbox: 'docker', isForgetful: true });
  const isControlCaught = control.violations.some((violation) => violation.startsWith('I8'));
  const rows = cells.map(({ kill, cell }) => ({ kill, cell, differing: differences(logs, logsOf(cell)) }));
  const held = rows.filter(
    ({ cell, differing }) => cell.wasKilled && cell.violations.length === 0 && differing.length === 0,
  );
  const recoveries = cells.map(({ cell }) => cell.recoveryMs).toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(recoveries[Math.floor((recoveries.length - 1) * share)] ?? 0);
  return {
    tables: [
      {
        title: 'Workers killed while their agent worked in a container, gateway included',
        header: ['PHASE', 'AT', 'ROUND', 'STATUS', 'AGENT STARTS', 'LOGS', 'HELD'],
        rows: rows.map(({ kill, cell, differing }) => [
          kill.phase,
          `${kill.share * 100} %`,
          String(kill.round + 1),
          cell.history?.run.status ?? 'not accepted',
          String(cell.history?.agentStarts.length ?? 0),
          differing.length === 0 ? 'the same bytes' : `differ: ${differing.join()}`,
          cell.violations.length === 0 && cell.wasKilled ? 'yes' : `NO: ${problemOf(cell)}`,
        ]),
      },
    ],
    figures: [
      `${held.length} of ${kills.length} kills cost nothing; ${cells.reduce((sum, { cell }) => sum + (cell.history?.agentStarts.length ?? 0), 0)} agent starts for ${cells.length * AGENT_PHASES.length} phases`,
      `from kill to end of the run: p50 ${at(0.5)} ms, most ${at(1)} ms (lease of 800 ms; the product's is 10 s)`,
      `control without adoption: ${isControlCaught ? 'caught' : 'NOT CAUGHT'}`,
    ],
    shortfalls: [
      ...rows
        .filter((row) => !held.includes(row))
        .map(({ kill, cell }) => `${kill.moment}, round ${kill.round + 1}: ${problemOf(cell)}`),
      ...(reference.violations.length > 0 ? [`undisturbed: ${reference.violations.join('; ')}`] : []),
      ...(isControlCaught ? [] : ['the control without adoption was not caught']),
    ],
  };
}

function killsOf(round: number): readonly Kill[] {
  return AGENT_PHASES.flatMap(({ name: phase }) =>
    SHARES.map((share) => ({ phase, share, round, moment: momentOf(phase, share) })),
  );
}

function momentOf(phase: string, share: number): string {
  return `in ${phase} sandbox.execute line ${Math.round(AGENT_LINES * share)}`;
}

/** What was stored of each agent's words, by content. */
function logsOf({ history }: CellResult): ReadonlyMap<string, string> {
  const logs = (history?.artifacts ?? []).filter(({ name }) => /^speckit_\w+\.stdout\.log$/u.test(name));
  return new Map(logs.map(({ name, sha256 }) => [name, sha256]));
}

function differences(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): readonly string[] {
  return [...expected].flatMap(([name, sha256]) => (found.get(name) === sha256 ? [] : [name]));
}

function problemOf({ wasKilled, violations }: CellResult): string {
  return wasKilled ? violations.join('; ') || 'its logs differ' : 'the moment never came';
}
