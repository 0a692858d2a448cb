import { z } from 'zod';

import { openEngine } from '../../support/engine-kit.ts';
import { crowdAgents } from './crowd-agents.ts';

/** A worker that takes up whatever waits, again and again until nothing does. Made to be killed. */
const Task = z.object({ home: z.string(), startLog: z.string(), secret: z.string(), leaseTtlMs: z.number() });
export type CrowdTask = z.input<typeof Task>;

const task = Task.parse(JSON.parse(process.argv[2] ?? ''));
await using engine = await openEngine({
  agents: crowdAgents(task),
  home: task.home,
  sandbox: 'docker',
  secrets: [task.secret],
  settings: { leaseTtlMs: task.leaseTtlMs, leaseRenewMs: task.leaseTtlMs / 4 },
});
const isUnfinished = async () => {
  const { store } = engine.deps;
  const counts = await Promise.all(
    (['queued', 'in_progress'] as const).map((status) => store.listRuns({ limit: 1, status })),
  );
  return counts.some(({ runs }) => runs.length > 0);
};
while (await isUnfinished()) {
  await engine.app.recover();
  await engine.deps.clock.sleep(task.leaseTtlMs / 4);
}
