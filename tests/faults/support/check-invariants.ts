import { AGENT_PHASES } from '../../../src/domain/phases.ts';
import { canTransition, isTerminal, type RunStatus } from '../../../src/domain/run.ts';
import type { History } from './history.ts';

/** What must hold after every fault; each check names what does not. */
type Check = (history: History) => readonly (string | false)[];

const MAX_ATTEMPTS = 4;
/** The evidence, and the pull request as the local forge writes it. */
const KEPT = new Set(['artifacts', 'pull-request.md']);

/** I1 to I8, as one table. `succeeded` is the only end these runs may have. */
const INVARIANTS: Readonly<Record<string, Check>> = {
  'I1 one branch, one pull request, one commit': ({
    run,
    refsBefore,
    refsAfter,
    artifacts,
    branchCommits,
    branchFiles,
  }) => {
    const added = Object.keys(refsAfter).filter((name) => !(name in refsBefore));
    const requests = artifacts.filter(({ name }) => name === 'pull-request.md');
    const documents = branchFiles.map((file) => file.split('/').at(-1) ?? '').toSorted();
    return [
      added.join() !== `refs/heads/${run.branchName}` && `refs added: ${added.join() || 'none'}`,
      requests.length !== 1 && `pull request documents: ${requests.length}`,
      branchCommits !== 1 && `commits on the branch: ${branchCommits}`,
      documents.join() !== 'plan.md,spec.md,tasks.md' && `documents: ${documents.join()}`,
    ];
  },
  'I2 a terminal status': ({ run }) => [
    !isTerminal(run.status) && `status ${run.status}`,
    run.status !== 'succeeded' && `not succeeded but ${run.status}: ${run.reasonText}`,
  ],
  'I3 nothing left behind': ({ workspace, processes }) => [
    workspace.some((name) => !KEPT.has(name)) && `left: ${workspace.join()}`,
    processes.length > 0 && `running: ${processes.join('; ')}`,
  ],
  'I4 no secret anywhere': ({ leaks }) => leaks.map((file) => `secret in ${file}`),
  'I5 an append-only history': ({ run, events }) => {
    const epochs = events.flatMap(({ event }) => (event.type === 'run_claimed' ? [event.epoch] : []));
    return [
      events.some(({ seq }, index) => seq !== index + 1) && 'a gap or repetition in the events',
      epochs.some((epoch, index) => index > 0 && epoch <= (epochs[index - 1] ?? 0)) &&
        `epochs ${epochs.join()}`,
      epochs.at(-1) !== run.epoch && `last epoch ${epochs.at(-1)} but the run has ${run.epoch}`,
      ...statusesOf(events).map(([from, to]) => !canTransition(from, to) && `${from} became ${to}`),
    ];
  },
  'I6 logs and records of every phase that started': ({ events, phases, artifacts }) => {
    const started = new Set(
      events.flatMap(({ event }) => (event.type === 'phase_started' ? [event.phase] : [])),
    );
    const names = new Set(artifacts.map(({ name }) => name));
    return [
      ...[...started].flatMap((phase) => [
        !names.has(`${phase}.stdout.log`) && `no stdout of ${phase}`,
        !names.has(`${phase}.stderr.log`) && `no stderr of ${phase}`,
        !phases.some((record) => record.phase === phase) && `no record of ${phase}`,
      ]),
      ...artifacts.map(
        ({ name, sha256, actualSha256 }) => sha256 !== actualSha256 && `${name} is not what was stored`,
      ),
    ];
  },
  'I7 nobody else touched': ({ run, refsBefore, refsAfter }) => [
    Object.entries(refsBefore).some(([name, commit]) => refsAfter[name] !== commit) &&
      `a ref that was there moved (base ${run.baseBranch})`,
  ],
  'I8 nothing paid for twice': ({ agentStarts, phases }) => [
    ...AGENT_PHASES.map(({ name }) => {
      const starts = agentStarts.filter((phase) => phase === name).length;
      return starts !== 1 && `${name} started ${starts} times`;
    }),
    phases.some(({ attempt }) => attempt > MAX_ATTEMPTS) && 'too many attempts',
  ],
};

/** What does not hold, in sentences; empty when everything does. */
export function checkInvariants(history: History): readonly string[] {
  return Object.entries(INVARIANTS).flatMap(([name, check]) =>
    check(history).flatMap((found) => (found === false ? [] : [`${name}: ${found}`])),
  );
}

function statusesOf(events: History['events']): readonly (readonly [RunStatus, RunStatus])[] {
  const statuses = events.flatMap(({ event }): RunStatus[] => {
    if (event.type === 'run_queued' || event.type === 'run_retried') return ['queued'];
    if (event.type === 'run_claimed') return ['in_progress'];
    return event.type === 'run_finished' ? [event.status] : [];
  });
  return statuses.slice(1).map((status, index) => [statuses[index] ?? status, status]);
}
