import { appendFileSync } from 'node:fs';
import { z } from 'zod';

import type { Store } from '../../../src/store/port.ts';
import { openEngine } from '../../support/engine-kit.ts';
import { killAgent } from './kill-agent.ts';
import { Place, publishingDeps } from './publish-deps.ts';
import { tapDeps, type OnMoment } from './tap-deps.ts';

/** A worker that publishes at GitHub, to be killed or stopped at one moment. Submits a run first, or takes up what waits. */
const Task = z.object({
  home: z.string(),
  startLog: z.string(),
  secret: z.string(),
  place: Place,
  submit: z.object({ repository: z.string(), specText: z.string() }).optional(),
  /** `<when> <call>`, the first time it comes: end there, or stop there until somebody lets it go on. */
  killAt: z.string().optional(),
  stopAt: z.string().optional(),
  /** Write every moment here. */
  trace: z.string().optional(),
  leaseTtlMs: z.number(),
  /** True for one that does not look any more whether it still holds its run once it was stopped, the worst there can be. */
  isHeedless: z.boolean().default(false),
});
export type PublishTask = z.input<typeof Task>;

const task = Task.parse(JSON.parse(process.argv[2] ?? ''));
let wasStopped = false;
const onMoment: OnMoment = ({ when, call }) => {
  const moment = `${when} ${call}`;
  if (task.trace !== undefined) appendFileSync(task.trace, `${moment}\n`);
  if (moment === task.killAt) process.kill(process.pid, 'SIGKILL');
  if (moment !== task.stopAt || wasStopped) return;
  wasStopped = true;
  process.kill(process.pid, 'SIGSTOP');
};
await using engine = await openEngine({
  agents: [killAgent(task)],
  home: task.home,
  secrets: [task.secret],
  settings: { leaseTtlMs: task.leaseTtlMs, leaseRenewMs: task.leaseTtlMs / 4 },
  change: (deps) => tapDeps(publishingDeps({ ...deps, store: heedless(deps.store) }, task.place), onMoment),
});
const runIds =
  task.submit === undefined ? await engine.app.recover() : [(await engine.app.submit(task.submit)).run_id];
for (const runId of runIds) await engine.waitForEnd(runId);

function allIsWell() {
  return Promise.resolve({ isCancelRequested: false });
}

/** A store that says all is well. */
function heedless(store: Store): Store {
  if (!task.isHeedless) return store;
  return new Proxy(store, {
    get(target, name, receiver) {
      const original: unknown = Reflect.get(target, name, receiver);
      if (typeof original !== 'function') return original;
      return name === 'renewLease' && wasStopped ? allIsWell : original.bind(target);
    },
  });
}
