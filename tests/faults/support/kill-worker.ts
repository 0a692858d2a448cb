import { appendFileSync } from 'node:fs';
import { z } from 'zod';

import { openEngine } from '../../support/engine-kit.ts';
import { killAgent } from './kill-agent.ts';
import { tapDeps, type OnMoment } from './tap-deps.ts';

/** A worker to be killed at one moment. Takes up what waits, or submits a run first, and works until nothing is left to do. */
const Task = z.object({
  home: z.string(),
  startLog: z.string(),
  secret: z.string(),
  /** Absent for a worker that only recovers. */
  submit: z.object({ repository: z.string(), specText: z.string() }).optional(),
  /** `<when> <call>`, the first time it comes. */
  killAt: z.string().optional(),
  /** Write every moment here. */
  trace: z.string().optional(),
  /** Switches adoption off, to show that the checker sees what it prevents. */
  isForgetful: z.boolean().default(false),
  leaseTtlMs: z.number(),
  needsNetwork: z.boolean().default(false),
  sandbox: z.enum(['process', 'docker']).default('process'),
});
export type KillTask = z.input<typeof Task>;

const task = Task.parse(JSON.parse(process.argv[2] ?? ''));
const onMoment: OnMoment = ({ when, call }) => {
  const moment = `${when} ${call}`;
  if (task.trace !== undefined) appendFileSync(task.trace, `${moment}\n`);
  if (moment === task.killAt) process.kill(process.pid, 'SIGKILL');
};
await using engine = await openEngine({
  agents: [killAgent(task)],
  home: task.home,
  sandbox: task.sandbox,
  secrets: [task.secret],
  settings: { leaseTtlMs: task.leaseTtlMs, leaseRenewMs: task.leaseTtlMs / 4 },
  change: (deps) => {
    const { sandboxes } = deps;
    const forgetful = new Map(
      [...sandboxes].map(([name, sandbox]) => [name, { ...sandbox, canAdopt: () => Promise.resolve(false) }]),
    );
    return tapDeps(task.isForgetful ? { ...deps, sandboxes: forgetful } : deps, onMoment);
  },
});
const runIds =
  task.submit === undefined ? await engine.app.recover() : [(await engine.app.submit(task.submit)).run_id];
for (const runId of runIds) await engine.waitForEnd(runId);
