import { whyNoDocker } from '../tests/docker/attacks/rig.ts';
import {
  LEVELS,
  runBattery,
  runControls,
  type BatteryResult,
  type ControlResult,
  type Level,
} from '../tests/docker/egress/battery.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const ALL: readonly Level[] = ['sealed', 'root', 'reachable list'];

/** Every way out of a container that was thought of, at each level, and where each of them leads out. */
export const egressProof: Proof = {
  name: 'egress',
  claim:
    'Nothing an agent sends gets past the gateway of its run or confuses it, whoever it is in its container; listeners on the host count what arrives.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const problem = await whyNoDocker();
  if (problem !== undefined) throw new Error(problem);
  const levels: BatteryResult[] = [];
  for (const level of isQuick ? ALL.slice(0, 1) : ALL) {
    say(`${level}: ${LEVELS[level]}`);
    levels.push(await runBattery(level));
  }
  say('without the defence');
  const control = await runControls();
  const controlled = new Set(control.tried.map(({ attempt }) => attempt.name));
  const [first] = levels;
  return {
    tables: [
      {
        title: 'Attempts, and what came back',
        header: ['ATTEMPT', ...levels.map(({ level }) => level.toUpperCase()), 'WITHOUT THE DEFENCE'],
        rows: (first?.tried ?? []).map(({ attempt: { name } }) => [
          name,
          ...levels.map((level) => answerOf(level, name)),
          controlled.has(name) ? (control.missed.includes(name) ? 'NOT SEEN' : 'gets out') : 'not tried',
        ]),
      },
    ],
    figures: [
      ...levels.map(
        ({ level, tried, hits, permitted }) =>
          `${level} (${LEVELS[level]}): ${tried.length} attempts, ${hits.length} got out${permitted === undefined ? '' : `; ${permitted.arrived} of ${permitted.of} permitted ones arrived`}`,
      ),
      `${control.tried.length - control.missed.length} of ${control.tried.length} get out without the defence, ${control.hits} hits`,
    ],
    shortfalls: [...levels.flatMap(shortfallsOf), ...controlShortfalls(control)],
  };
}

function answerOf({ tried }: BatteryResult, name: string): string {
  const answer = tried.find(({ attempt }) => attempt.name === name)?.answer ?? '';
  // The first line: an error of the kernel, or the status of the gateway.
  return answer.split('\r\n', 1).join('').slice(0, 60);
}

function shortfallsOf({ level, hits, allowed, permitted, tried }: BatteryResult): readonly string[] {
  const told = tried
    .filter(({ answer }) => /sink|not tried/u.test(answer))
    .map(({ attempt }) => attempt.name);
  return [
    ...hits.map((hit) => `${level}: ${hit}`),
    ...allowed.map((line) => `${level}: the gateway let through ${line}`),
    ...told.map((name) => `${level}: ${name} was answered, or not tried`),
    ...(permitted === undefined || permitted.arrived === permitted.of
      ? []
      : [`${level}: of what is permitted, ${permitted.arrived} of ${permitted.of} arrived`]),
  ];
}

function controlShortfalls({ missed }: ControlResult): readonly string[] {
  return missed.map((name) => `not seen even without the defence: ${name}`);
}
